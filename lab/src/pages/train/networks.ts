/**
 * @file The networks of a run: their trainings in the engine's worker, and what is known of them at the start.
 *
 * Previous stop: `variation.ts`. Next stop: `trainer.ts`, which follows them.
 */
import {
  type ModelSpec,
  type RemoteTraining,
  type Snapshot,
  summarize,
  type WorkerDataset,
  type WorkerSession,
} from 'fovea/web';
import { type SideRecord, startOf, type Tested } from './record.ts';
import { labelsOf, sidesOf, type TrainSettings } from './settings.ts';
import { filtersOf, specOf } from './variation.ts';

export interface Network {
  readonly spec: ModelSpec;
  readonly training: RemoteTraining;
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

export interface Beginning {
  readonly settings: TrainSettings;
  readonly paused: boolean;
  /** Checkpoints to go on from, a network each. */
  readonly from?: readonly (Snapshot | undefined)[] | undefined;
}

export function beginNetworks(
  session: WorkerSession,
  data: WorkerDataset,
  { settings, paused, from = [] }: Beginning,
): Network[] {
  // All specs first: where one cannot be, none begins.
  const specs = sidesOf(settings).map((side) => ({
    side,
    spec: specOf(settings.model, side, data),
  }));
  return specs.map(({ side, spec }, i) => {
    const filters = filtersOf(spec);
    const resume = from[i];
    const isSmall = parametersOf(spec) < MOST_KEPT_OFTEN;
    const training = session.fit(spec, data, {
      epochs: settings.epochs,
      batchSize: settings.batch,
      seed: settings.seed,
      optimizer: { kind: side.optimizer, learningRate: side.rate },
      paused,
      ...(filters === null ? {} : { watch: { weights: [filters] } }),
      ...(isSmall ? { checkpointEvery: { seconds: KEEP_EVERY } } : {}),
      ...(resume === undefined ? {} : { resume }),
    });
    return { spec, training, kept: resume, isTesting: false };
  });
}

const parametersOf = (spec: ModelSpec): number => summarize(spec).totals.parameters;

/** A record for each network; a run that goes on keeps what it has drawn. */
export function startRecords(
  networks: readonly Network[],
  data: WorkerDataset,
  settings: TrainSettings,
  known: readonly SideRecord[],
): SideRecord[] {
  const labels = labelsOf(settings);
  return networks.map(({ spec, kept }, i) => {
    const start = startOf(labels[i] ?? '', {
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
  data: WorkerDataset,
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
