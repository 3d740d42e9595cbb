/**
 * @file The rejection curves of a saved run that answers with distances: `fovea evaluate RUN --reject`.
 *
 * Next stop: `train/evaluation/rejection.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { answersWithDistances } from '../nn/losses/answers.ts';
import { type Rejection, rejectionOf } from '../train/evaluation/rejection.ts';
import { predictTested } from './predictTested.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

export interface RejectedRun {
  readonly model: string;
  readonly dataset: string;
  readonly count: number;
  readonly far: Rejection;
  readonly close: Rejection;
}

export function rejectRun(request: TestRequest): Promise<RejectedRun> {
  return withTestedRun(request, async (tested) => {
    const { spec, dataset } = tested;
    if (!answersWithDistances(spec)) {
      throw new FoveaError({
        problem: `${spec.name} answers with no distances`,
        expected: 'a model whose last layer gives distances (rbf), such as lenet5-1998',
      });
    }
    const { predictions } = await predictTested(tested, dataset.test);
    return {
      model: spec.name,
      dataset: dataset.name,
      count: dataset.test.count,
      far: rejectionOf(predictions, 'far'),
      close: rejectionOf(predictions, 'close'),
    };
  });
}
