/**
 * @file What came of a sweep: a row for each configuration, the best first.
 *
 * Configurations are judged by the validation pictures, of the epoch whose weights are kept; the test set is told of and
 * decides nothing. Those that had more epochs stand before those that had fewer. Before: `runSweep.ts`. Next stop:
 * `page.ts`.
 */
import { version } from '../base/version.ts';
import { meanOf, standardDeviation } from '../studies/engine/statistics.ts';
import type { Configuration } from './configurations.ts';
import { runName, type TrialFigures, type TrialRecord } from './records.ts';
import type { SweepSpec } from './sweepSpec.ts';

export type Judge = 'accuracy' | 'loss';

/** A mean over seeds, and how far these lie from one another: the standard deviation, null of one. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number | null;
}

export interface Row {
  readonly id: string;
  readonly settings: Configuration['settings'];
  /** The highest rung that it was through with, and its most epochs there; -1 and 0: none. */
  readonly rung: number;
  readonly epochs: number;
  /** Of the validation pictures by the judge, and of the test set, over the seeds that did not fail; null: all failed. */
  readonly validation: Spread | null;
  readonly test: { readonly loss: Spread; readonly accuracy: Spread | null } | null;
  readonly runs: readonly {
    readonly run: string;
    readonly seed: number;
    /** null: it failed, or waits. */
    readonly figures: TrialFigures | null;
    readonly why?: string | undefined;
  }[];
}

export interface SweepResults {
  readonly format: 'fovea-sweep-results';
  readonly fovea: string;
  readonly spec: SweepSpec;
  readonly judge: Judge;
  /** Best first. */
  readonly configurations: readonly Row[];
  /** Name of the run to take: of the best configuration the best one. */
  readonly best: string | null;
  /** Runs that are over, and the sum of their seconds. */
  readonly runs: number;
  readonly seconds: number;
}

/** Larger is better; -Infinity of a run that failed. `judge`: null for the accuracy, or the loss where there is none. */
export function scoreOf(figures: TrialFigures | null, judge: Judge | null): number {
  const { accuracy, loss } = figures?.validation ?? {};
  const score =
    judge === 'loss' || (judge === null && accuracy === undefined)
      ? -(loss ?? Number.NaN)
      : accuracy;
  return score === undefined || !Number.isFinite(score) ? -Infinity : score;
}

/** What the runs can be judged by: the accuracy, where anybody has one, unless it is said. */
function judgeOf(spec: SweepSpec, records: readonly TrialRecord[]): Judge {
  if (spec.judge !== null) return spec.judge;
  const known = records.filter(({ figures }) => figures !== null);
  return known.length > 0 &&
    known.every(({ figures }) => figures?.validation?.accuracy === undefined)
    ? 'loss'
    : 'accuracy';
}

export function resultsOf(
  spec: SweepSpec,
  configurations: readonly Configuration[],
  records: readonly TrialRecord[],
): SweepResults {
  const judge = judgeOf(spec, records);
  const rows = configurations
    .map((one) =>
      rowOf(
        one,
        spec.seeds,
        records.filter((r) => r.configuration === one.id),
        judge,
      ),
    )
    .toSorted((a, b) => b.rung - a.rung || better(a, b, judge));
  const [first] = rows;
  const runs = (first?.runs ?? []).toSorted(
    (a, b) => scoreOf(b.figures, judge) - scoreOf(a.figures, judge),
  );
  const [best] = runs;
  return {
    format: 'fovea-sweep-results',
    fovea: version,
    spec,
    judge,
    configurations: rows,
    best: best === undefined || best.figures === null ? null : best.run,
    runs: records.length,
    seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

function better(a: Row, b: Row, judge: Judge): number {
  const of = ({ validation }: Row) =>
    validation === null ? -Infinity : judge === 'loss' ? -validation.mean : validation.mean;
  const [left, right] = [of(a), of(b)];
  return left === right ? 0 : right - left;
}

function rowOf(
  { id, settings }: Configuration,
  seeds: readonly number[],
  records: readonly TrialRecord[],
  judge: Judge,
): Row {
  const done = records.filter(({ figures }) => figures !== null);
  const rung = Math.max(-1, ...done.map((record) => record.rung));
  const last = done.filter((record) => record.rung === rung);
  const epochs = Math.max(0, ...last.map((record) => record.figures?.epochs ?? 0));
  const figures = last.flatMap((record) => record.figures ?? []);
  const validation = spreadOf(figures.flatMap((f) => f.validation?.[judge] ?? []));
  const loss = spreadOf(figures.map(({ test }) => test.loss));
  const accuracy = spreadOf(figures.flatMap(({ test }) => test.accuracy ?? []));
  const runs = seeds.map((seed) => {
    const own = last.find((record) => record.seed === seed);
    const failed = records.find((record) => record.seed === seed && record.figures === null);
    return {
      run: runName({ configuration: id, seed }),
      seed,
      figures: own?.figures ?? null,
      ...(failed?.why === undefined ? {} : { why: failed.why }),
    };
  });
  return {
    id,
    settings,
    rung,
    epochs,
    validation,
    test: loss === null ? null : { loss, accuracy },
    runs,
  };
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  return { mean: meanOf(values), deviation: values.length < 2 ? null : standardDeviation(values) };
}
