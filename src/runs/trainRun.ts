/**
 * @file Starting a training run, and going on with one.
 *
 * `trainRun` makes the folder of a new run once everything that can be refused has been checked;
 * `resumeRun` opens one that exists. What follows is the same for both. Next stop: `performRun.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { type OpenOptions, openSession } from '../backends/select.ts';
import { advice, setting, UsageError } from '../base/errors.ts';
import type { ImageShape } from '../base/shape.ts';
import { validationSplit } from '../data/batches/batches.ts';
import type { ReadingOptions } from '../data/batches/batchSource.ts';
import type { LoadOptions } from '../data/dataset.ts';
import { dataNameOf, openDataset } from '../data/open.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { forClasses } from '../models/variants.ts';
import { checkNamesClasses } from '../nn/losses/answers.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { fitted } from '../train/checks.ts';
import type { FitOptions } from '../train/events.ts';
import { checkExpected, checkSameData, type ExpectedRun } from './expectedRun.ts';
import { readSpec } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import type { RunRecord, RunSettings } from './folder/runRecord.ts';
import { performRun, type RunEvent } from './performRun.ts';
import { prepareData } from './runData.ts';
import { type AskedSettings, settingsOf } from './settings.ts';
import { checkNotDrawn, checkOwnFolder, openStartingPoint, originOf } from './startingPoint.ts';
import { version } from './version.ts';

/** What may differ between a run and its continuation: it has no influence on the numbers. */
export interface RunConditions
  extends Pick<FitOptions, 'checkpointEvery' | 'eventInterval' | 'signal'> {
  readonly backend?: OpenOptions;
  readonly load?: Pick<LoadOptions, 'folder' | 'download' | 'onProgress' | 'signal' | 'onNote'>;
  /** Threads that read pictures, and what to do with pictures that cannot be read. */
  readonly reading?: Pick<ReadingOptions, 'workers' | 'strict' | 'onUnreadable'>;
}

export interface TrainRequest extends RunConditions {
  /** The run's folder, to be made. */
  readonly folder: string;
  /** Replaces a run that is there. */
  readonly overwrite?: boolean;
  readonly spec: ModelSpec;
  /** Whether the model's last layer is made for the classes of the data where it is for another number of them. */
  readonly adapts?: boolean;
  /** The folder of a run, or of a model with its weights, to begin with; default: weights that are drawn. */
  readonly from?: string | undefined;
  /** A name or a place, as `openDataset` takes it; only the first pictures of a split where a count is given. */
  readonly data: string;
  /** A name or list, as `parseAugmentation` reads it; default: nothing. */
  readonly augment?: string | undefined;
  readonly trainCount?: number | undefined;
  readonly testCount?: number | undefined;
  readonly settings?: AskedSettings;
}

export interface ResumeRequest extends RunConditions {
  readonly folder: string;
  /** A new number of epochs; default: as many as the run was to have. */
  readonly epochs?: number | undefined;
  /** What the caller takes the run to be; anything that differs from its record is refused. */
  readonly expected?: ExpectedRun;
}

/** Trains a new run from weights that are drawn, or from those of another run. */
export async function* trainRun(request: TrainRequest): AsyncGenerator<RunEvent, void, void> {
  const began = performance.now();
  const { folder, overwrite = false, adapts = false, reading } = request;
  checkNamesClasses(request.spec, 'for a run folder');
  const asked = settingsOf(request.spec, request.augment, request.settings);
  if (request.from !== undefined) checkOwnFolder(folder, request.from);
  const start = request.from === undefined ? undefined : await openStartingPoint(request.from);
  const [loaded, session] = await open(request, request.data, imageShapeOf(request.spec), request);
  try {
    const { augmentation, validationSplit: fraction } = asked;
    const model = adapts ? forClasses(request.spec, loaded.classes.length) : request.spec;
    const data = await prepareData(model, loaded, augmentation, fraction);
    const { spec, dataset } = data;
    const settings = { ...asked, augmentation: data.augmentation };
    const { origin: from = null, initialWeights } =
      start === undefined ? {} : originOf(spec, dataset.classes, start);
    checkNotDrawn(from, settings.freeze);
    const record = { ...newRecord(spec, request, settings, dataset, session), from };
    const run = await RunFolder.create(folder, overwrite);
    try {
      await run.begin(record, spec);
      const prepared = { run, spec, dataset, session, record, reading, initialWeights };
      yield* performRun({ ...prepared, pace: request, began });
    } finally {
      await run.close();
    }
  } finally {
    await session.close();
  }
}

