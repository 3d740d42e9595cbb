/**
 * @file Local response normalisation across channels, with the 2012 paper's numbers as defaults.
 *
 *   y[c] = x[c] / (k + alpha * sum of x^2 over `size` channels around c)^beta
 *
 * alpha is not divided by the size here; PyTorch does. Next stop: `ops/windows/localResponseNormalization.ts`.
 */
import * as z from 'zod/mini';
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
      size: z._default(positiveInteger, 5),
      k: z._default(z.number(), 2),
      alpha: z._default(z.number(), 1e-4),
      beta: z._default(z.number(), 0.75),
    }),
    outputShape: (inputs) => imageOf(inputs),
    call: ({ build, name, inputs: [x], options }) =>
      build('localResponseNormalization', [x], { ...options }, name),
  });
