/**
 * @file What a page and the engine's worker say to each other: the table of calls, and what travels.
 *
 * Specs, weights and splits are sent once, and named by number from then on. So a spec keeps its identity: the
 * same object on the page means the same weights in the worker, as everywhere in the house. Next stops:
 * `engine.ts`, which answers; `workerSession.ts`, which asks.
 */
import type { OpenOptions } from '../../backends/select.ts';
import type { ArraySplit } from '../../data/arraySplit.ts';
import type { Dataset, DownloadProgress, Split } from '../../data/dataset.ts';
import type { Picture } from '../../data/images/picture.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { RunEvent } from '../../records/performRun.ts';
import type { About } from '../../train/checks.ts';
import type { Evaluation } from '../../train/evaluation/classification.ts';
import type { EvaluateOptions } from '../../train/evaluation/evaluate.ts';
import type { ScoreOptions } from '../../train/evaluation/score.ts';
import type { FitEvent, FitOptions } from '../../train/events.ts';
import type { Metrics } from '../../train/measures.ts';
import type {
  BatchPredictionOptions,
  Numbers,
  Rows,
} from '../../train/prediction/batchPrediction.ts';
import type { Excited, ExcitingOptions } from '../../train/prediction/excites.ts';
import type { Look } from '../../train/prediction/look.ts';
import type { Prediction, PredictOptions } from '../../train/prediction/reading.ts';
import type { Snapshot } from '../../train/progress.ts';
import type { LoadFromOptions } from '../data/loadDataset.ts';
import type { ResumeOptions, RunOptions } from '../store/trainStoredRun.ts';
import type { CallContext } from './calls.ts';
import type { FileCalls } from './fileWriter.ts';

/** A thing that both sides know, by its number. */
export type Key<T> = number & { readonly of?: T };

export type Weights = ReadonlyMap<string, StateValue>;

/** What the session in the worker says of itself. */
export interface EngineFacts {
  readonly backend: string;
  readonly threads: number;
  /** As a session's: which plan runs and why. */
  readonly plan: string;
}

/** A split that lies in the worker; `pictures` shows some of it. */
export interface WorkerSplit {
  readonly count: number;
  readonly inWorker: true;
}

/** A data set that was loaded in the worker: all but its pictures. */
export type WorkerDataset = Dataset<WorkerSplit>;

/** Some rows of a split, in the order asked for. */
export type PicturesOf = Pick<Split, 'count' | 'images'> & { readonly labels: Int32Array };

