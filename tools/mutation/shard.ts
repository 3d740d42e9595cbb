/**
 * @file One warm Vitest in a copy of the repository: puts a mutant into a file, runs tests, takes it out again.
 *
 * The copy is on disk, not in Vite alone, since worker threads load sources themselves. Words: the copy's folder.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BaseSequencer, createVitest, type TestSpecification } from 'vitest/node';
import { first } from '../../src/base/lists.ts';
import type { Mutant } from './mutants.ts';

export interface Job extends Mutant {
  readonly file: string;
  readonly tests: readonly string[];
}

export interface Outcome {
  readonly noticed: boolean;
}

/** Runs the nearest test first; by itself Vitest takes the slowest first. */
class AsGiven extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

const root = first(process.argv.slice(2), 'folder');
process.chdir(root);
const vitest = await createVitest('test', {
  root,
  watch: false,
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
  isolate: false,
  sequence: { sequencer: AsGiven },
  reporters: [{}],
});

/** Test files known to pass, and to fail, without a mutant: in this copy some may miss what they need. */
const [good, bad] = [new Set<string>(), new Set<string>()];

/** The first file of these that fails; undefined where none does. */
async function failing(tests: readonly string[]): Promise<string | undefined> {
  const { testModules, unhandledErrors } = await vitest.runTestFiles(
    tests.map((t) => join(root, t)),
  );
  if (tests.length > 0 && testModules.length === 0) throw new Error(`no test of ${tests} ran`);
  const failed = testModules.find((module) => module.state() === 'failed');
  if (failed !== undefined) return relative(root, failed.moduleId);
  return unhandledErrors.length > 0 ? tests[0] : undefined;
}

async function perform(job: Job): Promise<Outcome> {
  const tests = job.tests.filter((test) => !bad.has(test));
  const test = await mutated(job, () => failing(tests));
  if (test === undefined || good.has(test)) return { noticed: test !== undefined };
  if ((await failing([test])) === undefined) {
    good.add(test);
    return { noticed: true };
  }
  bad.add(test);
  return perform(job);
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
  process.send?.(await perform(job));
});
process.on('disconnect', () => process.exit());
