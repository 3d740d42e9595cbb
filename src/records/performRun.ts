/**
 * @file The part that a new run and a resumed one share: `fit`, each event's files, and the end.
 *
 * A checkpoint is on disk before the event that tells of it is handed on.
 * Next stop: `train/fit.ts`; `finishRun.ts`, the end.
 */
import { type FoveaError, UsageError } from '../base/errors.ts';
import { validationSplit } from '../data/batches/batches.ts';
import type { Reading } from '../data/batches/batchSource.ts';
import { isStreamed } from '../data/streamed.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { DivergenceError } from '../train/divergence.ts';
import type { FitEvent, FitOptions } from '../train/events.ts';
import { fit } from '../train/fit.ts';
import { historyCsv } from '../train/historyCsv.ts';
import { type PretrainEvent, pretrain } from '../train/pretraining/pretrain.ts';
import type { EpochRecord } from '../train/progress.ts';
import { finishRun, type RebuiltResult, type RunResult, type TaughtRun } from './finishRun.ts';
import type { RunPlan } from './newRun.ts';
import { checkpointFile, type RunFiles } from './runFiles.ts';
import type { TrainedRecord } from './runRecord.ts';
import { fitSettingsOf } from './settings.ts';
import { follows } from './sharedRun.ts';

/** A run that is ready to go. */
export interface PreparedRun
  extends RunPlan,
    Pick<TaughtRun, 'run' | 'session' | 'cluster' | 'page' | 'began'> {
  /** How this process reads pictures. */
  readonly reading?: Pick<Reading, 'workers' | 'strict' | 'onUnreadable'> | undefined;
  readonly pace: Pick<FitOptions, 'checkpointEvery' | 'eventInterval' | 'signal'>;
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

export async function* performRun(prepared: PreparedRun): AsyncGenerator<RunEvent, void, void> {
  const { run, spec, dataset, session, record, resume = null } = prepared;
  const resumed = resume && { epoch: resume.progress.epoch, batch: resume.progress.batch };
  const cluster = prepared.cluster === undefined ? undefined : record.cluster;
  yield { type: 'ready', folder: run.path, record, resumed, cluster };
  // A kill may have come between the checkpoint of an epoch and its history.
  if (resume !== null && resume.progress.epoch > 0) await keepHistory(run, resume.progress.history);
  let stepBytes: number | undefined;
  try {
    const weights = yield* pretrained(prepared);
    const options = { ...fitOptions(prepared), ...(weights && { initialWeights: weights }) };
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
        const taught = { ...prepared, reading: readingOf(prepared) };
        yield await finishRun(taught, history, best?.epoch, stepBytes);
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