/** What excites units of a layer, with the pictures that do. */
export interface ExcitedPictures extends Excited {
  /** Rows that are named by any of the units; their pictures, (H, W, C) as the network reads them, one after another. */
  readonly rows: readonly number[];
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

/** The numbers of some parameters while training goes on. */
export interface WeightsEvent {
  readonly type: 'weights';
  /** Finished steps. */
  readonly step: number;
  readonly weights: Weights;
}

export interface WatchOptions {
  /** Names of parameters: "conv2d/kernel". */
  readonly weights: readonly string[];
  /** Seconds between two tellings, at least; default 0.25. */
  readonly every?: number | undefined;
}

/** Options of `fit` but for what cannot travel. */
export interface WorkerFitOptions
  extends Omit<FitOptions, 'signal' | 'runner' | 'share' | 'eventInterval'> {
  readonly eventInterval?: number | undefined;
  /** Tells of parameters as they change, by `weights` events. */
  readonly watch?: WatchOptions | undefined;
  /** Begins at rest, before the first step. */
  readonly paused?: boolean | undefined;
  /** Stops between two steps, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
}

/** How a training is shown. */
export type WatchingOptions = Pick<
  WorkerFitOptions,
  'eventInterval' | 'watch' | 'paused' | 'signal'
>;
export type WorkerRunOptions = RunOptions & Omit<WatchingOptions, 'signal'>;
export type WorkerResumeOptions = ResumeOptions & Omit<WatchingOptions, 'signal'>;

/** The events of `fit`, and `weights` where they are watched. */
export type WorkerFitEvent = FitEvent | WeightsEvent;
/** Of a run that is kept, also what it is when it begins and what came of it. */
export type WorkerRunEvent = RunEvent | WeightsEvent;

type Checkpoint = Extract<FitEvent, { readonly type: 'checkpoint' }>;
/** As it travels: a checkpoint's numbers are asked for. */
export type SentEvent = Exclude<WorkerRunEvent, Checkpoint> | Omit<Checkpoint, 'snapshot'>;

export interface SentModel {
  readonly spec: Key<ModelSpec>;
  /** Absent: those that the session holds for the spec. */
  readonly weights?: Key<Weights> | undefined;
  readonly classes: readonly string[];
}

/** Of `fit`: splits by number. */
export interface SentFitData extends About {
  readonly train: Key<Split | ArraySplit>;
  readonly validation?: Key<Split | ArraySplit> | undefined;
  readonly test?: Key<Split | ArraySplit> | undefined;
}

/** A data set by the numbers of its splits. */
export interface SentRunData extends Omit<Dataset, 'train' | 'test'> {
  readonly train: Key<Split>;
  readonly test: Key<Split>;
}

/** `stop` lets the step end and takes a checkpoint; `abandon` ends it without. */
export type TrainingAction = 'pause' | 'resume' | 'step' | 'stop' | 'abandon';

/** Of evaluation and scores: weights by number. */
type ByKey<O> = Omit<O, 'weights'> & { readonly weights?: Key<Weights> | undefined };
export type SentEvaluateOptions = ByKey<EvaluateOptions>;
export type SentScoreOptions = ByKey<ScoreOptions>;

type Call<A, R> = (argument: A, context: CallContext) => R | Promise<R>;

/** Everything the worker answers. */
export type EngineCalls = FileCalls & {
  /** From the answer on the worker lives under this name (`life.ts`). */
  readonly live: Call<string, void>;
  readonly open: Call<OpenOptions, EngineFacts>;
  /** From now on `key` means `value`. */
  readonly keep: Call<{ readonly key: Key<unknown>; readonly value: unknown }, void>;
  /** Forgets a split or weights; of a spec, gives back its weights too. */
  readonly release: Call<Key<unknown>, void>;
  /** The splits are kept by the keys given. */
  readonly loadDataset: Call<
    {
      readonly name: string;
      readonly options: SentLoadOptions;
      readonly train: Key<Split>;
      readonly test: Key<Split>;
    },
    WorkerDataset
  >;
  readonly pictures: Call<
    { readonly split: Key<Split>; readonly rows: readonly number[] },
    PicturesOf
  >;
  /** Begins a training; its events are asked for one by one. */
  readonly fit: Call<
    {
      readonly training: number;
      readonly spec: Key<ModelSpec>;
      readonly data: SentFitData;
      readonly options: Omit<WorkerFitOptions, 'signal'>;
    },
    void
  >;
  /** As `fit`, of a run that the browser keeps; its events are asked for alike. */
  readonly trainRun: Call<
    {
      readonly training: number;
      readonly spec: Key<ModelSpec>;
      readonly data: SentRunData;
      readonly options: WorkerRunOptions | WorkerResumeOptions;
      readonly resumes: boolean;
    },
    void
  >;
  /** Undefined: it is over. A checkpoint holds training until the next event is asked for. */
  readonly nextEvent: Call<number, SentEvent | undefined>;
  readonly control: Call<{ readonly training: number; readonly action: TrainingAction }, void>;
  /** Of the checkpoint that was told last. */
  readonly snapshot: Call<number, Snapshot>;
  /** What the session holds for a spec: of all parameters, or of those named. */
  readonly weights: Call<
    { readonly spec: Key<ModelSpec>; readonly names?: readonly string[] | undefined },
    Weights
  >;
  readonly evaluate: Call<
    {
      readonly spec: Key<ModelSpec>;
      readonly split: Key<Split>;
      readonly options: SentEvaluateOptions;
    },
    Evaluation
  >;
  readonly score: Call<
    {
      readonly spec: Key<ModelSpec>;
      readonly rows: Key<Split | ArraySplit>;
      readonly options: SentScoreOptions;
    },
    Metrics
  >;
  readonly predictBatch: Call<
    {
      readonly model: SentModel;
      readonly rows: Rows;
      readonly options: BatchPredictionOptions;
    },
    Readonly<Record<string, Numbers>>
  >;
  readonly activations: Call<
    {
      readonly model: SentModel;
      readonly rows: Rows;
      readonly layers: readonly string[];
      readonly options: BatchPredictionOptions;
    },
    Readonly<Record<string, Numbers>>
  >;
  readonly exciting: Call<
    {
      readonly model: SentModel;
      readonly split: Key<Split>;
      readonly layer: string;
      readonly options: Omit<ExcitingOptions, 'reading'>;
    },
    ExcitedPictures
  >;
  /** The program is kept by the number given. */
  readonly openPredictor: Call<{ readonly program: number; readonly model: SentModel }, void>;
  readonly predict: Call<
    {
      readonly program: number;
      readonly picture: Picture;
      readonly options: PredictOptions;
    },
    Prediction
  >;
  readonly openViewer: Call<{ readonly program: number; readonly model: SentModel }, void>;
  readonly view: Call<{ readonly program: number; readonly pixels: Uint8Array }, Look>;
  readonly closeProgram: Call<number, void>;
  readonly close: Call<void, void>;
};

/** What can be said of a set to a worker. */
export type SentLoadOptions = Omit<LoadFromOptions, 'base' | 'onProgress' | 'onNote' | 'signal'> & {
  readonly base?: string | undefined;
};

/** Told while a set is loaded. */
export type LoadNews = { readonly progress: DownloadProgress } | { readonly note: string };
