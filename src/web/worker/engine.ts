/**
 * @file The worker's side: a session, what it keeps for the page, and an answer to every call of the table.
 *
 * Previous stop: `protocol.ts`. Next stops: `training.ts`; `engineWorker.ts`, where this runs.
 */
import type { Session } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { FoveaError, UsageError, unreachable } from '../../base/errors.ts';
import { at } from '../../base/lists.ts';
import type { Dataset, Split } from '../../data/dataset.ts';
import { parameterNames } from '../../nn/programs/programs.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { fittedSplit } from '../../train/checks.ts';
import { evaluate } from '../../train/evaluation/evaluate.ts';
import { score } from '../../train/evaluation/score.ts';
import { type FitData, fit } from '../../train/fit.ts';
import { activations, predictBatch } from '../../train/prediction/batchPrediction.ts';
import { type Excited, exciting } from '../../train/prediction/excites.ts';
import { openViewer, type Viewer } from '../../train/prediction/look.ts';
import {
  openPredictor,
  type PredictedModel,
  type Predictor,
} from '../../train/prediction/predict.ts';
import { trainedScope } from '../../train/snapshots/snapshot.ts';
import { loadDataset } from '../data/loadDataset.ts';
import { openOriginFiles } from '../files/originFiles.ts';
import { openRunStore, type RunStore } from '../store/runStore.ts';
import { resumeStoredRun, trainStoredRun } from '../store/trainStoredRun.ts';
import { live } from './life.ts';
import type {
  EngineCalls,
  ExcitedPictures,
  Key,
  LoadNews,
  PicturesOf,
  SentFitData,
  SentModel,
  Weights,
  WorkerSplit,
} from './protocol.ts';
import { Training, type TrainingParts } from './training.ts';
import { Turnstile } from './turnstile.ts';

/** Answers of one session, which `open` opens. */
export class Engine {
  readonly #openStore: () => Promise<RunStore>;
  #session: Session | undefined;
  readonly #turnstile = new Turnstile();
  readonly #kept = new Map<number, unknown>();
  readonly #trainings = new Map<number, Training>();
  readonly #programs = new Map<number, Predictor | Viewer>();

  /** `openStore`: where runs are kept. */
  constructor(openStore = openRunStore) {
    this.#openStore = openStore;
  }

