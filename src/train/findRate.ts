/**
 * @file A learning rate, found by trying them all: the rate rises exponentially from step to step, and the loss says
 * where training is fastest and where it breaks.
 *
 * The weights are those of the spec object that is given, and are spoilt by it: give a copy. The loss is smoothed over
 * neighbouring steps, which a wrong rate moves less than chance moves a single batch. Two rates are read off it:
 *
 *   tenth      a tenth of the rate at which the loss was least: an order of magnitude below where it breaks
 *   steepest   where the loss fell fastest, per tenfold of the rate
 *
 * Source: Smith 2017, Cyclical learning rates for training neural networks, section 3.3, https://arxiv.org/abs/1506.01186.
 * Previous stop: `fit.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { DivergenceError } from './divergence.ts';
import type { FitOptions } from './events.ts';
import { type FitData, fit } from './fit.ts';

export interface FindRateOptions
  extends Omit<FitOptions, 'epochs' | 'schedule' | 'resume' | 'eventInterval' | 'checkpointEvery'> {
  /** Default 1e-6. */
  readonly from?: number;
  /** Default 10. */
  readonly to?: number;
  /** Default 150. */
  readonly steps?: number;
}

export interface RatePoint {
  readonly rate: number;
  /** Of this step's batch, before its update. */
  readonly loss: number;
}

export interface FoundRate {
  readonly points: readonly RatePoint[];
  /** The loss at each point, smoothed. */
  readonly smoothed: readonly number[];
  /** Whether it ended before its last step, since the loss was lost. */
  readonly diverged: boolean;
  readonly tenth: number;
  readonly steepest: number;
}

export type FindRateEvent =
  | ({ readonly type: 'step'; readonly step: number; readonly steps: number } & RatePoint)
  | ({ readonly type: 'found' } & FoundRate)
  /** By the signal; nothing is known. */
  | { readonly type: 'stopped' };

/** Beyond so many times the least smoothed loss there is nothing more to learn. */
const LOST = 4;
/** Of the running mean that says so: what is kept of it at each step. */
const KEPT = 0.8;
/** Steps on each side that a smoothed loss is the mean of, at most. */
const REACH = 6;
/** Fewer points than this say nothing. */
const LEAST_POINTS = 20;

/** Throws where the loss never falls. */
export async function* findRate(
  session: Session,
  spec: ModelSpec,
  data: FitData,
  { from = 1e-6, to = 10, steps = 150, ...options }: FindRateOptions = {},
): AsyncGenerator<FindRateEvent, void, void> {
  checkRange(from, to, steps);
  const rateAt = (step: number): number => from * (to / from) ** (step / (steps - 1));
  const points: RatePoint[] = [];
  let diverged = false;
  const settings = { ...options, epochs: steps, eventInterval: 0 };
  const training = fit(session, spec, data, { ...settings, schedule: (_, step) => rateAt(step) });
  try {
    for await (const loss of lossesOf(training)) {
      const point = { rate: rateAt(points.length), loss };
      points.push(point);
      yield { type: 'step', step: points.length, steps, ...point };
      diverged = isLost(points);
      if (diverged || points.length === steps) break;
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    diverged = true;
  }
  if (options.signal?.aborted === true) {
    yield { type: 'stopped' };
    return;
  }
  yield { type: 'found', ...readOff(points, diverged) };
}

/** The loss of every step's batch: sums over the epoch are told of, each of one step more than the one before. */
async function* lossesOf(training: ReturnType<typeof fit>): AsyncGenerator<number, void, void> {
  let progress: { readonly lossSum: number; readonly rows: number } = { lossSum: 0, rows: 0 };
  let before = { ...progress };
  for await (const event of training) {
    if (event.type === 'start') ({ progress } = event);
    if (event.type !== 'batch') continue;
    const { lossSum, rows } = progress;
    const isNext = rows > before.rows;
    yield isNext ? (lossSum - before.lossSum) / (rows - before.rows) : lossSum / rows;
    before = { lossSum, rows };
  }
}

function isLost(points: readonly RatePoint[]): boolean {
  let [mean, least] = [points[0]?.loss ?? 0, Number.POSITIVE_INFINITY];
  for (const { loss } of points) {
    mean = KEPT * mean + (1 - KEPT) * loss;
    least = Math.min(least, mean);
  }
  return points.length > LEAST_POINTS && mean > LOST * least;
}

/** What points say. Exported for tests, which know the loss by a formula. */
export function readOff(points: readonly RatePoint[], diverged: boolean): FoundRate {
  const smoothed = points.map((_, i) => {
    const reach = Math.min(REACH, i, points.length - 1 - i);
    const near = points.slice(i - reach, i + reach + 1);
    return near.reduce((sum, { loss }) => sum + loss, 0) / near.length;
  });
  const least = smoothed.reduce((best, loss, i) => (loss < (smoothed[best] ?? 0) ? i : best), 0);
  // Equally many steps to each tenfold of the rate: the slope by steps is as good as any.
  const slopeAt = (i: number): number => (smoothed[i + 1] ?? 0) - (smoothed[i - 1] ?? 0);
  let steepest = 1;
  for (let i = 1; i < least; i++) if (slopeAt(i) < slopeAt(steepest)) steepest = i;
  const fall = (smoothed[0] ?? 0) - (smoothed[least] ?? 0);
  if (points.length < LEAST_POINTS || least < 2 || !(fall > 0)) throw neverFalls(points);
  return {
    points,
    smoothed,
    diverged,
    tenth: rounded((points[least]?.rate ?? 0) / 10),
    steepest: rounded(points[steepest]?.rate ?? 0),
  };
}

const rounded = (rate: number): number => Number(rate.toPrecision(2));

function checkRange(from: number, to: number, steps: number): void {
  if (
    from > 0 &&
    from < to &&
    Number.isFinite(to) &&
    Number.isInteger(steps) &&
    steps >= LEAST_POINTS
  )
    return;
  throw new FoveaError({
    problem: `${steps} steps from a rate of ${from} to ${to}`,
    expected: `at least ${LEAST_POINTS} steps from a rate above 0 to a larger one`,
  });
}

function neverFalls(points: readonly RatePoint[]): FoveaError {
  return new FoveaError({
    problem: `the loss never fell: ${points.length} steps, from ${points[0]?.loss.toPrecision(4)} at a rate of ${points[0]?.rate.toPrecision(2)}`,
    expected: 'a rate at which training lowers it',
    fix: 'look at the data and the first weights, or begin with a smaller rate',
  });
}
