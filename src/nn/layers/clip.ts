/**
 * @file Numbers held between two bounds: min(max(x, min), max). ReLU6 is min 0, max 6.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import { constantNode } from '../../graph/node.ts';
import { defineLayer, type OptionalLayerBuilder } from './layer.ts';

export interface ClipOptions {
  /** Smaller numbers become this; unsaid: no bound. */
  readonly min?: number | undefined;
  /** Larger numbers become this; unsaid: no bound. One of the two must be said. */
  readonly max?: number | undefined;
}

export const clip: OptionalLayerBuilder<ClipOptions> = defineLayer({
  kind: 'clip',
  says: 'numbers held between two bounds',
  options: z.object({ min: z.optional(z.number()), max: z.optional(z.number()) }),
  outputShape: ([input], { min, max }) => {
    const isEmpty = min !== undefined && max !== undefined && min > max;
    if (!isEmpty && (min !== undefined || max !== undefined)) return input;
    throw new FoveaError({
      problem: isEmpty ? `min ${min} is above max ${max}` : 'received no bound',
      expected: 'min, max or both, min at most max',
    });
  },
  call: ({ build, name, inputs: [x], options: { min, max } }) => {
    const least = min === undefined ? x : build('maximum', [x, constantNode(min)], {}, name);
    return max === undefined ? least : build('minimum', [least, constantNode(max)], {}, name);
  },
});
