/**
 * @file Joining tensors along an axis, and cutting a box out of one: each the other's gradient.
 *
 * `slice` also crops pictures: starts (0, top, left, 0), sizes (N, H - top - bottom, ...).
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf, stridesOf } from '../base/shape.ts';
import { defineOp } from './op.ts';

export interface ConcatenateAttrs {
  readonly axis: number;
}

export interface SliceAttrs {
  readonly starts: Shape;
  readonly sizes: Shape;
}

export interface SliceGradientAttrs {
  readonly starts: Shape;
  readonly inputShape: Shape;
}

export const concatenate = defineOp<ConcatenateAttrs>({
  name: 'concatenate',
  formula: 'y = the inputs one behind the other along `axis`',
  arity: 'any',
  rows: (inputs, { axis }) =>
    axis === 0 && inputs.length > 1 ? undefined : inputs.map((_, i) => i),
  shape: (inputs, { axis }) => {
    if (inputs.length === 0) throw new FoveaError('concatenate needs at least one input');
    const [first] = inputs;
    const fits = (shape: Shape): boolean =>
      shape.length === first.length && shape.every((n, i) => i === axis || n === first[i]);
    if (!Number.isInteger(axis) || axis < 0 || axis >= first.length || !inputs.every(fits)) {
      throw new FoveaError({
        problem: `cannot join ${inputs.map(formatShape).join(' and ')} along axis ${axis}`,
        expected: 'shapes that are equal on every other axis; axes count from 0',
      });
    }
    return first.map((n, i) => (i === axis ? inputs.reduce((sum, s) => sum + s[i], 0) : n));
  },
  gradient: ({ inputs, attrs: { axis }, dy, build }) => {
    let start = 0;
    return inputs.map(({ shape }) => {
      const starts = shape.map((_, i) => (i === axis ? start : 0));
      start += shape[axis];
      return build('slice', [dy], { starts, sizes: shape });
    });
  },
  curvature: 'copies',
  reference: (inputs, y, { axis }) => {
    let start = 0;
    for (const { shape, data } of inputs) {
      const starts = shape.map((_, i) => (i === axis ? start : 0));
      forEachInBox(shape, starts, y.shape, (at, yAt) => {
        y.data[yAt] = data[at];
      });
      start += shape[axis];
    }
  },
});

export const slice = defineOp<SliceAttrs>({
  name: 'slice',
  formula: 'y[i, j, ..] = x[starts[0] + i, starts[1] + j, ..]',
  arity: 1,
  rows: ([x], { sizes }) => (sizes[0] === x[0] ? [0] : undefined),
  shape: ([x], { starts, sizes }) => {
    const fits =
      starts.length === x.length &&
      sizes.length === x.length &&
      x.every((n, i) => starts[i] >= 0 && sizes[i] >= 1 && starts[i] + sizes[i] <= n);
    if (!fits) {
      throw new FoveaError({
        problem: `cannot cut ${formatShape(sizes)} at ${formatShape(starts)} out of ${formatShape(x)}`,
        expected: 'a box of at least one element that lies within the input',
      });
    }
    return sizes;
  },
  gradient: ({ inputs: [x], attrs: { starts }, dy, build }) => [
    build('sliceGradient', [dy], { starts, inputShape: x.shape }),
  ],
  curvature: 'copies',
  reference: ([x], y, { starts }) =>
    forEachInBox(y.shape, starts, x.shape, (yAt, xAt) => {
      y.data[yAt] = x.data[xAt];
    }),
});

export const sliceGradient = defineOp<SliceGradientAttrs>({
  name: 'sliceGradient',
  formula: 'dx = dy in its box, 0 around it',
  arity: 1,
  rows: ([dy], { inputShape }) => (dy[0] === inputShape[0] ? [0] : undefined),
  shape: (_, { inputShape }) => inputShape,
  reference: ([dy], dx, { starts }) => {
    dx.data.fill(0);
    forEachInBox(dy.shape, starts, dx.shape, (yAt, xAt) => {
      dx.data[xAt] = dy.data[yAt];
    });
  },
});

/** Calls back with (flat index in the box, flat index in the whole). */
function forEachInBox(
  box: Shape,
  starts: Shape,
  whole: Shape,
  visit: (boxAt: number, wholeAt: number) => void,
): void {
  const boxStrides = stridesOf(box);
  const wholeStrides = stridesOf(whole);
  const total = sizeOf(box);
  for (let boxAt = 0; boxAt < total; boxAt++) {
    let wholeAt = 0;
    for (let axis = 0, rest = boxAt; axis < box.length; axis++) {
      wholeAt += (starts[axis] + Math.floor(rest / boxStrides[axis])) * wholeStrides[axis];
      rest %= boxStrides[axis];
    }
    visit(boxAt, wholeAt);
  }
}
