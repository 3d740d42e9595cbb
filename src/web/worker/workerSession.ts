/**
 * @file A session that lies in a worker, as a page has it: the functions of a program in Node, with the session in
 * front of the dot.
 *
 * A spec object is a model instance: the same object means the same weights. Two sessions are two workers; two
 * trainings in one take turns. Previous stop: `openWorkerSession.ts`. Next stop: `remoteTraining.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Known } from '../../base/names.ts';
import type { ArraySplit } from '../../data/arraySplit.ts';
import type { Dataset, Split } from '../../data/dataset.ts';
import type { DatasetName } from '../../data/datasets/index.ts';
import type { Picture } from '../../data/images/picture.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { Evaluation } from '../../train/evaluation/classification.ts';
import type { EvaluateOptions } from '../../train/evaluation/evaluate.ts';
import type { ScoreOptions } from '../../train/evaluation/score.ts';
import type { Metrics } from '../../train/measures.ts';
import type {
  BatchPredictionOptions,
  Numbers,
  Rows,
  RunnableModel,
} from '../../train/prediction/batchPrediction.ts';
import type { ExcitingOptions } from '../../train/prediction/excites.ts';
import type { Look } from '../../train/prediction/look.ts';
import type { PredictedModel } from '../../train/prediction/predict.ts';
import type { Prediction, PredictOptions } from '../../train/prediction/reading.ts';
import type { LoadFromOptions } from '../data/loadDataset.ts';
import type { Asked, Asking } from './calls.ts';
import type {
  EngineCalls,
  EngineFacts,
  ExcitedPictures,
  LoadNews,
  PicturesOf,
  WatchingOptions,
  Weights,
  WorkerDataset,
  WorkerFitEvent,
  WorkerFitOptions,
  WorkerResumeOptions,
  WorkerRunEvent,
  WorkerRunOptions,
  WorkerSplit,
} from './protocol.ts';
import { RemoteTraining } from './remoteTraining.ts';
import { type AnyRows, SentObjects, type WorkerFitData } from './sentObjects.ts';
import { absolute, evaluationOptions, plainOptimizer } from './sentOptions.ts';

/** Reads picture after picture; its program is compiled once. */
export interface RemotePredictor {
  (picture: Picture, options?: PredictOptions): Promise<Prediction>;
  close(): Promise<void>;
}

/** Shows every layer's numbers for picture after picture: (H, W, C) bytes of the model's input. */
export interface RemoteViewer {
  (pixels: Uint8Array): Promise<Look>;
  close(): Promise<void>;
}

export interface LoadInWorkerOptions extends LoadFromOptions {
  /** As in `loadDataset`; also an address that counts from the page's own: 'data/'. */
  readonly base?: string | URL | undefined;
}

export class WorkerSession implements EngineFacts {
  readonly backend: string;
  readonly threads: number;
  readonly plan: string;
  /**
   * Tells why when the worker is gone though nobody closed the session: ended from outside, or out of memory. It is
   * told before whatever was asked of it fails with the same words.
   */
  readonly lost: Promise<FoveaError>;
  readonly #asking: Asking<EngineCalls>;
  readonly #calls: Asked<EngineCalls>;
  readonly #terminate: () => void;
  readonly #objects: SentObjects;
  /** Trainings and programs so far. */
  #count = 0;
  #closing: Promise<void> | undefined;

  /** Over any port behind which an `Engine` is served; `openWorkerSession` is the usual way. */
  constructor(asking: Asking<EngineCalls>, facts: EngineFacts, terminate: () => void) {
    this.#asking = asking;
    this.#calls = asking.calls;
    this.lost = asking.lost;
    this.#objects = new SentObjects(asking.calls);
    this.#terminate = terminate;
    this.backend = facts.backend;
    this.threads = facts.threads;
    this.plan = facts.plan;
  }

