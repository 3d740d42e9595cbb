/**
 * @file AdamW: Adam, with weight decay that does not pass through the running means.
 *
 *   w -= rate decay w + c1 m / (sqrt(c2 v) + epsilon)
 *
 * Source: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101. See `adam.ts` for m, v, c1, c2.
 */
import * as z from 'zod/mini';
import { type AdamOptions, adamOptions, adamScalars, adamUpdates } from './adam.ts';
import { defineOptimizer, type OptimizerBuilder } from './define.ts';

export interface AdamwOptions extends AdamOptions {
  /** Pull of the weights towards 0, times the rate, beside the step; default 0.004. */
  readonly weightDecay?: number | undefined;
}

const adamwOptions = z.extend(adamOptions, {
  weightDecay: z
    ._default(z.number().check(z.nonnegative()), 0.004)
    .check(z.describe('pull of the weights towards 0')),
});

export const adamw: OptimizerBuilder<AdamwOptions> = defineOptimizer({
  kind: 'adamw',
  says: 'Adam, with weight decay beside its running means',
  options: adamwOptions,
  make: (options) => ({
    slots: ['m', 'v'],
    updates: (context) => adamUpdates(context, options, { scalar: 'decay' }),
    scalars: (step, learningRate) => ({
      ...adamScalars(step, learningRate, options),
      decay: learningRate * options.weightDecay,
    }),
  }),
});
