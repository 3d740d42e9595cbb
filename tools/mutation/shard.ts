/**
 * @file One warm Vitest in a copy of the repository: puts a mutant into a file, runs tests, takes it out again.
 *
 * A mutant is noticed by a test that fails with it, passes without it, and fails with it once more when it runs
 * alone: what fails for want of time or for what ran before it notices nothing.
 * The copy is on disk, not in Vite alone, since worker threads load sources themselves. Words: the copy's folder.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  BaseSequencer,
  createVitest,
  type TestCase,
  type TestModule,
  type TestSpecification,
} from 'vitest/node';
import { first } from '../../src/base/lists.ts';
import type { Chosen } from './coverage.ts';
import type { Mutant } from './mutants.ts';

export interface Job extends Mutant {
  readonly file: string;
  readonly tests: readonly Chosen[];
}

/** What a shard tells: that a test begins, and in the end which one noticed. */
export type Told = { readonly begins: Chosen } | { readonly noticedBy: string | undefined };

/** Runs the nearest test first; by itself Vitest takes the slowest first. */
class AsGiven extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

const root = first(process.argv.slice(2), 'folder');
process.chdir(root);
const tell = (told: Told) => process.send?.(told);
let running: Chosen | undefined;
/** Of this run; Vitest itself keeps those of earlier runs among them. */
let ended: TestModule[] = [];
/** The tests of each file that ran, some of them perhaps passed over. */
const collected = new Map<string, Chosen['tests']>();
const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
  isolate: false,
  sequence: { sequencer: AsGiven },
  reporters: [
    {
      onTestCaseReady: (test) => begin(chosenOf(test.module, test)),
      onTestModuleEnd: (module) => {
        ended.push(module);
        const tests = [...module.children.allTests()].map(({ id }) => ({ id, milliseconds: 0 }));
        if (tests.length > 0) collected.set(relative(root, module.moduleId), tests);
      },
    },
  ],
});
const project = first(vitest.projects, 'project');

function begin(chosen: Chosen): void {
  running = chosen;
  tell({ begins: chosen });
}

/** Tests known to pass without a mutant. */
const good = new Set<string>();

function chosenOf(module: TestModule, test: TestCase | undefined): Chosen {
  const file = relative(root, module.moduleId);
  return test === undefined ? { file } : { file, tests: [{ id: test.id, milliseconds: 0 }] };
}

/** The first that fails of these, to be run alone; undefined where none does. */
async function failing(chosen: readonly Chosen[]): Promise<Chosen | undefined> {
  if (chosen.length === 0) return undefined;
  const specifications = chosen.map(({ file, tests }) => {
    const testIds = tests?.map(({ id }) => id);
    return project.createSpecification(join(root, file), testIds && { testIds });
  });
  [ended, running] = [[], undefined];
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const failed = ended.find((module) => module.state() === 'failed');
  if (failed === undefined)
    return unhandledErrors.length > 0 ? (running ?? first(chosen, 'test')) : undefined;
  const [test] = [...failed.children.allTests('failed')];
  if (test !== undefined) return chosenOf(failed, test);
  // It did not load, or a hook failed: any test of it will tell.
  const suite = [...failed.children.allSuites()].find((s) => s.state() === 'failed');
  const [inside] = [...(suite ?? failed).children.allTests()];
  if (inside !== undefined) return chosenOf(failed, inside);
  const file = relative(root, failed.moduleId);
  return { file, tests: chosen.find((c) => c.file === file)?.tests?.slice(0, 1) };
}

const nameOf = ({ file, tests }: Chosen) => `${file} ${tests?.[0]?.id ?? ''}`.trim();

async function passesClean(chosen: Chosen): Promise<boolean> {
  const name = nameOf(chosen);
  if (!good.has(name) && (await failing([chosen])) === undefined) good.add(name);
  return good.has(name);
}

async function perform(job: Job): Promise<string | undefined> {
  let tests = job.tests;
  for (;;) {
    const found = await mutated(job, () => failing(tests));
    if (found === undefined) return undefined;
    const clean = await passesClean(found);
    if (clean && (await mutated(job, () => failing([found]))) !== undefined) return nameOf(found);
    tests = without(tests, found);
  }
}

/** All but these, and but a file whose failing test is not known. */
function without(all: readonly Chosen[], out: Chosen): Chosen[] {
  return all.flatMap((chosen) => {
    if (chosen.file !== out.file) return [chosen];
    const tests = chosen.tests ?? collected.get(chosen.file) ?? [];
    const left = tests.filter(({ id }) => id !== out.tests?.[0]?.id);
    return out.tests === undefined || left.length === 0 ? [] : [{ ...chosen, tests: left }];
  });
}

async function mutated<T>(
  { file, start, end, replacement }: Job,
  task: () => Promise<T>,
): Promise<T> {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.slice(0, start) + replacement + text.slice(end));
  vitest.invalidateFile(path);
  try {
    return await task();
  } finally {
    writeFileSync(path, text);
    vitest.invalidateFile(path);
  }
}

process.on('message', async (job: Job) => {
  tell({ noticedBy: await perform(job) });
});
process.on('disconnect', () => process.exit());
