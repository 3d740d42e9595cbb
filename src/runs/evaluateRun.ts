/**
 * @file Evaluates a saved run on a data set's test split: `fovea evaluate`.
 *
 * Next stop: `testedRun.ts`, then `train/evaluation/evaluate.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { choosesPart } from '../data/augment/index.ts';
import { pictureNames } from '../data/pictureNames.ts';
import type { AnyDataset } from '../data/streamed.ts';
import type { MetricChoice } from '../nn/losses/chosenMetrics.ts';
import { imageShapeOf } from '../nn/spec.ts';
import { mistakesSheet } from '../records/mistakes.ts';
import { isImported, type RunRecord } from '../records/runRecord.ts';
import type { Evaluation } from '../train/evaluation/classification.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { insights } from '../train/prediction/insights.ts';
import { writeWhole } from './folder/wholeFile.ts';
import { type TestedRun, type TestRequest, withTestedRun } from './testedRun.ts';

export interface EvaluateRunRequest extends TestRequest {
  /** How many of the worst mistakes to keep. */
  readonly mistakes?: number;
  /** What to measure beside; default: what the run was measured by. */
  readonly metrics?: readonly MetricChoice[] | undefined;
  /** A PNG file to draw them into. */
  readonly sheet?: string | undefined;
}

export interface EvaluatedRun {
  readonly evaluation: Evaluation;
  readonly insights: readonly string[];
  /** Name of the data set. */
  readonly dataset: string;
  readonly plan: string;
  /** The file of a test picture; undefined where pictures have no files. */
  nameOf(index: number): string | undefined;
}

export function evaluateRun(request: EvaluateRunRequest): Promise<EvaluatedRun> {
  return withTestedRun(request, (tested) => evaluateTested(tested, request));
}

/** The same of a run that is open already. */
export async function evaluateTested(
  tested: TestedRun,
  request: Omit<EvaluateRunRequest, keyof TestRequest> & Pick<TestRequest, 'crops' | 'precision'>,
): Promise<EvaluatedRun> {
  const { mistakes = 36, sheet, crops, precision } = request;
  const { run, record, treatment, spec, weights, dataset, reading, session } = tested;
  const { loss } = treatment;
  const { metrics = treatment.metrics } = request;
  const { classes, test } = dataset;
  const options = { classes, loss, metrics, mistakes, weights, reading, crops, precision };
  const evaluation = await evaluate(session, spec, test, options);
  if (evaluation.count === 0) throw noneRead(dataset);
  if (sheet !== undefined) {
    const shape = imageShapeOf(spec);
    const drawn = await mistakesSheet(test, evaluation, { ...reading, shape });
    if (drawn !== null) await writeWhole(sheet, drawn);
  }
  // What training did says something about its own data alone.
  const same = !isImported(record) && dataset.name === record.data.name;
  const history = same ? ((await run.readCheckpoint('last'))?.progress.history ?? []) : [];
  return {
    evaluation,
    insights: [...cropsInsight(crops, record), ...insights(evaluation, history)],
    dataset: dataset.name,
    plan: session.plan,
    nameOf: await pictureNames(test),
  };
}

function noneRead({ name, test }: AnyDataset): FoveaError {
  return new FoveaError({
    problem: `none of the ${test.count} test pictures of ${name} could be read`,
    expected: 'at least one',
  });
}

/** Ten crops are ten parts of a picture: a network that has never seen parts reads them worse than the whole. */
function cropsInsight(crops: TestRequest['crops'], record: RunRecord): string[] {
  if (crops !== 10 || isImported(record) || choosesPart(record.settings.augmentation)) return [];
  const { model } = record;
  return [
    `${model} was trained on whole pictures and is shown ten parts of each here, which it has never learned to read: it does better on whole pictures. Ten crops suit a network that was trained on crops (an augmentation with crop, such as alexnet).`,
  ];
}
