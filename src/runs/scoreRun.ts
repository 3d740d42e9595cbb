/**
 * @file How well a saved auto-encoder rebuilds the test pictures of a data set: `fovea evaluate`.
 *
 * Before: `evaluateRun.ts`, the same of networks that name classes. Next stop: `train/evaluation/score.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import type { MetricChoice } from '../nn/losses/chosenMetrics.ts';
import { isImported } from '../records/runRecord.ts';
import { score } from '../train/evaluation/score.ts';
import type { Metrics } from '../train/measures.ts';
import { RunFolder } from './folder/runFolder.ts';
import { type TestedRun, type TestRequest, withTestedRun } from './testedRun.ts';

export interface ScoredRun {
  /** By the loss that it was trained with. */
  readonly metrics: Metrics;
  readonly loss: string;
  /** Name of the data set, and its test pictures. */
  readonly dataset: string;
  readonly count: number;
  readonly plan: string;
}

/** Whether a run is of an auto-encoder. */
export async function isAutoencoder(folder: string): Promise<boolean> {
  const record = await (await RunFolder.open(folder)).readRecord();
  return !isImported(record) && record.settings.target !== undefined;
}

interface ScoreOptions extends Pick<TestRequest, 'precision'> {
  /** What to measure beside; default: what the run was measured by. */
  readonly metrics?: readonly MetricChoice[] | undefined;
}

export function scoreRun(request: TestRequest & ScoreOptions): Promise<ScoredRun> {
  return withTestedRun({ ...request, rebuilds: true }, (tested) => scoreTested(tested, request));
}

/** The same of a run that is open already. */
export async function scoreTested(
  { record, spec, weights, dataset, reading, session }: TestedRun,
  request: ScoreOptions = {},
): Promise<ScoredRun> {
  if (isImported(record) || record.settings.target === undefined) throw noAutoencoder(spec.name);
  const { loss, target, metrics: own } = record.settings;
  const { metrics = own, precision } = request;
  const chosen = { loss: { loss, target }, metrics, weights, reading, precision };
  return {
    metrics: await score(session, spec, dataset.test, chosen),
    loss,
    dataset: dataset.name,
    count: dataset.test.count,
    plan: session.plan,
  };
}

function noAutoencoder(name: string): FoveaError {
  return new FoveaError({
    problem: `${name} was not trained to give back its pictures`,
    expected: 'a run of an auto-encoder',
    fix: 'evaluateRun measures networks that name classes',
  });
}
