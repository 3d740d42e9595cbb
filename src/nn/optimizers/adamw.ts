/**
 * @file AdamW: Adam, with weight decay that does not pass through the running means.
 *
 *   w -= rate decay w + c1 m / (sqrt(c2 v) + epsilon)
 *
 * Source: Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101. See `adam.ts` for m, v, c1, c2.
 */
import * as z from 'zod';
import { parseOptions } from '../options.ts';
import { adamOptions, adamScalars, adamUpdates } from './adam.ts';
import type { Optimizer } from './optimizer.ts';

const adamwOptions = adamOptions.extend({ weightDecay: z.number().nonnegative().default(0.004) });

export function adamw(options: z.input<typeof adamwOptions> = {}): Optimizer {
  const parsed = parseOptions(adamwOptions, options, 'adamw');
  return {
    spec: { kind: 'adamw', ...parsed },
    slots: ['m', 'v'],
    updates: (context) => adamUpdates(context, parsed, { scalar: 'decay' }),
    scalars: (step, learningRate) => ({
      ...adamScalars(step, learningRate, parsed),
      decay: learningRate * parsed.weightDecay,
    }),
  };
}
