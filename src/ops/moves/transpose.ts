/**
 * @file Transposing: the axes of a tensor in another order.
 *
 *   y[i0, i1, ..] = x at the index whose axis axes[k] holds ik;  y.shape[k] = x.shape[axes[k]]
 *
 * axes [0, 3, 1, 2] takes (N, H, W, C) to (N, C, H, W), as numpy and ONNX count. The gradient is the way back.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, stridesOf } from '../../base/shape.ts';
import { defineOp } from '../op.ts';

export interface TransposeAttrs {
  /** For each axis of the result, the axis of the input it was: a permutation. */
  readonly axes: readonly number[];
}

export const transpose = defineOp<TransposeAttrs>({
  name: 'transpose',
  formula: 'y = x with axis axes[k] of x as axis k',
  arity: 1,
  rows: (_, { axes }) => (axes[0] === 0 ? [0] : undefined),
  shape: ([x], { axes }) => {
    const sorted = [...axes].sort((a, b) => a - b);
    if (axes.length !== x.length || sorted.some((axis, i) => axis !== i)) {
      throw new FoveaError({
        problem: `cannot transpose ${formatShape(x)} by the axes ${axes.join(', ')}`,
        expected: `each of the axes 0 to ${x.length - 1} once, in the order they shall have`,
      });
    }
    return axes.map((axis) => x[axis]);
  },
  gradient: ({ attrs: { axes }, dy, build }) => [
    build('transpose', [dy], { axes: inverseOf(axes) }),
  ],
  curvature: 'copies',
  reference: ([x], y, { axes }) => {
    const to = stridesOf(y.shape);
    const from = stridesOf(x.shape);
    for (let yAt = 0; yAt < y.data.length; yAt++) {
      let xAt = 0;
      for (let k = 0, rest = yAt; k < axes.length; k++) {
        xAt += Math.floor(rest / to[k]) * from[axes[k]];
        rest %= to[k];
      }
      y.data[yAt] = x.data[xAt];
    }
  },
});

/** The permutation that undoes one. */
function inverseOf(axes: readonly number[]): number[] {
  return axes.map((_, axis) => axes.indexOf(axis));
}

/** Whether the numbers stay where they are: only axes of extent 1 change places. */
export function movesNothing(shape: Shape, { axes }: TransposeAttrs): boolean {
  const long = axes.filter((axis) => shape[axis] > 1);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]);
}
