/**
 * @file What runs a training step, as the loop sees it: one program on this machine (`fused.ts`), or gradients
 * that others add to before the update (`split.ts`), or one program of several ranks (`ranks.ts`: a cluster).
 *
 * Results are read once per turn and not per step, so that a device that works on its own is not waited for.
 * Next stop: `fused.ts`.
 */
import type { BatchSource } from '../../data/batches/batchSource.ts';
import type { MetricChoice } from '../../nn/losses/chosenMetrics.ts';
import type { ChosenLosses } from '../../nn/losses/objectives.ts';
import type { Optimizer } from '../../nn/optimizers/optimizer.ts';
import type { StepPrecision } from '../../nn/precision/precision.ts';
import type { RowShare } from '../../nn/rowShare.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { Progress } from '../progress.ts';
import type { RowTreatment } from '../rowTreatment.ts';
import type { Programs } from './programs.ts';

/** What is to happen after a step: asked for on this rank, or agreed on by all. */
export interface Wishes {
  readonly stop: boolean;
  readonly save: boolean;
}

export interface RunnerRequest {
  /** Where to compile; closed by the trainer when it is over. */
  readonly programs: Programs;
  readonly spec: ModelSpec;
  readonly optimizer: Optimizer;
  /** Absent: float32. */
  readonly precision?: StepPrecision | undefined;
  readonly losses: ChosenLosses;
  readonly metrics: readonly MetricChoice[] | undefined;
  readonly treatment: RowTreatment;
  readonly seed: number;
  /** A whole batch and, where it is smaller, the last one of an epoch. */
  readonly batches: readonly RowShare[];
  /** Asked before each step, where ranks must agree. */
  readonly wishes: () => Wishes;
}

/** Of the steps since the last reading, in order: mean losses of whole batches, and what else programs measure. */
export interface StepResults {
  readonly losses: ArrayLike<number>;
  /** By name: "correct" (right rows), "absoluteError", "metric.NAME", "loss/OUTPUT". */
  readonly measures: Readonly<Record<string, ArrayLike<number>>>;
}

export interface StepRunner {
  /** Bytes of memory planned for a step, parameters included, where the backend plans. */
  readonly bytes: number | undefined;
  /** Steps after which the results must be read. */
  readonly most: number;
  /** What all ranks agreed on at the last step; absent where one decides alone. */
  readonly agreed?: Wishes | undefined;
  /** Bytes that this rank sent in the first step of a whole batch, by the names of values; absent before. */
  readonly sent?: ReadonlyMap<string, number> | undefined;
  /** Asks for live memory anew: other programs may have been compiled since. */
  bind(): void;
  /**
   * Runs the step of the batch where `progress` stands; it must be ready. A promise only where the step waits
   * for others, or a device is behind; what answers at once allocates nothing.
   */
  run(
    source: BatchSource,
    progress: Readonly<Progress>,
    learningRate: number,
  ): Promise<void> | undefined;
  read(): Promise<StepResults>;
}

export type OpenRunner = (request: RunnerRequest) => StepRunner;
