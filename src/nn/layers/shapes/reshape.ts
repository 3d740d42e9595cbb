/**
 * @file The same numbers under another shape, in (height, width, channel) order as Keras does.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../../base/errors.ts';
import { nonEmpty } from '../../../base/lists.ts';
import { formatShape, type Shape, sizeOf } from '../../../base/shape.ts';
import { defineLayer, type LayerBuilder } from '../layer.ts';

const extent = z
  .int()
  .check(z.refine((n) => n > 0 || n === -1, 'a whole number more than 0, or once -1'));

/** With -1 as whatever is left. */
function shapeFrom(input: Shape, target: readonly number[]): Shape {
  const known = sizeOf(target.filter((n) => n !== -1));
  const open = target.filter((n) => n === -1).length;
  const rest = sizeOf(input) / known;
  const shape = target.map((n) => (n === -1 ? rest : n));
  if (open <= 1 && Number.isInteger(rest) && sizeOf(shape) === sizeOf(input)) return shape;
  throw new FoveaError({
    problem: `cannot make ${formatShape(target)} of ${formatShape(input)}`,
    expected: `a shape of ${sizeOf(input)} numbers; one extent may be -1: whatever is left`,
  });
}

export interface ReshapeOptions {
  /** The new shape of one row; -1, once, stands for what is left. */
  readonly targetShape: number[];
}

export const reshape: LayerBuilder<ReshapeOptions> = defineLayer({
  kind: 'reshape',
  says: 'the same numbers under another shape',
  options: z.object({ targetShape: z.array(extent).check(z.minLength(1)) }),
  outputShape: ([input], { targetShape }) => shapeFrom(input, targetShape),
  call: ({ build, name, inputs: [x], options: { targetShape } }) => {
    const [N, ...input] = nonEmpty(x.shape, 'axes');
    return build('reshape', [x], { shape: [N, ...shapeFrom(input, targetShape)] }, name);
  },
});
