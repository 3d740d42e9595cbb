/**
 * @file The axes of an image in another order; dims count from 1, as in Keras. dims [3, 1, 2]:
 * (H, W, C) -> (C, H, W)
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../../base/errors.ts';
import { at } from '../../../base/lists.ts';
import { formatShape } from '../../../base/shape.ts';
import { positiveInteger } from '../../options.ts';
import { defineLayer, type LayerBuilder } from '../layer.ts';

export interface PermuteOptions {
  /** Axes in their new order, counted from 1, the batch left out: [2, 1, 3] turns height and width. */
  readonly dims: number[];
}

export const permute: LayerBuilder<PermuteOptions> = defineLayer({
  kind: 'permute',
  says: 'the axes in another order',
  options: z.object({ dims: z.array(positiveInteger).check(z.minLength(1)) }),
  outputShape: ([input], { dims }) => {
    const sorted = [...dims].sort((a, b) => a - b);
    if (dims.length === input.length && sorted.every((dim, i) => dim === i + 1)) {
      return dims.map((dim) => at(input, dim - 1, 'axis'));
    }
    throw new FoveaError({
      problem: `cannot put the axes of ${formatShape(input)} in the order ${dims.join(', ')}`,
      expected: `each of 1 to ${input.length} once`,
    });
  },
  call: ({ build, name, inputs: [x], options: { dims } }) =>
    build('transpose', [x], { axes: [0, ...dims] }, name),
});
