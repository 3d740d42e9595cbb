/**
 * @file Evaluates a saved run on a data set's test split: `fovea evaluate`.
 *
 * Next stop: `train/evaluate.ts`.
 */
import { openSession } from '../backends/select.ts';
import { FoveaError } from '../base/errors.ts';
import { withCrops } from '../data/augment/index.ts';
import { differencesOf, identityOf } from '../data/identity.ts';
import { openDataset } from '../data/open.ts';
import type { AnyDataset } from '../data/streamed.ts';
import { imageShapeOf } from '../nn/spec.ts';
import type { Evaluation } from '../train/classification.ts';
import { evaluate } from '../train/evaluate.ts';
import { insights } from '../train/insights.ts';
import { checkSameClasses } from './expectedRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import type { RunRecord } from './folder/runRecord.ts';
import { writeMistakes } from './mistakes.ts';
import { fitted } from './runData.ts';
import type { RunConditions } from './trainRun.ts';

export interface EvaluateRunRequest extends Pick<RunConditions, 'backend' | 'load' | 'reading'> {
  readonly folder: string;
  /** Default: what the run was trained on. */
  readonly data?: string | undefined;
  readonly testCount?: number | undefined;
  /** How many of the worst mistakes to keep. */
  readonly mistakes?: number;
  /** A PNG file to draw them into. */
  readonly sheet?: string | undefined;
  /** 10: mean of four corners, the middle, and their mirror images; default: the middle alone. */
  readonly crops?: 1 | 10 | undefined;
}

export interface EvaluatedRun {
  readonly evaluation: Evaluation;
  readonly insights: readonly string[];
  /** Name of the data set. */
  readonly dataset: string;
  readonly plan: string;
}

/** Figures for other classes or other pictures than those of training are no figures of the run. */
function warnOfDifferences(
  { data }: RunRecord,
  loaded: AnyDataset,
  note: ((words: string) => void) | undefined,
): void {
  // Of another data set the classes alone can be the same.
  const digests = loaded.name === data.name ? data.digests : {};
  for (const difference of differencesOf({ ...data, digests }, identityOf(loaded))) {
    note?.(`Not as in training: ${loaded.name}: ${difference}`);
  }
}

export async function evaluateRun(request: EvaluateRunRequest): Promise<EvaluatedRun> {
  const { folder, testCount, mistakes = 36, sheet, crops } = request;
  const run = await RunFolder.open(folder);
  const record = await run.readRecord();
  const { spec, weights, classes: answers } = await loadModel(folder);
  const imageShape = imageShapeOf(spec);
  const loaded = await openDataset(request.data ?? record.data.name, {
    ...request.load,
    imageShape,
    ...(testCount === undefined ? {} : { testCount }),
  });
  warnOfDifferences(record, loaded, request.load?.onNote);
  const augmentation =
    crops === 10
      ? withCrops(record.settings.augmentation, imageShape)
      : record.settings.augmentation;
  const dataset = fitted(spec, loaded, augmentation);
  const reading = { ...request.reading, augmentation, stored: dataset.imageShape };
  checkSameClasses(folder, answers, dataset);
  const session = await openSession(request.backend);
  try {
    const { loss } = record.settings;
    const { classes } = dataset;
    const options = { classes, loss, mistakes, weights, reading, crops };
    const evaluation = await evaluate(session, spec, dataset.test, options);
    if (evaluation.count === 0) throw noneRead(dataset);
    if (sheet !== undefined) {
      const shown = { ...reading, shape: imageShape };
      await writeMistakes(sheet, dataset.test, evaluation, shown);
    }
    // What training did says something about its own data alone.
    const same = dataset.name === record.data.name;
    const history = same ? ((await run.readCheckpoint('last'))?.progress.history ?? []) : [];
    return {
      evaluation,
      insights: insights(evaluation, history),
      dataset: dataset.name,
      plan: session.plan,
    };
  } finally {
    await session.close();
  }
}

function noneRead({ name, test }: AnyDataset): FoveaError {
  return new FoveaError({
    problem: `none of the ${test.count} test pictures of ${name} could be read`,
    expected: 'at least one',
  });
}
