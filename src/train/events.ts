/**
 * @file What `fit` is asked for and what it tells.
 *
 * One stream of typed events feeds the progress line, the history file, the run folder and the lab.
 * Next stop: `fit.ts`.
 */
import type { Collectives } from '../cluster/collectives.ts';
import type { Share } from '../data/batches/batches.ts';
import type { ReadingOptions } from '../data/batches/batchSource.ts';
import type { MetricChoice } from '../nn/losses/chosenMetrics.ts';
import type { LossChoice } from '../nn/losses/objectives.ts';
import type { LearningRates } from '../nn/optimizers/layerRates.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import type { PrecisionChoice } from '../nn/precision/choice.ts';
import type { ScheduleFunction } from '../nn/schedules.ts';
import type { TrainedModel } from '../nn/trained.ts';
import type { EarlyStop } from './earlyStop.ts';
import type { Metrics } from './measures.ts';
import type { EpochRecord, Progress, Snapshot } from './progress.ts';
import type { RowSettings } from './rowTreatment.ts';
import type { RanksOptions } from './runners/ranks.ts';
import type { OpenRunner } from './runners/runner.ts';
import type { WarmStart } from './snapshots/warmStart.ts';

/** A thing by its name with some of its settings: `{ kind: 'step', every: 5 }`. */
export interface Choice {
  readonly kind: string;
  readonly [setting: string]: unknown;
}

export interface FitOptions extends RowSettings, EarlyStop {
  /** Passes over the training split; default 10. */
  readonly epochs?: number;
  /** Default 128. A last, smaller batch gets a program of its own size. */
  readonly batchSize?: number;
  /** A name, or settings: `{ loss: 'huber', delta: 0.5 }`, `{ loss: 'meanSquaredError', target: 'input' }`. */
  readonly loss?: LossChoice | undefined;
  /** Of each output by name, where a model has several. */
  readonly losses?: Readonly<Record<string, LossChoice>> | undefined;
  /**
   * What to measure beside the loss and the accuracy (of values: the mean absolute error), in training and
   * validation: 'top5Accuracy', 'meanSquaredError', or `{ name, rows: (output, truth, build) => ... }`.
   */
  readonly metrics?: readonly MetricChoice[] | undefined;
  /** `adam({ learningRate: 0.002 })`, or its name, or its spec from a file. Default: Adam, for a
   * model of ours at the rate that `fovea train` takes for it (`models/recipes.ts`: 0.003 for lenet5). */
  readonly optimizer?: Optimizer | string | Choice;
  /**
   * 'float16' computes products in half precision, on numbers that are kept so, with a scale of the loss that finds
   * itself: `{ kind: 'float16', lossScale: 1024 }`. Weights, optimizer, statistics and losses are float32. Default
   * 'float32'.
   */
  readonly precision?: PrecisionChoice | undefined;
  /**
   * What the learning rate of single layers is multiplied by: `{ 'conv*': 0.1 }`; with a slash, of parameters:
   * `{ 'conv1/bias': 2 }`. Where several fit, they multiply. Default: 1 for all.
   */
  readonly learningRates?: LearningRates | undefined;
  /**
   * How the learning rate moves: a name, `{ kind: 'cosine', duration: 10, warmup: 2 }`, or a function of finished
   * epochs and finished steps: `(epoch, step) => 0.1 * 0.5 ** epoch`. Default 'constant'.
   */
  readonly schedule?: string | Choice | ScheduleFunction;
  /** Of the first weights, the shuffling and all random layers; default 0. */
  readonly seed?: number;
  /** A new order of the training rows each epoch, or one random order for all ('once'); default true. */
  readonly shuffle?: boolean | 'once';
  /** How pictures are read, and augmented in training. */
  readonly reading?: Omit<ReadingOptions, 'shape' | 'seed'> | undefined;
  /** Share of the training rows, the last ones, that is kept for validation; default 0. */
  readonly validationSplit?: number;
  /** Measures the test set after each epoch too, for curves; nothing is chosen by it. Default false. */
  readonly watchTest?: boolean;
  /**
   * Checkpoint events within an epoch, beside the one at the end of each. By `seconds`: at most so often, and
   * less where saving would take more than a twentieth of the time.
   */
  readonly checkpointEvery?: { readonly batches?: number; readonly seconds?: number };
  /**
   * What runs a step; default: one program on this machine, or with `cluster` one that exchanges with other ranks.
   */
  readonly runner?: OpenRunner | undefined;
  /** The rows of each batch that this rank takes; default: all, or with `cluster` this rank's. */
  readonly share?: Share | undefined;
  /** Trains with other ranks, each of which calls `fit` with the same options and data. */
  readonly cluster?: Cluster | undefined;
  /** Names of layers whose numbers training leaves alone, beside those that say `trainable: false`. */
  readonly freeze?: readonly string[] | undefined;
  /**
   * Weights to begin with in place of drawn ones, by name, where the shape agrees: `(await loadModel(path)).weights`.
   * The start event says which were taken. A run that resumes has weights already and leaves these aside.
   */
  readonly initialWeights?: TrainedModel['weights'] | undefined;
  /** Goes on from here instead of from the first weights. */
  readonly resume?: Snapshot;
  /** Stops between two steps, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Seconds between batch events; default 0.1; 0 tells of every batch. A function is asked after each step. */
  readonly eventInterval?: number | (() => number);
}