  /** The table that is served. */
  calls(): EngineCalls {
    return {
      ...this.#dataCalls(),
      ...this.#trainingCalls(),
      ...this.#measuringCalls(),
      ...this.#programCalls(),
      live,
      writeFile: async ({ path, bytes }) => (await openOriginFiles()).write(path, bytes),
      open: async (options) => {
        this.#session = await openSession(options);
        const { backend, threads, plan } = this.#session;
        return { backend, threads, plan };
      },
      close: async () => {
        for (const training of this.#trainings.values()) training.control('abandon');
        await this.#turnstile.pass(() => this.#session?.close());
      },
    };
  }

  #dataCalls(): Pick<EngineCalls, 'keep' | 'release' | 'loadDataset' | 'pictures'> {
    return {
      keep: ({ key, value }) => {
        this.#kept.set(key, value);
      },
      release: (key) =>
        this.#turnstile.pass(() => {
          const value = this.#kept.get(key);
          this.#kept.delete(key);
          if (typeof value === 'object' && value !== null) this.#open().scopeOf(value).free();
        }),
      loadDataset: async ({ name, options, train, test }, { signal, tell }) => {
        const dataset = await loadDataset(name as never, {
          ...options,
          signal,
          onProgress: (progress) => tell({ progress } satisfies LoadNews),
          onNote: (note) => tell({ note } satisfies LoadNews),
        });
        this.#kept.set(train, dataset.train);
        this.#kept.set(test, dataset.test);
        const { classes, imageShape, digests = {} } = dataset;
        return { name: dataset.name, classes, imageShape, ...counted(dataset), digests };
      },
      pictures: ({ split, rows }) => picturesOf(this.#get(split), rows),
    };
  }

  #trainingCalls(): Pick<
    EngineCalls,
    'fit' | 'trainRun' | 'nextEvent' | 'control' | 'snapshot' | 'weights'
  > {
    return {
      fit: ({ training, spec: key, data: sent, options }) => {
        const { watch, paused = false, eventInterval = 0.1, ...fitOptions } = options;
        const spec = this.#get(key);
        const data = this.#dataOf(sent);
        this.#train(training, spec, { watch, paused, eventInterval }, (interval, signal) =>
          fit(this.#open(), spec, data, { ...fitOptions, eventInterval: interval, signal }),
        );
      },
      trainRun: async ({ training, spec: key, data: sent, options, resumes }) => {
        const { watch, paused = false, eventInterval = 0.1, ...runOptions } = options;
        const spec = this.#get(key);
        const data = { ...sent, train: this.#get(sent.train), test: this.#get(sent.test) };
        const [store, session] = [await this.#openStore(), this.#open()];
        this.#train(training, spec, { watch, paused, eventInterval }, (interval, signal) => {
          const place = { session, store, data, eventInterval: interval, signal };
          return resumes
            ? resumeStoredRun(spec, runOptions, place)
            : trainStoredRun(spec, runOptions, place);
        });
      },
      nextEvent: async (number) => {
        const event = await this.#training(number).next();
        if (event === undefined) this.#trainings.delete(number);
        return event;
      },
      control: ({ training, action }) => {
        this.#trainings.get(training)?.control(action);
        if (action === 'abandon') this.#trainings.delete(training);
      },
      snapshot: (number) => {
        const training = this.#training(number);
        return this.#turnstile.pass(() => training.snapshot() ?? unreachable('no checkpoint yet'));
      },
      weights: ({ spec, names }) =>
        this.#turnstile.pass(() => this.#weightsOf(this.#get(spec), names)),
    };
  }

  #measuringCalls(): Pick<
    EngineCalls,
    'evaluate' | 'score' | 'predictBatch' | 'activations' | 'exciting'
  > {
    const inTurn = <R>(task: (session: Session) => Promise<R>): Promise<R> =>
      this.#turnstile.pass(() => task(this.#open()));
    return {
      evaluate: ({ spec, split, options }) =>
        inTurn((session) =>
          evaluate(session, this.#get(spec), this.#get(split), this.#withWeights(options)),
        ),
      score: ({ spec, rows, options }) =>
        inTurn((session) =>
          score(session, this.#get(spec), this.#get(rows), this.#withWeights(options)),
        ),
      predictBatch: ({ model, rows, options }) =>
        inTurn((session) => predictBatch(session, this.#modelOf(model), rows, options)),
      activations: ({ model, rows, layers, options }) =>
        inTurn((session) => activations(session, this.#modelOf(model), rows, layers, options)),
      exciting: ({ model, split, layer, options }) =>
        inTurn(async (session) => {
          const known = this.#modelOf(model);
          const { split: rows } = fittedSplit(known.spec, this.#get(split));
          return withPictures(await exciting(session, known, rows, layer, options), rows);
        }),
    };
  }

  #programCalls(): Pick<
    EngineCalls,
    'openPredictor' | 'predict' | 'openViewer' | 'view' | 'closeProgram'
  > {
    const inTurn = this.#turnstile;
    return {
      openPredictor: ({ program, model }) =>
        inTurn.pass(() => {
          this.#programs.set(program, openPredictor(this.#open(), this.#modelOf(model)));
        }),
      predict: ({ program, picture, options }) =>
        inTurn.pass(() => (this.#programs.get(program) as Predictor)(picture, options)),
      openViewer: ({ program, model }) =>
        inTurn.pass(() => {
          this.#programs.set(program, openViewer(this.#open(), this.#modelOf(model)));
        }),
      view: ({ program, pixels }) =>
        inTurn.pass(() => (this.#programs.get(program) as Viewer)(pixels)),
      closeProgram: (program) =>
        inTurn.pass(() => {
          this.#programs.get(program)?.close();
          this.#programs.delete(program);
        }),
    };
  }

  #open(): Session {
    return this.#session ?? unreachable('a call before open');
  }

  #get<T>(key: Key<T>): T {
    if (this.#kept.has(key)) return this.#kept.get(key) as T;
    throw new FoveaError({
      problem: 'this object was released',
      expected: 'a spec, split or weights that the worker still holds',
      fix: 'use the object again before release(), or send another',
    });
  }

  #train(
    training: number,
    spec: ModelSpec,
    options: Pick<TrainingParts, 'watch' | 'paused' | 'eventInterval'>,
    start: TrainingParts['start'],
  ): void {
    const readWeights = (names: readonly string[]) => this.#weightsOf(spec, names);
    const parts = { ...options, turnstile: this.#turnstile, start, readWeights };
    this.#trainings.set(training, new Training(parts));
  }

  #training(number: number): Training {
    return this.#trainings.get(number) ?? unreachable(`no training ${number}`);
  }

  #modelOf({ spec, weights, classes }: SentModel): PredictedModel {
    return this.#withWeights({ spec: this.#get(spec), classes, weights });
  }

  #withWeights<O extends { readonly weights?: Key<Weights> | undefined }>({
    weights,
    ...others
  }: O): Omit<O, 'weights'> & { readonly weights?: Weights } {
    return { ...others, ...(weights === undefined ? {} : { weights: this.#get(weights) }) };
  }

  #dataOf({ train, validation, test, ...about }: SentFitData): FitData {
    return {
      ...about,
      train: this.#get(train),
      ...(validation === undefined ? {} : { validation: this.#get(validation) }),
      ...(test === undefined ? {} : { test: this.#get(test) }),
    };
  }

  async #weightsOf(
    spec: ModelSpec,
    names: readonly string[] = parameterNames(spec),
  ): Promise<Weights> {
    const scope = trainedScope(this.#open(), spec);
    const shapes = new Map(scope.states().map(({ name, shape }) => [name, shape]));
    const weights = new Map<string, StateValue>();
    for (const name of names) {
      const data = await scope.readState(name);
      weights.set(name, { shape: shapes.get(name) ?? [data.length], data });
    }
    return weights;
  }
}

function counted({ train, test }: Dataset): { train: WorkerSplit; test: WorkerSplit } {
  const of = ({ count }: Split): WorkerSplit => ({ count, inWorker: true });
  return { train: of(train), test: of(test) };
}

function withPictures(excited: Excited, split: Split): ExcitedPictures {
  const named = excited.units.flatMap(({ pictures }) => pictures.map(({ index }) => index));
  const rows = [...new Set(named)];
  const { images, labels } = picturesOf(split, rows);
  return { ...excited, rows, images, labels };
}

function picturesOf(split: Split, rows: readonly number[]): PicturesOf {
  const wrong = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= split.count);
  if (wrong !== undefined) {
    throw new UsageError({
      problem: `row ${wrong} of a split`,
      expected: `a whole number from 0 to ${split.count - 1}`,
    });
  }
  const size = split.images.length / split.count;
  const images = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => {
    images.set(split.images.subarray(row * size, (row + 1) * size), i * size);
  });
  return {
    count: rows.length,
    images,
    labels: Int32Array.from(rows, (row) => at(split.labels, row, 'label')),
  };
}