  /** Loads a set of the table in the worker: its pictures never cross, but by `pictures`. */
  async loadDataset<N extends string>(
    name: Known<N, DatasetName>,
    { signal, base, onProgress, onNote, ...others }: LoadInWorkerOptions = {},
  ): Promise<WorkerDataset> {
    const options = base === undefined ? others : { ...others, base: absolute(base) };
    const onNews = (news: LoadNews): void => {
      if ('progress' in news) onProgress?.(news.progress);
      else onNote?.(news.note);
    };
    const [train, test] = [this.#objects.newKey<Split>(), this.#objects.newKey<Split>()];
    const asked = { name, options, train, test };
    const dataset = await this.#calls.loadDataset(asked, { signal, onNews });
    this.#objects.know(dataset.train, train);
    this.#objects.know(dataset.test, test);
    return dataset;
  }

  /** Rows of a split that lies in the worker, such as the mistakes of an evaluation. */
  async pictures(split: Split | WorkerSplit, rows: readonly number[]): Promise<PicturesOf> {
    return this.#calls.pictures({ split: await this.#objects.keyOf<Split>(split), rows });
  }

  /** As `fit`, without blocking: a `for await` over the events; and it can rest, go on, and step. */
  fit(spec: ModelSpec, data: WorkerFitData, options: WorkerFitOptions = {}): RemoteTraining {
    const { signal, ...sent } = options;
    return this.#training<WorkerFitEvent>(signal, async (training) =>
      this.#calls.fit({
        training,
        spec: await this.#objects.keyOf(spec),
        data: await this.#objects.fitData(data),
        options: { ...sent, ...plainOptimizer(sent) },
      }),
    );
  }

  /**
   * As `fit`, of a run that the browser keeps by the name given: with the same files as `runs/NAME` in Node, whole at
   * every moment, to be gone on with after a reload (`resumeRun`) and saved as a zip (`openRunStore`).
   */
  trainRun(
    spec: ModelSpec,
    data: Dataset<Split | WorkerSplit>,
    { signal, settings = {}, ...others }: WorkerRunOptions & Pick<WatchingOptions, 'signal'>,
  ): RemoteTraining<WorkerRunEvent> {
    const options = { ...others, settings: { ...settings, ...plainOptimizer(settings) } };
    return this.#training<WorkerRunEvent>(signal, async (training) =>
      this.#calls.trainRun({
        training,
        ...(await this.#runOf(spec, data)),
        options,
        resumes: false,
      }),
    );
  }

  /**
   * Goes on with a run that the browser keeps, to the bits it would have had without a stop. `spec` is what the
   * store says of it (`store.open(name).readSpec()`), `data` what it was trained on.
   */
  resumeRun(
    spec: ModelSpec,
    data: Dataset<Split | WorkerSplit>,
    { signal, ...options }: WorkerResumeOptions & Pick<WatchingOptions, 'signal'>,
  ): RemoteTraining<WorkerRunEvent> {
    return this.#training<WorkerRunEvent>(signal, async (training) =>
      this.#calls.trainRun({
        training,
        ...(await this.#runOf(spec, data)),
        options,
        resumes: true,
      }),
    );
  }

  async #runOf(spec: ModelSpec, { train, test, ...about }: Dataset<Split | WorkerSplit>) {
    const key = (split: Split | WorkerSplit) => this.#objects.keyOf<Split>(split);
    const data = { ...about, train: await key(train), test: await key(test) };
    return { spec: await this.#objects.keyOf(spec), data };
  }

  #training<E extends WorkerRunEvent>(
    signal: AbortSignal | undefined,
    begin: (training: number) => Promise<void>,
  ): RemoteTraining<E> {
    const training = new RemoteTraining<E>(this.#calls, async () => {
      signal?.throwIfAborted();
      const number = this.#count++;
      await begin(number);
      return number;
    });
    signal?.addEventListener('abort', () => void training.stop().catch(() => {}));
    return training;
  }

  /** The session's weights of a spec that is or was trained here: of all parameters, or of those named. */
  async weightsOf(spec: ModelSpec, names?: readonly string[]): Promise<Weights> {
    return this.#calls.weights({ spec: await this.#objects.keyOf(spec), names });
  }

  /** The whole evaluation of a split, also in the midst of training: of the weights between two steps. */
  async evaluate(
    spec: ModelSpec,
    split: Split | WorkerSplit,
    options: EvaluateOptions,
  ): Promise<Evaluation> {
    const weights = await this.#objects.weights(options.weights);
    return this.#calls.evaluate({
      spec: await this.#objects.keyOf(spec),
      split: await this.#objects.keyOf<Split>(split),
      options: { ...evaluationOptions(options), ...weights },
    });
  }

  async score(
    spec: ModelSpec,
    rows: AnyRows,
    { weights, ...options }: ScoreOptions = {},
  ): Promise<Metrics> {
    return this.#calls.score({
      spec: await this.#objects.keyOf(spec),
      rows: await this.#objects.keyOf<Split | ArraySplit>(rows),
      options: { ...options, ...(await this.#objects.weights(weights)) },
    });
  }

  async predictBatch(
    model: RunnableModel,
    rows: Rows,
    options: BatchPredictionOptions = {},
  ): Promise<Readonly<Record<string, Numbers>>> {
    const sent = await this.#objects.model({ ...model, classes: [] });
    return this.#calls.predictBatch({ model: sent, rows, options });
  }

  async activations(
    model: RunnableModel,
    rows: Rows,
    layers: readonly string[],
    options: BatchPredictionOptions = {},
  ): Promise<Readonly<Record<string, Numbers>>> {
    const sent = await this.#objects.model({ ...model, classes: [] });
    return this.#calls.activations({ model: sent, rows, layers, options });
  }

  /** As `exciting` of the library; the pictures that it names come with it. */
  async exciting(
    model: RunnableModel,
    split: Split | WorkerSplit,
    layer: string,
    options: Omit<ExcitingOptions, 'reading'> = {},
  ): Promise<ExcitedPictures> {
    const sent = await this.#objects.model({ ...model, classes: [] });
    const key = await this.#objects.keyOf<Split>(split);
    return this.#calls.exciting({ model: sent, split: key, layer, options });
  }

  async openPredictor(model: PredictedModel): Promise<RemotePredictor> {
    const program = this.#count++;
    await this.#calls.openPredictor({ program, model: await this.#objects.model(model) });
    const predict = (picture: Picture, options: PredictOptions = {}) =>
      this.#calls.predict({ program, picture, options });
    return Object.assign(predict, { close: () => this.#calls.closeProgram(program) });
  }

  /** Without weights: those that training moves, as they are at each look. */
  async openViewer(model: PredictedModel): Promise<RemoteViewer> {
    const program = this.#count++;
    await this.#calls.openViewer({ program, model: await this.#objects.model(model) });
    const view = (pixels: Uint8Array) => this.#calls.view({ program, pixels });
    return Object.assign(view, { close: () => this.#calls.closeProgram(program) });
  }

  /** Gives back what the worker holds of a spec (its weights too), a split or weights. It may be used anew. */
  release(object: object): Promise<void> {
    return this.#objects.release(object);
  }

  /** Ends what runs and the worker; may be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#calls.close();
    } finally {
      this.#terminate();
      this.#asking.end(
        new FoveaError({
          problem: 'the session was closed',
          expected: 'an open session',
          fix: 'open another with openWorkerSession(), or close this one later',
        }),
      );
    }
  }
}
