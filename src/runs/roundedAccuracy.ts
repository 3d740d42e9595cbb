/**
 * @file What a run's network loses when its weights are rounded for shipping, measured on the run's own test data.
 *
 * Next stop: `interop/oneFile/weights.ts`, how they are rounded.
 */
import { withShippedWeights } from '../interop/oneFile/shippedModel.ts';
import type { WeightFormat } from '../interop/oneFile/weights.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

export interface RoundedAccuracy {
  readonly dataset: string;
  /** Test pictures. */
  readonly count: number;
  /** With the weights as they were trained, and as they are shipped. */
  readonly before: number;
  readonly after: number;
}

export function roundedAccuracy(
  request: TestRequest,
  format: WeightFormat,
): Promise<RoundedAccuracy> {
  return withTestedRun(request, async ({ treatment, spec, weights, dataset, reading, session }) => {
    const { classes, name, test } = dataset;
    const { loss } = treatment;
    const measured = async (model: { readonly weights: typeof weights }) =>
      evaluate(session, spec, test, {
        classes,
        loss,
        weights: model.weights,
        reading,
        mistakes: 0,
      });
    const before = await measured({ weights });
    const after = await measured(withShippedWeights({ spec, weights, classes }, format));
    return { dataset: name, count: before.count, before: before.accuracy, after: after.accuracy };
  });
}
