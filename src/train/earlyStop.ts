/**
 * @file Which epoch is the best so far, when patience is over, and its weights put back.
 *
 * All of it is decided from the history, which checkpoints hold: a resumed run stops where the other would have.
 * Names are those of Keras's EarlyStopping. Next stop: `fit.ts`.
 */
import type { Scope } from '../backends/backend.ts';
import { advice, FoveaError, setting, UsageError, unknownName } from '../base/errors.ts';
import {
  checkMetrics,
  chosenMetrics,
  isMetricName,
  type MeasuredOutput,
} from '../nn/losses/chosenMetrics.ts';
import type { MeasureOptions } from '../nn/losses/objectives.ts';
import { weightsOf } from '../nn/programs/averages.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { measuredAs } from './measures.ts';
import { type EpochRecord, epochsSinceBest, type Progress, type Snapshot } from './progress.ts';
import { restoreStates } from './snapshots/snapshot.ts';

export interface EarlyStop {
  /**
   * Stops after this many epochs without a better one. The best weights are in the snapshot of the checkpoint
   * event that says `isBest`; `restoreBest` puts them back.
   */
  readonly patience?: number;
  /**
   * By what epochs are compared, on validation rows, or on training rows without any: 'loss', 'accuracy',
   * 'meanAbsoluteError', or the name of one of `metrics`. Default 'loss'.
   */
  readonly monitor?: string | undefined;
  /** An epoch is better that is better by more than this; default 0. */
  readonly minDelta?: number | undefined;
  /**
   * Ends with the weights of the best epoch; default false. They are kept in memory: after a resume, those of epochs
   * since then. `done` says which epoch's weights are left.
   */
  readonly restoreBest?: boolean | undefined;
}

type Watch = EarlyStop & Pick<MeasureOptions, 'metrics'>;
type Judged = Pick<EpochRecord, 'validation' | 'train'>;

/** Throws where what is to be measured or monitored cannot be, before anything is trained. */
export function checkMeasured(outputs: readonly MeasuredOutput[], options: Watch): void {
  const { metrics, monitor = 'loss' } = options;
  checkMetrics(metrics, outputs);
  const [{ classes }] = outputs;
  const own = classes === undefined ? 'meanAbsoluteError' : 'accuracy';
  const asked = chosenMetrics(metrics);
  // Of several outputs the loss alone is one number.
  const one = outputs.length > 1 ? [] : [own, ...asked.map(({ name }) => name)];
  const known = [...new Set(['loss', ...one])];
  if (!known.includes(monitor)) {
    const { parts } = unknownName('thing to monitor', monitor, known);
    const problem = `the model is not measured by ${monitor}`;
    const fix = isMetricName(monitor)
      ? { fix: advice`ask for it too: ${setting('metrics', monitor)}` }
      : {};
    throw new UsageError({ ...parts, problem, ...fix, option: 'monitor' });
  }
  if (asked.some(({ name, better }) => name === monitor && better === undefined)) {
    throw new UsageError({
      option: 'monitor',
      problem: `nothing says whether a high ${monitor} is good`,
      expected: "better: 'higher' or 'lower' beside the function",
    });
  }
}

/** What is compared of an epoch, the lower the better. */
function watchedOf({ validation, train }: Judged, { monitor = 'loss', metrics }: Watch): number {
  const value = measuredAs(validation ?? train, monitor);
  const metric = chosenMetrics(metrics).find(({ name }) => name === monitor);
  const isHigh = monitor === 'accuracy' || metric?.better === 'higher';
  if (value !== undefined && Number.isFinite(value)) return isHigh ? -value : value;
  throw new FoveaError({
    problem: `after an epoch, ${monitor} is ${value ?? 'not measured'}, by which no epoch is better than another`,
    expected: advice`a number, or another thing to ${setting('monitor')}`,
  });
}

/** Whether an epoch that ends is better than the best before it. */
export function isBetter(
  record: Judged,
  { best, history }: Pick<Progress, 'best' | 'history'>,
  watch: Watch,
): boolean {
  const value = watchedOf(record, watch);
  if (best === null) return true;
  return value < watchedOf(history[best.epoch - 1], watch) - (watch.minDelta ?? 0);
}

export function outOfPatience(progress: Progress, { patience }: EarlyStop): boolean {
  return patience !== undefined && epochsSinceBest(progress) >= patience;
}

/** Puts a snapshot's weights, as they are tested and saved, back in the model's scope. */
export function restoreWeights(scope: Scope, spec: ModelSpec, { states }: Snapshot): void {
  restoreStates(scope, parameterNames(spec), weightsOf(spec, states));
}
