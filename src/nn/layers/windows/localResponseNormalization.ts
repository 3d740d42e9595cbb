/**
 * @file Local response normalisation across channels, with the 2012 paper's numbers as defaults.
 *
 *   y[c] = x[c] / (k + alpha * sum of x^2 over `size` channels around c)^beta
 *
 * alpha is not divided by the size here; PyTorch does. Next stop: `ops/windows/localResponseNormalization.ts`.
 */
import * as z from 'zod';
import { positiveInteger } from '../../options.ts';
import { defineLayer, imageOf } from '../layer.ts';

export const localResponseNormalization = defineLayer({
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
