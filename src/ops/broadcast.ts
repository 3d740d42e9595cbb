/**
 * @file Broadcasting as ops: `broadcastTo` repeats a tensor, `sumTo` is its adjoint, the only reduction.
 *
 * Shapes align at the last axis; an extent that is 1 or missing is repeated. `sumTo` gives bias gradients,
 * batch statistics and the sum of a loss. Sums are kept in float64.
 */
import { FoveaError } from '../base/errors.ts';
import {
  broadcastShapes,
  formatShape,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from '../base/shape.ts';
import { defineOp } from './op.ts';
import { reachesRows } from './rows.ts';

/** The adjoint of broadcasting. */
export const sumTo = defineOp<{ shape: Shape }>({
  name: 'sumTo',
  formula: 'y = sum of x over the axes that broadcasting `shape` to x would repeat',
  arity: 1,
  rows: ([from], { shape }) => (reachesRows(shape, from) ? [0] : undefined),
  shape: ([from], { shape }) => {
    if (!sameShape(broadcastShapes([from, shape]), from)) {
      throw new FoveaError(`cannot sum ${formatShape(from)} to ${formatShape(shape)}`);
    }
    return shape;
  },
  gradient: ({ inputs, dy, build }) => [build('broadcastTo', [dy], { shape: inputs[0].shape })],
  curvature: 'copies',
  reference: ([from], to) => {
    const sums = new Float64Array(sizeOf(to.shape));
    forEachBroadcast(from.shape, to.shape, (i, j) => {
      sums[j] += from.data[i];
    });
    to.data.set(sums);
  },
});

export const broadcastTo = defineOp<{ shape: Shape }>({
  name: 'broadcastTo',
  formula: 'y = x repeated to `shape`',
  arity: 1,
  dtype: 'input',
  rows: ([from], { shape }) => (reachesRows(from, shape) ? [0] : []),
  shape: ([from], { shape }) => {
    if (!sameShape(broadcastShapes([from, shape]), shape)) {
      throw new FoveaError(`cannot broadcast ${formatShape(from)} to ${formatShape(shape)}`);
    }
    return shape;
  },
  gradient: ({ inputs, dy, build }) => [build('sumTo', [dy], { shape: inputs[0].shape })],
  curvature: 'copies',
  reference: ([from], to) => {
    forEachBroadcast(to.shape, from.shape, (i, j) => {
      to.data[i] = from.data[j];
    });
  },
});

/** Calls back with (index in the large shape, index in the small shape that broadcasts to it). */
function forEachBroadcast(
  large: Shape,
  small: Shape,
  callback: (i: number, j: number) => void,
): void {
  const offset = large.length - small.length;
  const smallStrides = stridesOf(small);
  const largeStrides = stridesOf(large);
  const total = sizeOf(large);
  for (let i = 0; i < total; i++) {
    let j = 0;
    for (let axis = 0, rest = i; axis < large.length; axis++) {
      const at = Math.floor(rest / largeStrides[axis]);
      rest %= largeStrides[axis];
      const own = axis - offset;
      if (own >= 0 && small[own] !== 1) j += at * smallStrides[own];
    }
    callback(i, j);
  }
}
