/**
 * @file Local response normalisation across channels, with the 2012 paper's numbers as defaults.
 *
 *   y[c] = x[c] / (k + alpha * sum of x^2 over `size` channels around c)^beta
 *
 * alpha is not divided by the size here; PyTorch does. Next stop: `ops/windows/localResponseNormalization.ts`.
 */
import * as z from 'zod';
import { positiveInteger } from '../../options.ts';
import { defineLayer, imageOf, type OptionalLayerBuilder } from '../layer.ts';

export interface LocalResponseNormalizationOptions {
  /** Neighbouring channels that are summed, itself included; default 5. */
  readonly size?: number | undefined;
  /** Added to the sum; default 2. */
  readonly k?: number | undefined;
  /** Of the sum of squares, not divided by the size; default 0.0001. */
  readonly alpha?: number | undefined;
  /** Power of the divisor; default 0.75. */
  readonly beta?: number | undefined;
}

export const localResponseNormalization: OptionalLayerBuilder<LocalResponseNormalizationOptions> =
  defineLayer({
    kind: 'localResponseNormalization',
    says: 'each channel tempered by its neighbours',
    options: z.object({
      size: positiveInteger.default(5),
      k: z.number().default(2),
      alpha: z.number().default(1e-4),
      beta: z.number().default(0.75),
    }),
    outputShape: (inputs) => imageOf(inputs),
    call: ({ build, name, inputs: [x], options }) =>
      build('localResponseNormalization', [x], { ...options }, name),
  });
