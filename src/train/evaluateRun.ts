/**
 * @file Evaluates a saved run on a data set's test split: `fovea evaluate`.
 *
 * Next stop: `evaluate.ts`.
 */
import { openSession } from '../backends/select.ts';
import { datasetOf } from '../data/datasets/index.ts';
import type { Evaluation } from './classification.ts';
import { evaluate } from './evaluate.ts';
import { insights } from './insights.ts';
import { writeMistakes } from './mistakes.ts';
import { loadModel } from './modelFiles.ts';
import { RunFolder } from './runFolder.ts';
import { fitted, type RunConditions } from './trainRun.ts';

export interface EvaluateRunRequest extends Pick<RunConditions, 'backend' | 'load'> {
  readonly folder: string;
  /** Default: what the run was trained on. */
  readonly data?: string | undefined;
  readonly testCount?: number | undefined;
  /** How many of the worst mistakes to keep. */
  readonly mistakes?: number;
  /** A PNG file to draw them into. */
  readonly sheet?: string | undefined;
}

export interface EvaluatedRun {
  readonly evaluation: Evaluation;
  readonly insights: readonly string[];
  /** Name of the data set. */
  readonly dataset: string;
  readonly plan: string;
}

export async function evaluateRun(request: EvaluateRunRequest): Promise<EvaluatedRun> {
  const { folder, testCount, mistakes = 36, sheet } = request;
  const run = await RunFolder.open(folder);
  const record = await run.readRecord();
  const { spec, weights } = await loadModel(folder);
  const loaded = await datasetOf(request.data ?? record.data.name).load({
    ...request.load,
    ...(testCount === undefined ? {} : { testCount }),
  });
  const dataset = fitted(spec, loaded);
  const session = await openSession(request.backend);
  try {
    const { loss } = record.settings;
    const { classes } = dataset;
    const options = { classes, loss, mistakes, weights };
    const evaluation = await evaluate(session, spec, dataset.test, options);
    if (sheet !== undefined) await writeMistakes(sheet, dataset, evaluation);
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
