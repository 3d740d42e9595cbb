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
import { type SideRecord, startOf, type Tested } from './record.ts';
import { labelsOf, sidesOf, type TrainSettings } from './settings.ts';
import { filtersOf, specOf } from './variation.ts';

export interface Network {
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

export interface Beginning {
  readonly settings: TrainSettings;
  readonly paused: boolean;
  /** Networks that were lost with their worker, to go on with. */
  readonly from?: readonly Network[] | undefined;
}

/** Where a run computes. */
export interface Engine {
  readonly session: WorkerSession;
  readonly data: PageData;
  /** Undefined: nothing is kept. */
  readonly store: Store | undefined;
}

export async function beginNetworks(
  { session, data, store }: Engine,
  { settings, paused, from = [] }: Beginning,
): Promise<Network[]> {
  // All specs first: where one cannot be, none begins.
  const labels = labelsOf(settings);
  const sides = sidesOf(settings).map((side) => ({
    side,
    spec: specOf(settings.model, side, data),
  }));
  const networks: Network[] = [];
  for (const [i, { side, spec: own }] of sides.entries()) {
    const before = from[i];
    const stored = before?.keptAs;
    const spec = stored === undefined ? own : ((await store?.open(stored).readSpec()) ?? own);
    const keptAs = stored ?? (await store?.freeName(runNameOf(own, labels[i] ?? '')));
    const filters = filtersOf(spec);
    const asked = {
      paused,
      ...(filters === null ? {} : { watch: { weights: [filters] } }),
      ...(parametersOf(spec) < MOST_KEPT_OFTEN ? { checkpointEvery: { seconds: KEEP_EVERY } } : {}),
    };
    const how = {
      epochs: settings.epochs,
      batchSize: settings.batch,
      seed: settings.seed,
      optimizer: { kind: side.optimizer, learningRate: side.rate },
    };
    const begin = (): RemoteTraining<WorkerRunEvent> => {
      if (stored !== undefined) return session.resumeRun(spec, data, { name: stored, ...asked });
      if (keptAs !== undefined) {
        return session.trainRun(spec, data, { name: keptAs, settings: how, ...asked });
      }
      const resume = before?.kept;
      const further = resume === undefined ? {} : { resume };
      return session.fit(spec, data, { ...how, ...asked, ...further });
    };
    networks.push({ spec, training: begin(), keptAs, kept: before?.kept, isTesting: false });
  }
  return networks;
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
  settings: TrainSettings,
  known: readonly SideRecord[],
): SideRecord[] {
  const labels = labelsOf(settings);
  return networks.map(({ spec, kept, keptAs = null }, i) => {
    const start = startOf(labels[i] ?? '', {
      keptAs,
      parameters: parametersOf(spec),
      rows: data.train.count,
      batchSize: Math.min(settings.batch, data.train.count),
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
  session: WorkerSession,
  { spec }: Network,
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
