/**
 * @file What is decided of a run before its first file is made: a new one's settings, data and first weights,
 * and whether one that was begun can go on.
 *
 * Whoever keeps the files, a run is prepared here, so that it is the same run. Before: `runs/trainRun.ts`, which
 * keeps them in a folder. Next stop: `performRun.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { advice, setting, UsageError } from '../base/errors.ts';
import { validationSplit } from '../data/batches/batches.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { forClasses } from '../models/variants.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { fitted } from '../train/checks.ts';
import type { Cluster } from '../train/events.ts';
import type { Snapshot } from '../train/progress.ts';
import { recordedCluster } from './clusterRecord.ts';
import { checkSameData } from './expectedRun.ts';
import { prepareData } from './runData.ts';
import type { RunSettings, TrainedRecord } from './runRecord.ts';
import { checkNotDrawn, originOf, type StartingPoint } from './startingPoint.ts';
import { versionsHere } from './versions.ts';

export interface NewRun {
  readonly spec: ModelSpec;
  /** Whether the model's last layer is made for the classes of the data where it is for another number of them. */
  readonly adapts?: boolean | undefined;
  /** Of `settingsOf`. */
  readonly settings: RunSettings;
  readonly data: AnyDataset;
  /** Where only the first pictures of a split were asked for. */
  readonly trainCount?: number | undefined;
  readonly testCount?: number | undefined;
  readonly session: Session;
  /** Weights to begin with; absent: they are drawn. */
  readonly start?: StartingPoint | undefined;
  /** The ranks that are to train it. */
  readonly cluster?: Cluster | undefined;
}

/** A run with everything it needs but a place. */
export interface RunPlan {
  readonly spec: ModelSpec;
  readonly dataset: AnyDataset;
  readonly record: TrainedRecord;
  readonly initialWeights?: TrainedModel['weights'] | undefined;
  readonly resume?: Snapshot | undefined;
}

export async function planNewRun(run: NewRun): Promise<RunPlan> {
  const { settings: asked, data: loaded, session, start } = run;
  const { augmentation: changes, validationSplit: fraction, target } = asked;
  if (start !== undefined && asked.pretrain !== undefined) {
    throw new UsageError({
      option: 'pretrain',
      problem: `the run is to begin with the weights of ${start.path}`,
      expected: 'weights that were trained, or pre-training of weights that are drawn',
    });
  }
  const adapts = run.adapts === true && target === undefined;
  const model = adapts ? forClasses(run.spec, loaded.classes.length) : run.spec;
  const data = await prepareData(model, loaded, changes, fraction, target);
  const { spec, dataset, augmentation } = data;
  const settings = { ...asked, augmentation };
  const { origin: from = null, initialWeights } =
    start === undefined ? {} : originOf(spec, dataset.classes, start);
  checkNotDrawn(from, settings.freeze);
  const { train, validation } = validationSplit(dataset.train, settings.validationSplit);
  const record: TrainedRecord = {
    format: 'fovea-run-1',
    status: 'running',
    versions: versionsHere(),
    model: spec.name,
    data: {
      name: dataset.name,
      classes: [...dataset.classes],
      train: train.count,
      validation: validation?.count ?? 0,
      test: dataset.test.count,
      trainCount: run.trainCount ?? null,
      testCount: run.testCount ?? null,
      digests: { ...dataset.digests },
    },
    settings,
    from,
    backend: backendOf(session),
    ...recordedCluster(run.cluster),
    startedAt: new Date().toISOString(),
    results: null,
  };
  return { spec, dataset, record, initialWeights };
}

/** A run as its files hold it. */
export interface BegunRun {
  /** What the run is called in errors. */
  readonly where: string;
  readonly spec: ModelSpec;
  readonly record: TrainedRecord;
  /** Its last checkpoint; absent where there is none yet. */
  readonly last: Snapshot | undefined;
}

/** How many epochs it is to have; throws where it has them all. */
export function epochsToGo({ where, record, last }: BegunRun, asked: number | undefined): number {
  const epochs = asked ?? record.settings.epochs;
  const finished = last?.progress.epoch ?? 0;
  if (epochs > finished || (epochs === finished && record.status !== 'done')) return epochs;
  throw new UsageError({
    where,
    problem: `the run has finished ${finished} of ${epochs} epochs already`,
    expected: 'a run that was stopped, or more epochs',
    fix: advice`${setting('resume')} with ${setting('epochs', finished + 5)}`,
  });
}

/** Throws where the data are not those the run was trained on. */
export function planResumedRun(
  { where, spec, record: old, last }: BegunRun,
  {
    data,
    session,
    epochs,
    cluster,
  }: { data: AnyDataset; session: Session; epochs: number; cluster?: Cluster | undefined },
): RunPlan {
  checkSameData(where, old, data);
  const record: TrainedRecord = {
    ...old,
    status: 'running',
    versions: versionsHere(),
    settings: { ...old.settings, epochs },
    backend: backendOf(session),
    ...recordedCluster(cluster, old.cluster),
    results: null,
  };
  const dataset = fitted(spec, data, old.settings.augmentation, old.settings.target);
  return { spec, dataset, record, resume: last };
}

const backendOf = ({ backend, threads, plan }: Session) => ({ name: backend, threads, plan });
