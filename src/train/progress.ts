/**
 * @file Where a training run stands: everything `fit` must know to go on, as plain JSON.
 *
 * Together with the session's states (parameters and optimizer slots) this is a checkpoint. The sums of
 * the running epoch are part of it, so that a run resumed in the middle of an epoch reports, decides and
 * computes exactly what the uninterrupted one does. Next stop: `fit.ts`.
 */
import { metricOfKey } from '../nn/losses/chosenMetrics.ts';
import type { ScheduleState } from '../nn/schedules.ts';
import type { StateValue } from '../nn/trained.ts';
import type { Metrics } from './measures.ts';

/** What became of steps whose loss is scaled (mixed precision). */
export interface LossScalingRecord {
  /** Steps that changed nothing but the scale. */
  readonly skipped: number;
  /** What the loss of the last step was multiplied by. */
  readonly scale: number;
}

/** One finished epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Means over the epoch's batches, each taken before its update (as Keras). */
  readonly train: Metrics;
  /** On the validation split, with the weights at the epoch's end; null without one. */
  readonly validation: Metrics | null;
  /** On the test set, where `watchTest` asked for it: for curves, nothing is chosen by it. */
  readonly test?: Metrics | undefined;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** In half precision: steps that changed no weight since a gradient overflowed, and the last step's scale. */
  readonly lossScaling?: LossScalingRecord | undefined;
  /** Training and validation together. */
  readonly seconds: number;
  /** Of these, seconds in which training stood still for pictures that were not read yet. */
  readonly waiting: number;
}

export interface Progress {
  /** Finished epochs. */
  epoch: number;
  /** Finished batches of the epoch that runs. */
  batch: number;
  /** Finished steps (updates) in all. */
  step: number;
  /** Sums over the finished batches of the epoch that runs; float64. */
  lossSum: number;
  correct: number;
  /** Of measures beside the loss and right answers ("absoluteError", "metric.NAME", "loss/OUTPUT"), where there are any. */
  sums?: Record<string, number> | undefined;
  /** Of the epoch that runs, where losses are scaled. */
  lossScaling?: LossScalingRecord | undefined;
  rows: number;
  /** Time spent in the epoch that runs, in seconds; of it, time spent waiting for pictures. */
  seconds: number;
  waiting: number;
  history: EpochRecord[];
  /** The epoch of the lowest validation loss (training loss without a validation split). */
  best: { epoch: number; loss: number } | null;
  schedule: ScheduleState;
}

export function startOfTraining(schedule: ScheduleState): Progress {
  return {
    epoch: 0,
    batch: 0,
    step: 0,
    lossSum: 0,
    correct: 0,
    rows: 0,
    seconds: 0,
    waiting: 0,
    history: [],
    best: null,
    schedule,
  };
}

/** All sums of the epoch that runs. Right answers are counted apart where rows have one class each. */
export function sumsOf({ lossSum, correct, sums = {} }: Progress): Record<string, number> {
  const areRight = Object.keys(sums).every((name) => metricOfKey(name) !== undefined);
  return { loss: lossSum, ...(areRight ? { correct } : {}), ...sums };
}

/** A run at rest between two steps. */
export interface Snapshot {
  readonly states: ReadonlyMap<string, StateValue>;
  readonly progress: Progress;
}

/** Finished epochs since the best one; early stopping counts these. */
export function epochsSinceBest({ epoch, best }: Progress): number {
  return best === null ? 0 : epoch - best.epoch;
}