/** What a checkpoint is taken for: the first weights, an epoch's end, `checkpointEvery`, a stop. */
export type CheckpointReason = 'start' | 'epoch' | 'interval' | 'stop';

/** Why a run is over. */
export type StopReason = 'epochs' | 'patience' | 'stopped';

/** The ranks that train one network together, and how. */
export interface Cluster extends RanksOptions {
  readonly ranks: Collectives;
  /**
   * Whether each of two ranks holds one of the network's two towers and takes all rows, in place of the whole network
   * and its part of the rows; default false. Of more ranks 0 and 1 are a pair, 2 and 3 another, and each pair takes its part
   * of the rows. When training is over all have the whole network.
   */
  readonly towers?: boolean | undefined;
}

export type FitEvent =
  | {
      /** Told before all others where a device has kernels to compile, which may take seconds. */
      readonly type: 'compiling';
      readonly kernels: number;
    }
  | {
      readonly type: 'start';
      readonly epochs: number;
      /** Batches per epoch. */
      readonly batches: number;
      /** Where it starts: at zero, or where the resumed run stood. */
      readonly progress: Readonly<Progress>;
      /** Bytes of memory planned for a step, parameters included, where the backend plans. */
      readonly bytes: number | undefined;
      /** What became of `initialWeights`; absent where there were none. */
      readonly weights?: WarmStart | undefined;
    }
  | ({
      /** Beside these, means over the epoch so far: of the loss, and of what goes with it. */
      readonly type: 'batch';
      /** The epoch that runs, from 1. */
      readonly epoch: number;
      readonly epochs: number;
      /** Finished batches of this epoch. */
      readonly batch: number;
      readonly batches: number;
      /** Of the last of these batches. */
      readonly learningRate: number;
      /** Time spent in this epoch so far. */
      readonly seconds: number;
    } & Metrics)
  | ({
      readonly type: 'epoch';
      readonly epochs: number;
      readonly batches: number;
      /** Whether it is the best so far, by `monitor`. */
      readonly isBest: boolean;
    } & EpochRecord)
  | {
      /** Told once, after the first step of a whole batch, where towers train. */
      readonly type: 'exchanged';
      /** Of that batch. */
      readonly rows: number;
      /** Bytes that this rank sent, by the names of values: "conv3/exchange", "conv3/exchange/gradient". */
      readonly sent: ReadonlyMap<string, number>;
    }
  | {
      readonly type: 'checkpoint';
      readonly reason: CheckpointReason;
      readonly isBest: boolean;
      /** Copies the run's state. Call and await it before asking for the next event. */
      snapshot(): Promise<Snapshot>;
    }
  | {
      readonly type: 'done';
      readonly reason: StopReason;
      readonly progress: Readonly<Progress>;
      /** The epoch whose weights are left: the last, or with `restoreBest` the best. */
      readonly keptEpoch: number;
    };
