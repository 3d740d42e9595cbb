/**
 * @file The same numbers under another shape. Row-major order stays, so flattening (N, H, W, C) to
 * (N, H*W*C) is in NHWC order, as in Keras. Compilers make it a view, no copy.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import { defineOp } from '../op.ts';

export const reshape = defineOp<{ shape: Shape }>({
  name: 'reshape',
  formula: 'y = x, row-major, under another shape',
  arity: 1,
  rows: ([from], { shape }) => (from[0] === shape[0] ? [0] : undefined),
  shape: ([from], { shape }) => {
    if (sizeOf(from) !== sizeOf(shape)) {
      throw new FoveaError({
        problem: `cannot reshape ${formatShape(from)} to ${formatShape(shape)}`,
        expected: `a shape of ${sizeOf(from)} elements, received one of ${sizeOf(shape)}`,
      });
    }
    return shape;
  },
  gradient: ({ inputs: [x], dy, build }) => [build('reshape', [dy], { shape: x.shape })],
  curvature: 'copies',
  reference: ([x], y) => y.data.set(x.data),
});
