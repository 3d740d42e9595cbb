/**
 * @file Which epoch is the best so far, when patience is over, and its weights put back.
 *
 * All of it is decided from the history, which checkpoints hold: a resumed run stops where the other would have.
 * Names are those of Keras's EarlyStopping. Next stop: `fit.ts`.
 */
import type { Scope } from '../backends/backend.ts';
import { UsageError } from '../base/errors.ts';
import { weightsOf } from '../nn/programs/averages.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { type EpochRecord, epochsSinceBest, type Progress, type Snapshot } from './progress.ts';
import { restoreStates } from './snapshots/snapshot.ts';

export interface EarlyStop {
  /**
   * Stops after this many epochs without a better one. The best weights are in the snapshot of the checkpoint
   * event that says `isBest`; `restoreBest` puts them back.
   */
  readonly patience?: number;
  /** By what epochs are compared, on validation rows, or on training rows without any. Default 'loss'. */
  readonly monitor?: Monitored | undefined;
  /** An epoch is better that is better by more than this; default 0. */
  readonly minDelta?: number | undefined;
  /**
   * Ends with the weights of the best epoch; default false. They are kept in memory: after a resume, those of epochs
   * since then. `done` says which epoch's weights are left.
   */
  readonly restoreBest?: boolean | undefined;
}

export type Monitored = 'loss' | 'accuracy' | 'meanAbsoluteError';

export const monitored: readonly Monitored[] = ['loss', 'accuracy', 'meanAbsoluteError'];

type Judged = Pick<EpochRecord, 'validation' | 'train'>;

/** What is compared of an epoch, the lower the better. */
function watchedOf({ validation, train }: Judged, monitor: Monitored): number {
  const value = (validation ?? train)[monitor];
  if (value !== undefined) return monitor === 'accuracy' ? -value : value;
  throw new UsageError({
    option: 'monitor',
    problem: `the model is not measured by ${monitor}`,
    expected: `one of ${monitored.filter((name) => (validation ?? train)[name] !== undefined).join(', ')}`,
  });
}

/** Whether an epoch that ends is better than the best before it. */
export function isBetter(
  record: Judged,
  { best, history }: Pick<Progress, 'best' | 'history'>,
  { monitor = 'loss', minDelta = 0 }: EarlyStop,
): boolean {
  const value = watchedOf(record, monitor);
  if (best === null) return true;
  return value < watchedOf(history[best.epoch - 1], monitor) - minDelta;
}

export function outOfPatience(progress: Progress, { patience }: EarlyStop): boolean {
  return patience !== undefined && epochsSinceBest(progress) >= patience;
}

/** Puts a snapshot's weights, as they are tested and saved, back in the model's scope. */
export function restoreWeights(scope: Scope, spec: ModelSpec, { states }: Snapshot): void {
  restoreStates(scope, parameterNames(spec), weightsOf(spec, states));
}
