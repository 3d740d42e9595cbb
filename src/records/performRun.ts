/**
 * @file The part that a new run and a resumed one share: `fit`, each event's files, and the end.
 *
 * A checkpoint is on disk before the event that tells of it is handed on. At the end: the best weights
 * where `patience` was asked for, the test set, the weights' file, the mistakes' picture, the record.
 * Next stop: `train/fit.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError, UsageError } from '../base/errors.ts';
import { validationSplit } from '../data/batches/batches.ts';
import type { Reading } from '../data/batches/batchSource.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { isStreamed } from '../data/streamed.ts';
import { weightsOf } from '../nn/programs/averages.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { imageShapeOf } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { DivergenceError } from '../train/divergence.ts';
import type { Evaluation } from '../train/evaluation/classification.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { score } from '../train/evaluation/score.ts';
import type { Cluster, FitEvent, FitOptions } from '../train/events.ts';
import { fit } from '../train/fit.ts';
import { historyCsv } from '../train/historyCsv.ts';
import type { Metrics } from '../train/measures.ts';
import { insights } from '../train/prediction/insights.ts';
import { type PretrainEvent, pretrain } from '../train/pretraining/pretrain.ts';
import type { EpochRecord } from '../train/progress.ts';
import { restoreStates } from '../train/snapshots/snapshot.ts';
import { mistakesSheet } from './mistakes.ts';
import { encodeWeights } from './modelContents.ts';
import type { RunPlan } from './newRun.ts';
import { checkpointFile, type RunFiles } from './runFiles.ts';
import type { TrainedRecord } from './runRecord.ts';
import { fitSettingsOf } from './settings.ts';
import { follows, handWeights } from './sharedRun.ts';

/** A run that has just ended well, with its network in the session. */
export interface FinishedRun {
  /** The folder's path, or a name. */
  readonly path: string;
  readonly record: TrainedRecord;
  readonly spec: ModelSpec;
  readonly history: readonly EpochRecord[];
  readonly dataset: AnyDataset;
  readonly reading: Reading;
  readonly session: Session;
  readonly test: Evaluation;
  readonly insights: readonly string[];
}

/** The same of an auto-encoder, which was tested by what it gives back. */
export interface FinishedRebuild extends Omit<FinishedRun, 'test' | 'insights'> {
  readonly rebuilt: Metrics;
}

/** Writes a run down as one page of HTML. */
export type PageWriter = (finished: FinishedRun | FinishedRebuild) => Promise<string>;

/** A run that is ready to go. */
export interface PreparedRun extends RunPlan {
  readonly run: RunFiles;
  readonly session: Session;
  /** How this process reads pictures. */
  readonly reading?: Pick<Reading, 'workers' | 'strict' | 'onUnreadable'> | undefined;
  /** The ranks that perform it together; rank 0 keeps the files. */
  readonly cluster?: Cluster | undefined;
  readonly pace: Pick<FitOptions, 'checkpointEvery' | 'eventInterval' | 'signal'>;
  /** Writes `report.html` at the end; default: there is none. */
  readonly page?: PageWriter | undefined;
  /** Of `performance.now()`, when this process began with the run. */
  readonly began: number;
}

export type RunEvent =
  | {
      readonly type: 'ready';
      readonly folder: string;
      readonly record: TrainedRecord;
      /** What it goes on from; null for a new run. */
      readonly resumed: { readonly epoch: number; readonly batch: number } | null;
      /** How ranks train it now; absent where one process does. */
      readonly cluster?: TrainedRecord['cluster'];
    }
  | FitEvent
  | ({ readonly type: 'pretrain' } & Omit<Extract<PretrainEvent, { type: 'epoch' }>, 'type'>)
  | RunResult
  | RebuiltResult;

/** What a run of an auto-encoder ends with. */
export interface RebuiltResult
  extends Pick<RunResult, 'folder' | 'epochs' | 'keptEpoch' | 'train' | 'validation' | 'seconds'> {
  readonly type: 'rebuilt';
  /** The reconstruction error of the test pictures, and their mean absolute error. */
  readonly test: Metrics;
  /** The run as one page; null where none was asked for. */
  readonly report: string | null;
}

