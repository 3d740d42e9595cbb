/**
 * @file Runs all tests once in a copy whose sources count what runs, and writes `coverage.json`. Words: the
 * copy's folder, the file to write, and parts of the names of tests where not all shall run.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TestCase } from 'vitest/node';
import { at } from '../../src/base/lists.ts';
import { readHouse } from '../floors.ts';
import { copyRepository } from './copy.ts';
import { type Coverage, type CoveredSource, digestOf, packed } from './coverage.ts';
import { counted, type Region, regionsOf } from './regions.ts';

const folder = resolve(at(process.argv, 2, 'folder'));
const output = resolve(at(process.argv, 3, 'file'));
const only = process.argv.slice(4);
const hits = `${folder}-hits`;
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

copyRepository(folder);
rmSync(hits, { recursive: true, force: true });
mkdirSync(hits);
const house = readHouse(['src', 'test', 'tools']);
const sources = new Map<string, { readonly first: number; readonly regions: readonly Region[] }>();
let regions = 0;
for (const [file, text] of house) {
  if (!file.startsWith('src/') || file.endsWith('.test.ts')) continue;
  writeFileSync(join(folder, file), counted(text, regions));
  sources.set(file, { first: regions, regions: regionsOf(text) });
  regions += sources.get(file)?.regions.length ?? 0;
}

process.env.FOVEA_HITS = hits;
process.env.NODE_OPTIONS = `--no-warnings --import=${pathToFileURL(beside('./hits.ts'))}`;
process.chdir(folder);
const { createVitest } = await import('vitest/node');
const tests = new Map<string, { id: string; milliseconds: number }[]>();
const note = (test: TestCase) => {
  if (test.result().state !== 'passed') return;
  const file = relative(folder, test.module.moduleId);
  const milliseconds = Math.ceil(test.diagnostic()?.duration ?? 0);
  if (!tests.has(file)) tests.set(file, []);
  tests.get(file)?.push({ id: test.id, milliseconds });
};
const vitest = await createVitest('test', {
  root: folder,
  watch: false,
  maxWorkers: 2,
  // What runs when a module is loaded counts for each file that loads it.
  isolate: true,
  setupFiles: [beside('./tellTest.ts')],
  reporters: ['default', { onTestCaseResult: note }],
});
await vitest.start(only);
await vitest.close();

/** By region: test file -> places of its tests. */
const byRegion = Array.from({ length: regions }, () => new Map<string, Set<number>>());
const places = new Map(
  [...tests].map(([file, list]) => [file, new Map(list.map(({ id }, place) => [id, place]))]),
);
for (const name of readdirSync(hits)) {
  for (const line of readFileSync(join(hits, name), 'utf8').split('\n')) {
    const [file = '', id = '', numbers = ''] = line.split('\t');
    const known = places.get(file);
    if (known === undefined) continue;
    // What runs outside of tests runs for each of them.
    const ran = id === '' ? [...known.values()] : [known.get(id) ?? []].flat();
    for (const number of numbers.split(' ')) {
      const region = at(byRegion, Number(number), 'region');
      const set = region.get(file) ?? new Set();
      region.set(file, set);
      for (const place of ran) set.add(place);
    }
  }
}
const inOrder = (set: ReadonlySet<number>) => packed([...set].sort((a, b) => a - b));
const coveredSource = (file: string): CoveredSource => {
  const { first = 0, regions = [] } = sources.get(file) ?? {};
  const hits = regions.map((_, i) =>
    Object.fromEntries(
      [...at(byRegion, first + i, 'region')].map(([test, set]) => [test, inOrder(set)]),
    ),
  );
  return { digest: digestOf(house.get(file) ?? ''), regions, hits };
};
const coverage: Coverage = {
  tests: Object.fromEntries(
    [...tests].map(([file, list]) => [
      file,
      { digest: digestOf(house.get(file) ?? ''), tests: list },
    ]),
  ),
  sources: Object.fromEntries([...sources.keys()].map((file) => [file, coveredSource(file)])),
};
writeFileSync(output, JSON.stringify(coverage));
rmSync(hits, { recursive: true });
rmSync(folder, { recursive: true });
