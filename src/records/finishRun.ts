/**
 * @file The end of a run: the weights that are kept, the test set, the weights' file, the mistakes' picture, the
 * record, and the run as one page.
 *
 * Where `patience` was asked for, the best weights are kept, else the last. Previous stop: `performRun.ts`.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import type { Reading } from '../data/batches/batchSource.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { weightsOf } from '../nn/programs/averages.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { Evaluation } from '../train/evaluation/classification.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { score } from '../train/evaluation/score.ts';
import type { Cluster } from '../train/events.ts';
import type { Metrics } from '../train/measures.ts';
import { insights } from '../train/prediction/insights.ts';
import type { EpochRecord } from '../train/progress.ts';
import { restoreStates } from '../train/snapshots/snapshot.ts';
import { mistakesSheet } from './mistakes.ts';
import { encodeWeights } from './modelContents.ts';
import type { RunFiles } from './runFiles.ts';
import type { TrainedRecord } from './runRecord.ts';
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

/** A run whose training is over. */
export interface TaughtRun {
  readonly run: RunFiles;
  readonly session: Session;
  readonly spec: ModelSpec;
  readonly dataset: AnyDataset;
  readonly record: TrainedRecord;
  readonly reading: Reading;
  /** The ranks that perform it together; rank 0 keeps the files. */
  readonly cluster?: Cluster | undefined;
  /** Writes `report.html` at the end; default: there is none. */
  readonly page?: PageWriter | undefined;
  /** Of `performance.now()`, when this process began with the run. */
  readonly began: number;
}

/** Tests the network that is kept, and writes down what is left. `stepBytes`: what a step took of memory. */
export async function finishRun(
  taught: TaughtRun,
  history: readonly EpochRecord[],
  best: number | undefined,
  stepBytes: number | undefined,
): Promise<RunResult | RebuiltResult> {
  const { keptEpoch, train, validation } = await keepWeights(taught, history, best);
  const trained = { epochs: history.length, keptEpoch, train, validation };
  const memory = stepBytes === undefined ? {} : { stepBytes };
  const end = { history, trained, memory };
  return taught.record.settings.target === undefined
    ? finishClassifier(taught, end)
    : finishAutoencoder(taught, end, taught.record.settings.target);
}

/** What is known before the test. */
interface End {
  readonly history: readonly EpochRecord[];
  readonly trained: Pick<RunResult, 'epochs' | 'keptEpoch' | 'train' | 'validation'>;
  readonly memory: { readonly stepBytes?: number };
}

/** Puts the best weights into the session where `patience` was asked for; gives the epoch they are of. */
async function keepWeights(
  { run, session, spec, record, cluster }: TaughtRun,
  history: readonly EpochRecord[],
  bestEpoch: number | undefined,
): Promise<EpochRecord & { readonly keptEpoch: number }> {
  const wantsBest = record.settings.patience !== null && bestEpoch !== history.length;
  const best = wantsBest ? await run.readCheckpoint('best') : undefined;
  if (best !== undefined) {
    restoreStates(session.scopeOf(spec), parameterNames(spec), weightsOf(spec, best.states));
  }
  if (wantsBest && cluster !== undefined) await handWeights(cluster, session, spec);
  const keptEpoch = best?.progress.epoch ?? history.length;
  const kept = history[keptEpoch - 1];
  if (kept !== undefined) return { ...kept, keptEpoch };
  throw new FoveaError({
    where: run.path,
    problem: `the history has no epoch ${keptEpoch}, whose weights were kept`,
    expected: `one of ${history.length} epochs`,
  });
}

async function finishAutoencoder(
  taught: TaughtRun,
  { history, trained, memory }: End,
  target: NonNullable<TrainedRecord['settings']['target']>,
): Promise<RebuiltResult> {
  const { run, session, spec, dataset, record, reading } = taught;
  const { loss, metrics } = record.settings;
  const test = await score(session, spec, dataset.test, {
    loss: { loss, target },
    metrics,
    reading,
  });
  await run.write('weights.safetensors', await encodeWeights(session, spec, dataset.classes));
  const results = { ...trained, test, seconds: secondsOf(taught) };
  const done: TrainedRecord = { ...record, status: 'done', results: { ...results, ...memory } };
  await run.writeRecord(done);
  const about = { path: run.path, spec, dataset, session, record: done, history, reading };
  const report = await writePage(taught, { ...about, rebuilt: test });
  return { type: 'rebuilt', folder: run.path, ...results, report };
}

async function finishClassifier(
  taught: TaughtRun,
  { history, trained, memory }: End,
): Promise<RunResult> {
  const { run, session, spec, dataset, record, reading, cluster } = taught;
  const { classes } = dataset;
  const { loss, metrics } = record.settings;
  const measured = { classes, loss, metrics, reading, ranks: cluster?.ranks };
  const test = await evaluate(session, spec, dataset.test, measured);
  await run.write('weights.safetensors', await encodeWeights(session, spec, classes));
  const pictures = { ...reading, shape: imageShapeOf(spec) };
  const sheet = follows(cluster) ? null : await mistakesSheet(dataset.test, test, pictures);
  if (sheet !== null) await run.write('mistakes.png', sheet);
  const seconds = secondsOf(taught);
  const results = { ...trained, test: testMetricsOf(test), seconds, ...memory };
  const done: TrainedRecord = { ...record, status: 'done', results };
  await run.writeRecord(done);
  const said = insights(test, history);
  const about = { path: run.path, spec, dataset, session, record: done, history, reading };
  const report = await writePage(taught, { ...about, test, insights: said });
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

const secondsOf = ({ began }: TaughtRun): number => (performance.now() - began) / 1000;

/** All is saved: what a page takes longer, or fails at, costs nothing of the run. */
async function writePage(
  { page, run, cluster }: TaughtRun,
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
