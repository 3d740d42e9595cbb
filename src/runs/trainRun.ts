/**
 * @file Starting a training run, and going on with one.
 *
 * `trainRun` makes the folder of a new run once everything that can be refused has been checked;
 * `resumeRun` opens one that exists. What follows is the same for both. Next stop: `records/newRun.ts`,
 * then `records/performRun.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { type OpenOptions, openSession } from '../backends/select.ts';
import { unreachable } from '../base/errors.ts';
import type { ImageShape } from '../base/shape.ts';
import type { ReadingOptions } from '../data/batches/batchSource.ts';
import type { LoadOptions } from '../data/dataset.ts';
import { dataNameOf, openDataset } from '../data/open.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { checkNamesClasses, rebuildsInput } from '../nn/losses/answers.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { clusterToGoOn } from '../records/clusterRecord.ts';
import { checkExpected, type ExpectedRun } from '../records/expectedRun.ts';
import type { PageWriter } from '../records/finishRun.ts';
import { type BegunRun, epochsToGo, planNewRun, planResumedRun } from '../records/newRun.ts';
import { type PreparedRun, performRun, type RunEvent } from '../records/performRun.ts';
import { type AskedSettings, settingsOf } from '../records/settings.ts';
import { checkSameRun, follows, handOver, noFiles } from '../records/sharedRun.ts';
import type { Cluster, FitOptions } from '../train/events.ts';
import { readSpec } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import { checkOwnFolder, openStartingPoint } from './startingFolder.ts';
import { checkTold, type Mlflow, mlflowFolder, type TensorBoard, told } from './telling.ts';

/** What may differ between a run and its continuation: it has no influence on the numbers. */
export interface RunConditions
  extends Pick<FitOptions, 'checkpointEvery' | 'eventInterval' | 'signal'> {
  readonly backend?: OpenOptions;
  /** The ranks that train together, each of which asks for the same run. */
  readonly cluster?: Cluster | undefined;
  readonly load?: Pick<LoadOptions, 'folder' | 'download' | 'onProgress' | 'signal' | 'onNote'>;
  /** Threads that read pictures, and what to do with pictures that cannot be read. */
  readonly reading?: Pick<ReadingOptions, 'workers' | 'strict' | 'onUnreadable'>;
  /** Event files for TensorBoard; default: none. Of several ranks the first writes them. */
  readonly tensorboard?: TensorBoard | undefined;
  /** A run in MLflow's folder; default: none. Of several ranks the first writes it. */
  readonly mlflow?: Mlflow | undefined;
  /** Writes `report.html` when the run is done; default: there is none. */
  readonly page?: PageWriter | undefined;
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
  const { folder, overwrite = false, reading, page, cluster } = request;
  await checkConditions(request);
  if (!rebuildsInput(request.spec)) {
    checkNamesClasses(request.spec, 'or a picture of the shape it reads, for a run folder');
  }
  await checkTowers(request.spec, cluster);
  const asked = settingsOf(request.spec, request.augment, request.settings);
  if (request.from !== undefined) checkOwnFolder(folder, request.from);
  const start = request.from === undefined ? undefined : await openStartingPoint(request.from);
  const [loaded, session] = await openTraining(
    request,
    request.data,
    imageShapeOf(request.spec),
    request,
  );
  try {
    const plan = await planNewRun({ ...request, settings: asked, data: loaded, session, start });
    if (cluster !== undefined) await checkSameRun(cluster, plan);
    const run = follows(cluster) ? noFiles(folder) : await RunFolder.create(folder, overwrite);
    try {
      await run.begin(plan.record, plan.spec);
      const prepared = { ...plan, run, session, reading, page, cluster, pace: request, began };
      yield* performed(prepared, request);
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
  const { folder, cluster } = request;
  await checkConditions(request);
  const run = follows(cluster) ? noFiles(folder) : await RunFolder.take(folder);
  try {
    yield* goOn(run, request, began);
  } finally {
    await run.close();
  }
}

async function* goOn(
  run: RunFolder | ReturnType<typeof noFiles>,
  request: ResumeRequest,
  began: number,
): AsyncGenerator<RunEvent, void, void> {
  const { cluster: given } = request;
  const read = async (): Promise<BegunRun> => {
    if (!(run instanceof RunFolder)) return unreachable('a rank without files reads some');
    const record = await run.readTrainedRecord();
    const spec = await readSpec(run.file('model.json'));
    return { where: run.path, spec, record, last: await run.readCheckpoint('last') };
  };
  const begun = await (given === undefined ? read() : handOver(given.ranks, read));
  const { spec, record: old } = begun;
  await checkTowers(spec, given);
  const cluster = clusterToGoOn(run.path, given, old);
  checkExpected(run.path, request.expected ?? {}, spec, old);
  const epochs = epochsToGo(begun, request.epochs);
  const [loaded, session] = await openTraining(
    request,
    old.data.name,
    imageShapeOf(spec),
    old.data,
  );
  try {
    const plan = planResumedRun(begun, { data: loaded, session, epochs, cluster });
    if (cluster !== undefined) await checkSameRun(cluster, plan);
    await run.writeRecord(plan.record);
    const { reading, page } = request;
    const prepared = { ...plan, run, session, reading, page, cluster, pace: request, began };
    yield* performed(prepared, request);
  } finally {
    await session.close();
  }
}

async function checkConditions({ tensorboard, mlflow, cluster }: RunConditions): Promise<void> {
  if (follows(cluster)) return;
  await checkTold(tensorboard?.folder, 'tensorboard');
  await checkTold(mlflow && mlflowFolder(mlflow), 'mlflow');
}

async function* performed(
  prepared: PreparedRun,
  { tensorboard, mlflow }: RunConditions,
): AsyncGenerator<RunEvent, void, void> {
  let events = performRun(prepared);
  const isSilent = follows(prepared.cluster);
  if (tensorboard !== undefined && !isSilent) {
    const { TensorBoardLog } = await import('./tensorboard/runLog.ts');
    events = told(events, new TensorBoardLog(prepared, tensorboard), tensorboard.onTrouble);
  }
  if (mlflow !== undefined && !isSilent) {
    const { MlflowLog } = await import('./mlflow/runLog.ts');
    events = told(events, new MlflowLog(prepared, mlflow), mlflow.onTrouble);
  }
  yield* events;
}

/** Throws where ranks are to train a network by its towers that has none. */
async function checkTowers(spec: ModelSpec, cluster: Cluster | undefined): Promise<void> {
  if (cluster?.towers !== true) return;
  const towers = await import('../train/towers.ts');
  towers.checkTowers(cluster.ranks, spec);
}

/** Reads the data and opens the backend, both at once. */
export async function openTraining(
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
