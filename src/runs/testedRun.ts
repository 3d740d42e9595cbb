/**
 * @file A saved run with its test split and an open session: what every measurement of a run begins with.
 */
import type { Session } from '../backends/backend.ts';
import { openSession } from '../backends/select.ts';
import { UsageError } from '../base/errors.ts';
import { withCrops } from '../data/augment/index.ts';
import type { Reading } from '../data/batches/batchSource.ts';
import { differencesOf, identityOf } from '../data/identity.ts';
import { openDataset } from '../data/open.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { checkNamesClasses } from '../nn/losses/answers.ts';
import type { PrecisionChoice } from '../nn/precision/choice.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { namesOfRun } from '../records/classNames.ts';
import { checkSameClasses } from '../records/expectedRun.ts';
import { isImported, type RunRecord, type RunSettings, treatmentOf } from '../records/runRecord.ts';
import { fitted } from '../train/checks.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import type { RunConditions } from './trainRun.ts';

export interface TestRequest extends Pick<RunConditions, 'backend' | 'load' | 'reading'> {
  readonly folder: string;
  /** Default: what the run was trained on. */
  readonly data?: string | undefined;
  readonly testCount?: number | undefined;
  /** Whether auto-encoders are welcome. */
  readonly rebuilds?: boolean | undefined;
  /** Of the network as it is measured; default 'float32', however it was trained. */
  readonly precision?: PrecisionChoice | undefined;
  /** 10: mean of four corners, the middle, and their mirror images; default: the middle alone. */
  readonly crops?: 1 | 10 | undefined;
}

export interface TestedRun {
  readonly run: RunFolder;
  readonly record: RunRecord;
  /** How it is measured. */
  readonly treatment: Pick<RunSettings, 'loss' | 'metrics'>;
  readonly spec: ModelSpec;
  readonly weights: TrainedModel['weights'];
  readonly dataset: AnyDataset;
  /** How the pictures are read: as the run was trained, nothing drawn. */
  readonly reading: Reading;
  readonly session: Session;
}

/** Runs `task` and closes the session, whatever comes of it. */
export async function withTestedRun<T>(
  request: TestRequest,
  task: (run: TestedRun) => Promise<T>,
): Promise<T> {
  const { folder, testCount, crops } = request;
  const run = await RunFolder.open(folder);
  const record = await run.readRecord();
  const { spec, weights, classes: answers } = await loadModel(folder);
  const imageShape = imageShapeOf(spec);
  const loaded = await openDataset(request.data ?? dataOf(record, folder), {
    ...request.load,
    imageShape,
    ...(testCount === undefined ? {} : { testCount }),
  });
  warnOfDifferences(record, loaded, request.load?.onNote);
  const treatment = treatmentOf(record, spec);
  const trained = treatment.augmentation;
  const augmentation = crops === 10 ? withCrops(trained, imageShape) : trained;
  const target = isImported(record) ? undefined : record.settings.target;
  if (target === undefined) {
    checkSameClasses(folder, namesOfRun(record, answers, loaded.classes), loaded);
  } else if (request.rebuilds !== true) checkNamesClasses(spec, 'to be measured by classes');
  const dataset = fitted(spec, loaded, augmentation, target);
  const reading = { ...request.reading, augmentation, stored: dataset.imageShape };
  const session = await openSession(request.backend);
  try {
    return await task({ run, record, treatment, spec, weights, dataset, reading, session });
  } finally {
    await session.close();
  }
}

/** The data that a run was trained on; throws where nobody knows them. */
export function dataOf(record: RunRecord, folder: string): string {
  if (!isImported(record)) return record.data.name;
  throw new UsageError({
    where: folder,
    option: 'data',
    problem: `${record.model} was imported: what it was trained on is not known`,
    expected: 'the data to read, such as mnist or folder:PATH',
  });
}

/** Figures for other classes or other pictures than those of training are no figures of the run. */
function warnOfDifferences(
  record: RunRecord,
  loaded: AnyDataset,
  note: ((words: string) => void) | undefined,
): void {
  if (isImported(record)) return;
  const { data } = record;
  // Of another data set the classes alone can be the same.
  const digests = loaded.name === data.name ? data.digests : {};
  for (const difference of differencesOf({ ...data, digests }, identityOf(loaded))) {
    note?.(`Not as in training: ${loaded.name}: ${difference}`);
  }
}