export interface RunResult {
  readonly type: 'result';
  readonly folder: string;
  /** Finished epochs. */
  readonly epochs: number;
  /** The epoch whose weights are kept: the last, or the best where `patience` was asked for. */
  readonly keptEpoch: number;
  /** Of that epoch. */
  readonly train: Metrics;
  readonly validation: Metrics | null;
  readonly test: Evaluation;
  readonly insights: readonly string[];
  /** The picture of the worst mistakes; null where none was made. */
  readonly mistakes: string | null;
  /** The run as one page; null where none was asked for. */
  readonly report: string | null;
  /** Of this process: loading, training, testing and saving. */
  readonly seconds: number;
}

export async function* performRun(prepared: PreparedRun): AsyncGenerator<RunEvent, void, void> {
  const { run, spec, dataset, session, record, resume = null } = prepared;
  const resumed = resume && { epoch: resume.progress.epoch, batch: resume.progress.batch };
  const cluster = prepared.cluster === undefined ? undefined : record.cluster;
  yield { type: 'ready', folder: run.path, record, resumed, cluster };
  // A kill may have come between the checkpoint of an epoch and its history.
  if (resume !== null && resume.progress.epoch > 0) await keepHistory(run, resume.progress.history);
  let stepBytes: number | undefined;
  try {
    const taught = yield* pretrained(prepared);
    const options = { ...fitOptions(prepared), ...(taught && { initialWeights: taught }) };
    for await (const event of fit(session, spec, dataset, options)) {
      if (event.type === 'checkpoint' && !follows(prepared.cluster)) {
        const snapshot = await event.snapshot();
        await run.writeCheckpoint(snapshot, event.isBest);
        // The step is compiled and fits, the first numbers are on disk: nothing is refused from here on.
        await run.publish();
        if (event.reason === 'epoch') await keepHistory(run, snapshot.progress.history);
      }
      if (event.type === 'done' && event.reason === 'stopped') {
        await run.writeRecord({ ...record, status: 'stopped' });
      }
      if (event.type === 'start') stepBytes = event.bytes;
      yield event;
      if (event.type === 'done' && event.reason !== 'stopped') {
        const { history, best } = event.progress;
        yield await finish(prepared, history, { bestEpoch: best?.epoch, stepBytes });
      }
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    await run.writeRecord({ ...record, status: 'stopped' });
    throw await withLastCheckpoint(error, run);
  }
}

async function keepHistory(run: RunFiles, history: readonly EpochRecord[]): Promise<void> {
  await run.writeHistory(history);
  await run.write('history.csv', new TextEncoder().encode(historyCsv(history)));
}

/** The weights of a new run's convolutions, taught by the training pictures alone where that was asked for. */
async function* pretrained({
  record,
  spec,
  dataset,
  session,
  resume,
}: PreparedRun): AsyncGenerator<RunEvent, TrainedModel['weights'] | undefined, void> {
  const { pretrain: asked, validationSplit: fraction, seed } = record.settings;
  if (asked === undefined || resume != null) return undefined;
  const { train } = validationSplit(dataset.train, fraction);
  if (isStreamed(train)) throw needsMemory();
  for await (const event of pretrain(session, spec, train, { seed, ...asked })) {
    if (event.type === 'done') return event.weights;
    if (event.type === 'epoch') yield { ...event, type: 'pretrain' };
  }
  return undefined;
}

function needsMemory(): UsageError {
  return new UsageError({
    option: 'pretrain',
    problem: 'pre-training reads pictures in memory; these are read from files',
    expected: 'a data set of the table',
  });
}

function fitOptions(prepared: PreparedRun): FitOptions {
  const { record, resume, initialWeights, pace, cluster } = prepared;
  const { checkpointEvery, eventInterval, signal } = pace; // no more: `pace` may be a whole request
  return {
    ...fitSettingsOf(record.settings),
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
    ...(eventInterval === undefined ? {} : { eventInterval }),
    ...(signal === undefined ? {} : { signal }),
    reading: readingOf(prepared),
    cluster,
    ...(resume === undefined ? {} : { resume }),
    ...(initialWeights === undefined ? {} : { initialWeights }),
  };
}

function readingOf({ record, dataset, reading }: PreparedRun): Reading {
  return { ...reading, stored: dataset.imageShape, augmentation: record.settings.augmentation };
}

async function finish(
  prepared: PreparedRun,
  history: readonly EpochRecord[],
  {
    bestEpoch,
    stepBytes,
  }: { readonly bestEpoch: number | undefined; readonly stepBytes: number | undefined },
): Promise<RunResult | RebuiltResult> {
  const { run, spec, dataset, session, record, began, cluster } = prepared;
  const { classes } = dataset;
  const reading = readingOf(prepared);
  const wantsBest = record.settings.patience !== null && bestEpoch !== history.length;
  const best = wantsBest ? await run.readCheckpoint('best') : undefined;
  if (best !== undefined) {
    restoreStates(session.scopeOf(spec), parameterNames(spec), weightsOf(spec, best.states));
  }
  if (wantsBest && cluster !== undefined) await handWeights(cluster, session, spec);
  const keptEpoch = best?.progress.epoch ?? history.length;
  const kept = history[keptEpoch - 1];
  if (kept === undefined) {
    throw new FoveaError({
      where: run.path,
      problem: `the history has no epoch ${keptEpoch}, whose weights were kept`,
      expected: `one of ${history.length} epochs`,
    });
  }
  const { train, validation } = kept;
  const { loss, metrics, target } = record.settings;
  const trained = { epochs: history.length, keptEpoch, train, validation };
  const memory = stepBytes === undefined ? {} : { stepBytes };
  const secondsSoFar = (): number => (performance.now() - began) / 1000;
  if (target !== undefined) {
    const chosen = { loss: { loss, target }, metrics, reading };
    const test = await score(session, spec, dataset.test, chosen);
    await run.write('weights.safetensors', await encodeWeights(session, spec, classes));
    const results = { ...trained, test, seconds: secondsSoFar() };
    const done: TrainedRecord = { ...record, status: 'done', results: { ...results, ...memory } };
    await run.writeRecord(done);
    const about = { path: run.path, spec, dataset, session, record: done, history, reading };
    const report = await writePage(prepared, { ...about, rebuilt: test });
    return { type: 'rebuilt', folder: run.path, ...results, report };
  }
  const measured = { classes, loss, metrics, reading, ranks: cluster?.ranks };
  const test = await evaluate(session, spec, dataset.test, measured);
  await run.write('weights.safetensors', await encodeWeights(session, spec, classes));
  const shape = imageShapeOf(spec);
  const pictures = { ...reading, shape };
  const sheet = follows(cluster) ? null : await mistakesSheet(dataset.test, test, pictures);
  if (sheet !== null) await run.write('mistakes.png', sheet);
  const seconds = secondsSoFar();
  const results = { ...trained, test: testMetricsOf(test), seconds, ...memory };
  const done: TrainedRecord = { ...record, status: 'done', results };
  await run.writeRecord(done);
  const said = insights(test, history);
  const about = { path: run.path, spec, dataset, session, record: done, history, reading };
  const report = await writePage(prepared, { ...about, test, insights: said });
  return {
    type: 'result',
    folder: run.path,
    ...results,
    test,
    insights: said,
    report,
    mistakes: sheet === null ? null : run.file('mistakes.png'),
  };
}

/** All is saved: what a page takes longer, or fails at, costs nothing of the run. */
async function writePage(
  { page, run, cluster }: PreparedRun,
  finished: FinishedRun | FinishedRebuild,
): Promise<string | null> {
  if (page === undefined) return null;
  if (!follows(cluster))
    await run.write('report.html', new TextEncoder().encode(await page(finished)));
  return run.file('report.html');
}

/** The figures of a test that a record keeps. */
export function testMetricsOf({ loss, accuracy, metrics }: Evaluation) {
  return { loss, accuracy, ...(metrics === undefined ? {} : { metrics }) };
}

/** Says where the last good checkpoint is. */
async function withLastCheckpoint(error: DivergenceError, run: RunFiles): Promise<FoveaError> {
  const last = await run.readCheckpoint('last');
  if (last === undefined) return error;
  const { epoch, batch } = last.progress;
  const place = batch === 0 ? `after epoch ${epoch}` : `epoch ${epoch + 1}, batch ${batch}`;
  return new DivergenceError(
    {
      ...error.parts,
      problem: `${error.parts.problem}\n  kept: ${run.file(checkpointFile('last'))} (${place}), the last good checkpoint`,
    },
    { cause: error },
  );
}
