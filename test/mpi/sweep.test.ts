/** @file `fovea sweep`, whole: by ranks of both libraries, and killed with -9 in the middle. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { SweepResults } from '../../src/sweeps/results.ts';
import { large } from '../support/doors.ts';
import { launch, launchAlone, launchers } from './launch.ts';

const MAIN = 'src/cli/main.ts';
const folder = mkdtempSync(path.join(os.tmpdir(), 'fovea-sweeps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const search = path.join(folder, 'search.json');
const options = { 'train-count': 300, 'test-count': 50, epochs: 3, threads: 1 };
// All three are through before the best of them goes on, so whoever does what comes to the same.
const halving = { from: 1, eta: 3 };
writeFileSync(
  search,
  JSON.stringify({
    ...{ model: 'lenet5', options, halving },
    search: { 'learning-rate': [0.001, 0.01, 0.1] },
  }),
);

const words = (name: string, ...more: string[]) => [
  ...[MAIN, 'sweep', search, '--out', path.join(folder, name), ...more],
];

/** Loaded before a sweep: kills its process in the middle, once the first run is over and written down. */
const killing = `import fs from 'node:fs/promises';
const { rename } = fs;
fs.rename = async (from, to) => {
  await rename(from, to);
  if (/trials.[^.].*json$/.test(String(to))) process.kill(process.pid, 'SIGKILL');
};`;
const killed = ['--import', `data:text/javascript,${encodeURIComponent(killing)}`];

const resultsIn = (name: string): SweepResults =>
  JSON.parse(readFileSync(path.join(folder, name, 'results.json'), 'utf8'));

const trialsIn = (name: string): string[] => {
  const trials = path.join(folder, name, 'trials');
  return existsSync(trials) ? readdirSync(trials).filter((file) => /^[^.].*json$/.test(file)) : [];
};

/** What does not differ from machine to machine and from time to time. */
const figuresOf = ({ configurations, best }: SweepResults) => ({ configurations, best });

function expectWhole(name: string): void {
  expect(trialsIn(name).length).toBe(4);
  expect(figuresOf(resultsIn(name))).toEqual(figuresOf(resultsIn('whole')));
}

large('fovea sweep, whole', () => {
  it('killed with -9 and gone on with, comes to what it comes to undisturbed', async () => {
    expect((await launchAlone(words('whole'))).code).toBe(0);
    expect((await launchAlone([...killed, ...words('killed', '--jobs', '1')])).code).not.toBe(0);
    expect(trialsIn('killed').length).toBe(1);
    const again = await launchAlone([MAIN, 'sweep', path.join(folder, 'killed'), '--resume']);
    expect(again.code, again.err).toBe(0);
    expectWhole('killed');
  });

  it.each(launchers)('is shared by ranks of $library, to the same', async (launcher) => {
    const name = launcher.library.replace(' ', '');
    // Of MPICH's ranks one is killed, with which all end, and the sweep is gone on with.
    const isKilled = launcher.library === 'MPICH';
    if (isKilled) {
      const first = await launch(launcher, 2, [...killed, ...words(name)]);
      expect(first.code).not.toBe(0);
      expect(trialsIn(name).length).toBeLessThan(4);
    }
    const { code, err } = await launch(launcher, 2, words(name, ...(isKilled ? ['--resume'] : [])));
    expect(code, err).toBe(0);
    expectWhole(name);
  });

  it('is shared by tasks of an array, of which one is killed, to the same', async () => {
    const task = (index: number) => words('array', '--array', `${index}/2`, '--jobs', '1');
    const [one, two] = await Promise.all([
      launchAlone(task(1)),
      launchAlone([...killed, ...task(2)]),
    ]);
    expect(one.code, one.err).toBe(0);
    expect(two.code).not.toBe(0);
    // The one that is left did all there was.
    expect(trialsIn('array').length).toBe(4);
    const joined = await launchAlone([MAIN, 'sweep', path.join(folder, 'array'), '--resume']);
    expect(joined.code, joined.err).toBe(0);
    expectWhole('array');
  });
});
