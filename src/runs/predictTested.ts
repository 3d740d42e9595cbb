/**
 * @file What a saved run says of every picture of a split, as numbers.
 *
 * Next stop: `train/evaluation/evaluate.ts`.
 */
import type { AnySplit } from '../data/streamed.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import type { Predictions } from '../train/evaluation/classification.ts';
import {
  compileEvaluation,
  openEvaluationBatches,
  predictSplit,
} from '../train/evaluation/evaluate.ts';
import { restoreStates } from '../train/snapshots/snapshot.ts';
import type { TestedRun } from './testedRun.ts';

export interface TestedPredictions {
  readonly predictions: Predictions;
  /** Rows whose pictures could not be read. */
  readonly leftOut: ReadonlySet<number>;
}

/** `split`: of the run's data set, as it was fitted to the model. */
export async function predictTested(
  { treatment, spec, weights, dataset, reading, session }: TestedRun,
  split: AnySplit,
): Promise<TestedPredictions> {
  const source = await openEvaluationBatches(spec, split, reading);
  try {
    const scope = session.scopeOf();
    const program = compileEvaluation(scope, spec, source.batchSize, treatment);
    try {
      restoreStates(scope, parameterNames(spec), weights);
      const predictions = await predictSplit(program, source, dataset.classes);
      return { predictions, leftOut: new Set(source.unreadable.keys()) };
    } finally {
      program.feed.executable.close();
      scope.free();
    }
  } finally {
    await source.close();
  }
}
