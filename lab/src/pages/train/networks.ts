/**
 * @file The networks of a run: their trainings in the engine's worker, and what is known of them at the start.
 *
 * Previous stop: `variation.ts`. Next stop: `trainer.ts`, which follows them.
 */
import {
  type Dataset,
  type ModelSpec,
  type RemoteTraining,
  type RunStore,
  type Snapshot,
  type Split,
  summarize,
  type WorkerRunEvent,
  type WorkerSession,
  type WorkerSplit,
} from 'fovea/web';
import { nextTask } from '../../frame/nextTask.ts';
import { type KeptRun, readKept } from './keptRun.ts';
import { type SideRecord, startOf, type Tested } from './record.ts';
import { labelsOf, type SideSettings, sidesOf, type TrainSettings } from './settings.ts';
import { filtersOf, specOf } from './variation.ts';

export interface Network {
  /** Where it computes. */
  readonly session: WorkerSession;
  readonly spec: ModelSpec;
  readonly training: RemoteTraining<WorkerRunEvent>;
  /** The run's name in the store; undefined where it is not kept. */
  readonly keptAs: string | undefined;
  /** The newest checkpoint. */
  kept: Snapshot | undefined;
  /** An evaluation runs: the next one waits for the next epoch. */
  isTesting: boolean;
}

/** Seconds between two checkpoints that are kept for when the worker is lost. */
const KEEP_EVERY = 3;
/** Larger states are kept at the end of epochs alone. */
const MOST_KEPT_OFTEN = 2_000_000;
const MISTAKES_SHOWN = 24;

/** Pictures that lie in the worker, or on the page and are sent there once. */
export type PageData = Dataset<Split | WorkerSplit>;

/** What the page needs of the browser's runs. */
export type Store = Pick<RunStore, 'freeName' | 'open'>;

/** What is begun: networks of the page's own settings, or with `from` and `kept` what there is to go on with. */
export interface Beginning {
  readonly settings: TrainSettings;
  readonly paused: boolean;
  /** Networks that were lost with their worker. */
  readonly from?: readonly Network[] | undefined;
  /** The run that the settings name. */
  readonly kept?: KeptRun | undefined;
}

/** Where a run computes. */
export interface Engine {
  readonly session: WorkerSession;
  readonly data: PageData;
  /** Undefined: nothing is kept. */
  readonly store: Store | undefined;
}

export async function beginNetworks(engine: Engine, beginning: Beginning): Promise<Network[]> {
  const { kept, from = [] } = beginning;
  if (kept !== undefined) return [goneOnWith(engine, kept, beginning, from[0])];
  const { data, store } = engine;
  const { settings } = beginning;
  // All specs first: where one cannot be, none begins.
  const labels = labelsOf(settings);
  const sides: { side: SideSettings; spec: ModelSpec }[] = [];
  for (const side of sidesOf(settings)) {
    sides.push({ side, spec: specOf(settings.model, side, data) });
    await nextTask();
  }
  const networks: Network[] = [];
  for (const [i, { side, spec }] of sides.entries()) {
    const before = from[i];
    if (before?.keptAs !== undefined && store !== undefined) {
      const run = await readKept(store, before.keptAs);
      networks.push(goneOnWith(engine, run, beginning, before));
    } else {
      const keptAs = await store?.freeName(runNameOf(spec, labels[i] ?? ''));
      networks.push(begun(engine, { spec, side, keptAs }, beginning, before));
    }
  }
  return networks;
}

/** A run that is kept: its own files say all. */
function goneOnWith(
  { session, data }: Engine,
  { name, spec }: KeptRun,
  { settings, paused }: Beginning,
  before: Network | undefined,
): Network {
  const { epochs } = settings;
  const training = session.resumeRun(spec, data, { name, epochs, ...watchingOf(spec, paused) });
  return { session, spec, training, keptAs: name, kept: before?.kept, isTesting: false };
}

interface Begun {
  readonly spec: ModelSpec;
  readonly side: SideSettings;
  readonly keptAs: string | undefined;
}

function begun(
  { session, data }: Engine,
  { spec, side, keptAs }: Begun,
  { settings, paused }: Beginning,
  before: Network | undefined,
): Network {
  const watching = watchingOf(spec, paused);
  const how = {
    epochs: settings.epochs,
    batchSize: settings.batch,
    seed: settings.seed,
    optimizer: { kind: side.optimizer, learningRate: side.rate },
  };
  const resume = before?.kept;
  const training =
    keptAs === undefined
      ? session.fit(spec, data, { ...how, ...watching, ...(resume && { resume }) })
      : session.trainRun(spec, data, { name: keptAs, settings: how, ...watching });
  return { session, spec, training, keptAs, kept: before?.kept, isTesting: false };
}

/** How a training is shown, and how often its numbers are kept. */
function watchingOf(spec: ModelSpec, paused: boolean) {
  const filters = filtersOf(spec);
  return {
    paused,
    ...(filters === null ? {} : { watch: { weights: [filters] } }),
    ...(parametersOf(spec) < MOST_KEPT_OFTEN ? { checkpointEvery: { seconds: KEEP_EVERY } } : {}),
  };
}

/** "lenet5-relu": words that a file may be called. */
export function runNameOf({ name }: Pick<ModelSpec, 'name'>, label: string): string {
  const words = `${name} ${label}`.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
  return words.replace(/^-+|-+$/g, '').slice(0, 60);
}

const parametersOf = (spec: ModelSpec): number => summarize(spec).totals.parameters;

/** A record for each network; a run that goes on keeps what it has drawn. */
export function startRecords(
  networks: readonly Network[],
  data: PageData,
  { settings, kept: run }: Beginning,
  known: readonly SideRecord[],
): SideRecord[] {
  const labels = labelsOf(settings);
  // Some may be kept apart for validation.
  const rows = run?.record.data.train ?? data.train.count;
  return networks.map(({ spec, kept, keptAs = null }, i) => {
    const start = startOf(labels[i] ?? '', {
      keptAs,
      parameters: parametersOf(spec),
      rows,
      batchSize: Math.min(settings.batch, rows),
      epochs: settings.epochs,
    });
    const before = kept === undefined ? undefined : known[i];
    return before === undefined
      ? start
      : { ...start, points: before.points, tests: before.tests, tested: before.tested };
  });
}

/** What a network answers on the test pictures between two of its steps; nothing is chosen by it. */
export async function tested(
  { session, spec }: Network,
  data: PageData,
  epoch: number,
): Promise<Tested> {
  const options = { classes: data.classes, mistakes: MISTAKES_SHOWN };
  const evaluation = await session.evaluate(spec, data.test, options);
  const { mistakes } = evaluation;
  const { images } = await session.pictures(
    data.test,
    mistakes.map(({ index }) => index),
  );
  return { epoch, evaluation, pictures: { images, shape: data.imageShape, mistakes } };
}
