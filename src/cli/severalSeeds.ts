/**
 * @file `fovea train --seeds`: the same training with one seed after the other, and what the seeds make of it.
 *
 * Each is a run of its own, NAME-seed1 and so on; one that is finished already is not trained again with --resume.
 * Before: `commands/train.ts`. Next stop: `studies/engine/statistics.ts`, means and their intervals.
 */
import { existsSync } from 'node:fs';
import { advice, setting, UsageError } from '../base/errors.ts';
import { checkExpected, type ExpectedRun } from '../records/expectedRun.ts';
import type { RunEvent } from '../records/performRun.ts';
import { meanInterval, standardDeviation } from '../studies/engine/statistics.ts';
import { type Output, table } from './terminal/output.ts';

/** Of one run, for the table at the end. */
export interface SeedResult {
  readonly seed: number;
  readonly run: string;
  readonly test: { readonly loss: number; readonly accuracy?: number | undefined };
}

/** "3": 1, 2, 3; "1,5,9": these. */
export function parseSeeds(text: string): readonly number[] {
  const words = text.split(',').map((word) => word.trim());
  const numbers = words.map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
  const [only = 0] = numbers;
  const seeds = numbers.length > 1 ? numbers : Array.from({ length: only || 0 }, (_, i) => i + 1);
  const isSeed = (n: number) => Number.isInteger(n) && n < 2 ** 32;
  if (seeds.length > 0 && seeds.length <= MOST && numbers.every(isSeed)) {
    if (new Set(seeds).size === seeds.length) return seeds;
  }
  throw new UsageError({
    option: 'seeds',
    problem: `received "${text}"`,
    expected: `a number of seeds up to ${MOST}, or different whole numbers: 3, or 1,5,9`,
  });
}

const MOST = 1000;

export const seedFolder = (folder: string, seed: number): string => `${folder}-seed${seed}`;

/** Throws where one of the runs is there already: before the first of them is trained. */
export function checkFree(folders: readonly string[]): void {
  const there = folders.find((folder) => existsSync(folder));
  if (there === undefined) return;
  throw new UsageError({
    where: there,
    problem: 'is there already',
    expected: 'a place for the run of each seed',
    fix: advice`${setting('resume')} goes on with the runs that are there, ${setting('overwrite')} replaces them`,
  });
}

/**
 * What a run came to that has so many epochs, or all it was to have; undefined where it is not done. Throws where it is
 * another run than expected.
 */
export async function finishedRun(
  folder: string,
  epochs: number | undefined,
  expected: ExpectedRun,
): Promise<SeedResult['test'] | undefined> {
  const { RunFolder } = await import('../runs/folder/runFolder.ts');
  const { readSpec } = await import('../runs/folder/modelFiles.ts');
  const run = await RunFolder.open(folder);
  const record = await run.readTrainedRecord();
  if (record.results === null) return undefined;
  checkExpected(folder, expected, await readSpec(run.file('model.json')), record);
  const wanted = epochs ?? record.settings.epochs;
  const { epochs: done, test } = record.results;
  return done >= wanted ? { loss: test.loss, accuracy: test.accuracy } : undefined;
}

/** Runs events to their end; the result, or undefined where the run was stopped. */
export async function shownToTheEnd(
  events: AsyncIterable<RunEvent>,
  show: (event: RunEvent) => void,
): Promise<SeedResult['test'] | undefined> {
  let test: SeedResult['test'] | undefined;
  for await (const event of events) {
    show(event);
    if (event.type !== 'result' && event.type !== 'rebuilt') continue;
    test = { loss: event.test.loss, accuracy: event.test.accuracy };
  }
  return test;
}

/** A line for each seed, then mean and spread. */
export function showSeeds(results: readonly SeedResult[], output: Output): void {
  const valuesOf = (name: 'loss' | 'accuracy') => results.flatMap(({ test }) => test[name] ?? []);
  const measures = (['loss', 'accuracy'] as const).filter((name) => valuesOf(name).length > 0);
  const over = (name: 'loss' | 'accuracy') => {
    const values = valuesOf(name);
    const { mean, low, high } = meanInterval(values);
    return { mean, deviation: standardDeviation(values), low, high };
  };
  const test = { loss: over('loss'), accuracy: over('accuracy') };
  const row = (name: string, of: (measure: 'loss' | 'accuracy') => number | undefined) => [
    name,
    ...measures.map((measure) => (of(measure) ?? Number.NaN).toFixed(4)),
  ];
  const spread =
    results.length === 1
      ? []
      : [
          row('spread (standard deviation)', (measure) => test[measure].deviation),
          row('mean at least (95 %)', (measure) => test[measure].low),
          row('mean at most (95 %)', (measure) => test[measure].high),
        ];
  const rows = [
    ['', ...measures.map((measure) => `test ${measure}`)],
    ...results.map((result) => row(result.run, (measure) => result.test[measure])),
    row(`mean of ${results.length}`, (measure) => test[measure].mean),
    ...spread,
  ];
  output.text(`\nOver the seeds ${results.map(({ seed }) => seed).join(', ')}\n${table(rows)}`);
  const said = Object.fromEntries(measures.map((measure) => [measure, test[measure]]));
  output.data({ event: 'seeds', runs: results, test: said });
}
