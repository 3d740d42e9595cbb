/**
 * @file Batch normalisation: each channel brought to mean 0 and variance 1, then scaled and shifted.
 *
 *   training:  y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the batch's statistics,
 *              moving = momentum moving + (1 - momentum) batch's
 *   testing:   the same with the moving statistics
 *
 * Names, defaults and the variance (divided by the count) are Keras's. Next stop: `ops/composites.ts`.
 */
import * as z from 'zod/mini';
import * as composites from '../../ops/composites.ts';
import * as e from '../../ops/expression.ts';
import { defineLayer, type OptionalLayerBuilder } from './layer.ts';

export interface BatchNormalizationOptions {
  /** Share of the moving statistics that a step keeps, from 0 to 1; default 0.99. */
  readonly momentum?: number | undefined;
  /** Added to the variance before the root; default 0.001. */
  readonly epsilon?: number | undefined;
}

export const batchNormalization: OptionalLayerBuilder<BatchNormalizationOptions> = defineLayer({
  kind: 'batchNormalization',
  says: 'each channel brought to mean 0 and variance 1',
  options: z.object({
    momentum: z._default(z.number().check(z.minimum(0), z.maximum(1)), 0.99),
    epsilon: z._default(z.number().check(z.positive()), 0.001),
  }),
  outputShape: ([input]) => input,
  parameters: ([input]) => {
    const shape = input.slice(-1); // (C,)
    return [
      { name: 'gamma', shape, initializer: { kind: 'ones' }, trainable: true },
      { name: 'beta', shape, initializer: { kind: 'zeros' }, trainable: true },
      { name: 'movingMean', shape, initializer: { kind: 'zeros' }, trainable: false },
      { name: 'movingVariance', shape, initializer: { kind: 'ones' }, trainable: false },
    ];
  },
  call: ({
    build,
    name,
    inputs: [x],
    options: { momentum, epsilon },
    training,
    across,
    ...own
  }) => {
    const gamma = own.parameter('gamma');
    const beta = own.parameter('beta');
    const movingMean = own.parameter('movingMean');
    const movingVariance = own.parameter('movingVariance');
    if (!training) {
      const statistics = { mean: movingMean, variance: movingVariance };
      return composites.normalize(build, x, { gamma, beta, epsilon, ...statistics });
    }
    const { y, mean, variance } = composites.batchNormalization(
      build,
      x,
      { gamma, beta, epsilon },
      across,
    );
    const expression = e.add(e.mul(momentum, e.input(0)), e.mul(1 - momentum, e.input(1)));
    const attrs = { expression, label: 'movingAverage' };
    own.update('movingMean', build('elementwise', [movingMean, mean], attrs, `${name}/mean`));
    own.update(
      'movingVariance',
      build('elementwise', [movingVariance, variance], attrs, `${name}/variance`),
    );
    return y;
  },
});
