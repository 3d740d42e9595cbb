/**
 * @file The rejection curves of a saved run that answers with distances: `fovea evaluate RUN --reject`.
 *
 * Next stop: `train/evaluation/rejection.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { answersWithDistances } from '../nn/losses/answers.ts';
import { parameterNames } from '../nn/programs/programs.ts';
import {
  compileEvaluation,
  openEvaluationBatches,
  predictSplit,
} from '../train/evaluation/evaluate.ts';
import { type Rejection, rejectionOf } from '../train/evaluation/rejection.ts';
import { restoreStates } from '../train/snapshots/snapshot.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

export interface RejectedRun {
  readonly model: string;
  readonly dataset: string;
  readonly count: number;
  readonly far: Rejection;
  readonly close: Rejection;
}

export function rejectRun(request: TestRequest): Promise<RejectedRun> {
  return withTestedRun(request, async ({ treatment, spec, weights, dataset, reading, session }) => {
    if (!answersWithDistances(spec)) {
      throw new FoveaError({
        problem: `${spec.name} answers with no distances`,
        expected: 'a model whose last layer gives distances (rbf), such as lenet5-1998',
      });
    }
    const { test, classes, name } = dataset;
    const source = await openEvaluationBatches(spec, test, reading);
    const scope = session.scopeOf(spec);
    const program = compileEvaluation(scope, spec, source.batchSize, treatment);
    restoreStates(scope, parameterNames(spec), weights);
    const predictions = await predictSplit(program, source, classes);
    await source.close();
    return {
      model: spec.name,
      dataset: name,
      count: test.count,
      far: rejectionOf(predictions, 'far'),
      close: rejectionOf(predictions, 'close'),
    };
  });
}
