/**
 * @file Which tests run which part of which file, how long they take, and which of them go to a mutant.
 *
 * Measured once by `measure.ts`. Where a source changed since, any test that ran a part of it counts; a test file
 * that changed or is new counts whole, where it reaches the source by its imports.
 */
import { createHash } from 'node:crypto';
import type { Mutant } from './mutants.ts';
import { nearestTests } from './nearest.ts';
import type { Region } from './regions.ts';

/** One that passed. */
export interface MeasuredTest {
  readonly id: string;
  readonly milliseconds: number;
}

export interface Coverage {
  readonly tests: Readonly<
    Record<string, { readonly digest: string; readonly tests: readonly MeasuredTest[] }>
  >;
  readonly sources: Readonly<Record<string, CoveredSource>>;
}

export interface CoveredSource {
  readonly digest: string;
  readonly regions: readonly Region[];
  /** By region: test file -> places of its tests, as "0-3,7". */
  readonly hits: readonly Readonly<Record<string, string>>[];
}

/** Tests of one file, to be run together. */
export interface Chosen {
  readonly file: string;
  /** Absent: all of them. */
  readonly tests?: readonly MeasuredTest[] | undefined;
}

export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** "0-3,7" of ascending numbers. */
export function packed(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

export function unpacked(text: string): number[] {
  return text.split(',').flatMap((run) => {
    const [from = 0, to = from] = run.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

export interface Choice {
  readonly files: ReadonlyMap<string, string>;
  readonly coverage: Coverage;
  /** Files to run early, after the nearest, where more than `few` files run a part. */
  readonly judges: readonly string[];
  readonly few: number;
  /** Tests are taken until they would need more time than this without a mutant. */
  readonly milliseconds: number;
}

/** How many files come first since they are nearest by imports. */
const NEAREST = 4;
/** Tests that start browsers are left out. */
const BROWSERS = 'test/web/';
/** What loading a test file costs beside its tests. */
const LOADING_MS = 300;
/** What is taken for a file whose time was not measured. */
const UNKNOWN_MS = 2000;

/** What goes to a mutant, and the files that ran its part and are left out for want of time. */
export interface ChosenTests {
  readonly tests: readonly Chosen[];
  readonly left: readonly string[];
}

/**
 * The tests that run the mutated part: of the nearest files, the judges, the room, others, the cheapest first; without
 * this preference where few files run it.
 */
export function chosenTests(file: string, mutant: Mutant, choice: Choice): ChosenTests {
  const { files, coverage, judges, few } = choice;
  const nearest = nearestTests(files, file).filter((test) => !test.startsWith(BROWSERS));
  const isKnown = (test: string) =>
    coverage.tests[test]?.digest === digestOf(files.get(test) ?? '');
  const found = new Map<string, Chosen>();
  const source = coverage.sources[file];
  for (const test of nearest)
    if (source === undefined || !isKnown(test)) found.set(test, { file: test });
  const isSame = source?.digest === digestOf(files.get(file) ?? '');
  for (const [test, places] of Object.entries(hitsOf(source, isSame ? mutant : undefined))) {
    if (!isKnown(test)) continue;
    const tests = coverage.tests[test]?.tests ?? [];
    const run = new Set(unpacked(places));
    const chosen = tests.filter((_, place) => run.has(place));
    if (chosen.length > 0) found.set(test, { file: test, tests: chosen });
  }
  const near = nearest.filter((test) => found.has(test)).slice(0, NEAREST);
  const isFew = found.size <= few;
  const early = isFew ? near : [...near, ...judges];
  const room = file.split('/').slice(0, 2).join('/');
  const rank = ({ file: test }: Chosen) => {
    if (early.includes(test)) return early.indexOf(test);
    return isFew || test.startsWith(`${room}/`) ? early.length : early.length + 1;
  };
  const inOrder = [...found.values()].sort((a, b) => rank(a) - rank(b) || costOf(a) - costOf(b));
  return withinTime(inOrder, choice.milliseconds);
}

function withinTime(inOrder: readonly Chosen[], milliseconds: number): ChosenTests {
  let rest = milliseconds;
  const tests: Chosen[] = [];
  const left: string[] = [];
  for (const chosen of inOrder) {
    const cost = costOf(chosen);
    if (cost > rest) left.push(chosen.file);
    else {
      tests.push(chosen);
      rest -= cost;
    }
  }
  return { tests, left };
}

function costOf({ tests }: Chosen): number {
  if (tests === undefined) return UNKNOWN_MS;
  return LOADING_MS + tests.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

/** Of the smallest region around the mutant; of the whole file where it is unknown. */
function hitsOf(
  source: CoveredSource | undefined,
  mutant: Mutant | undefined,
): Readonly<Record<string, string>> {
  if (source === undefined) return {};
  let [smallest, length] = [0, Number.POSITIVE_INFINITY];
  source.regions.forEach(([start, end], i) => {
    if (mutant === undefined || start > mutant.start || end < mutant.end) return;
    if (end - start <= length) [smallest, length] = [i, end - start];
  });
  return source.hits[smallest] ?? {};
}