/** Goes on with a run that was stopped or killed, or gives a finished one more epochs. */
export async function* resumeRun(request: ResumeRequest): AsyncGenerator<RunEvent, void, void> {
  const began = performance.now();
  const run = await RunFolder.take(request.folder);
  try {
    yield* goOn(run, request, began);
  } finally {
    await run.close();
  }
}

async function* goOn(
  run: RunFolder,
  request: ResumeRequest,
  began: number,
): AsyncGenerator<RunEvent, void, void> {
  const old = await run.readRecord();
  const spec = await readSpec(run.file('model.json'));
  checkExpected(run, request.expected ?? {}, spec, old);
  const resume = await run.readCheckpoint('last');
  const epochs = request.epochs ?? old.settings.epochs;
  const finished = resume?.progress.epoch ?? 0;
  if (epochs < finished || (epochs === finished && old.status === 'done')) {
    throw new UsageError({
      where: run.path,
      problem: `the run has finished ${finished} of ${epochs} epochs already`,
      expected: 'a run that was stopped, or more epochs',
      fix: advice`${setting('resume')} with ${setting('epochs', finished + 5)}`,
    });
  }
  const [loaded, session] = await open(request, old.data.name, imageShapeOf(spec), old.data);
  try {
    checkSameData(run, old, loaded);
    const dataset = fitted(spec, loaded, old.settings.augmentation);
    const record: RunRecord = {
      ...old,
      status: 'running',
      versions: versions(),
      settings: { ...old.settings, epochs },
      backend: backendOf(session),
      results: null,
    };
    await run.writeRecord(record);
    const { reading } = request;
    const prepared = { run, spec, dataset, session, record, resume, reading };
    yield* performRun({ ...prepared, pace: request, began });
  } finally {
    await session.close();
  }
}

/** Reads the data and opens the backend, both at once. */
async function open(
  { backend, load }: RunConditions,
  data: string,
  imageShape: ImageShape,
  counts: {
    readonly trainCount?: number | null | undefined;
    readonly testCount?: number | null | undefined;
  },
): Promise<readonly [AnyDataset, Session]> {
  dataNameOf(data); // an unknown one is refused before anything is opened
  const opening = openSession(backend);
  const loading = openDataset(data, {
    ...load,
    imageShape,
    ...(counts.trainCount == null ? {} : { trainCount: counts.trainCount }),
    ...(counts.testCount == null ? {} : { testCount: counts.testCount }),
  });
  try {
    return await Promise.all([loading, opening]);
  } catch (error) {
    await opening.then((session) => session.close()).catch(() => undefined);
    throw error;
  }
}

function newRecord(
  spec: ModelSpec,
  { trainCount, testCount }: Pick<TrainRequest, 'trainCount' | 'testCount'>,
  settings: RunSettings,
  dataset: AnyDataset,
  session: Session,
): Omit<RunRecord, 'from'> {
  const split = validationSplit(dataset.train, settings.validationSplit);
  return {
    format: 'fovea-run-1',
    status: 'running',
    versions: versions(),
    model: spec.name,
    data: {
      name: dataset.name,
      classes: [...dataset.classes],
      train: split.train.count,
      validation: split.validation?.count ?? 0,
      test: dataset.test.count,
      trainCount: trainCount ?? null,
      testCount: testCount ?? null,
      digests: { ...dataset.digests },
    },
    settings,
    backend: backendOf(session),
    startedAt: new Date().toISOString(),
    results: null,
  };
}

const versions = () => ({ fovea: version, node: process.version });
const backendOf = ({ backend, threads, plan }: Session) => ({ name: backend, threads, plan });
