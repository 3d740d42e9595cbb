/**
 * @file Joining tensors along an axis, and cutting a box out of one: each the other's gradient.
 *
 * `slice` also crops pictures: starts (0, top, left, 0), sizes (N, H - top - bottom, ...). With steps it takes
 * every second, or goes backwards.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sizeOf, stridesOf } from '../../base/shape.ts';
import { defineOp } from '../op.ts';

export interface ConcatenateAttrs {
  readonly axis: number;
}

export interface SliceAttrs {
  readonly starts: Shape;
  readonly sizes: Shape;
  /** From one element taken to the next along each axis, negative to go backwards; 1 unless said. */
  readonly steps?: Shape | undefined;
}

export interface SliceGradientAttrs {
  readonly starts: Shape;
  readonly inputShape: Shape;
  readonly steps?: Shape | undefined;
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
      forEachInBox(shape, { starts }, y.shape, (at, yAt) => {
        y.data[yAt] = data[at];
      });
      start += shape[axis];
    }
  },
});

export const slice = defineOp<SliceAttrs>({
  name: 'slice',
  formula: 'y[i, j, ..] = x[starts[0] + steps[0] i, starts[1] + steps[1] j, ..]',
  arity: 1,
  rows: ([x], { sizes, steps }) => keepsRows(sizes[0], x[0], steps),
  shape: ([x], { starts, sizes, steps = x.map(() => 1) }) => {
    const within = (at: number, n: number): boolean => Number.isInteger(at) && at >= 0 && at < n;
    const fits =
      [starts, sizes, steps].every(({ length }) => length === x.length) &&
      x.every((n, i) => {
        const last = starts[i] + (sizes[i] - 1) * steps[i];
        return sizes[i] >= 1 && steps[i] !== 0 && within(starts[i], n) && within(last, n);
      });
    if (!fits) {
      const by = steps.every((step) => step === 1) ? '' : ` in steps of ${formatShape(steps)}`;
      throw new FoveaError({
        problem: `cannot cut ${formatShape(sizes)} at ${formatShape(starts)}${by} out of ${formatShape(x)}`,
        expected: 'a box of at least one element that lies within the input',
      });
    }
    return sizes;
  },
  gradient: ({ inputs: [x], attrs: { starts, steps }, dy, build }) => [
    build('sliceGradient', [dy], { starts, steps, inputShape: x.shape }),
  ],
  curvature: 'copies',
  reference: ([x], y, box) =>
    forEachInBox(y.shape, box, x.shape, (yAt, xAt) => {
      y.data[yAt] = x.data[xAt];
    }),
});

export const sliceGradient = defineOp<SliceGradientAttrs>({
  name: 'sliceGradient',
  formula: 'dx = dy in its box, 0 around it',
  arity: 1,
  rows: ([dy], { inputShape, steps }) => keepsRows(dy[0], inputShape[0], steps),
  shape: (_, { inputShape }) => inputShape,
  reference: ([dy], dx, box) => {
    dx.data.fill(0);
    forEachInBox(dy.shape, box, dx.shape, (yAt, xAt) => {
      dx.data[xAt] = dy.data[yAt];
    });
  },
});

/** Rows stay apart where all are taken, from the first on. */
function keepsRows(taken: number, all: number, steps: Shape = []): readonly number[] | undefined {
  return taken === all && (steps[0] ?? 1) > 0 ? [0] : undefined;
}

/** Calls back with (flat index in the box, flat index in the whole). */
function forEachInBox(
  box: Shape,
  { starts, steps }: Pick<SliceAttrs, 'starts' | 'steps'>,
  whole: Shape,
  visit: (boxAt: number, wholeAt: number) => void,
): void {
  const boxStrides = stridesOf(box);
  const wholeStrides = stridesOf(whole);
  const total = sizeOf(box);
  for (let boxAt = 0; boxAt < total; boxAt++) {
    let wholeAt = 0;
    for (let axis = 0, rest = boxAt; axis < box.length; axis++) {
      const at = Math.floor(rest / boxStrides[axis]) * (steps?.[axis] ?? 1);
      wholeAt += (starts[axis] + at) * wholeStrides[axis];
      rest %= boxStrides[axis];
    }
    visit(boxAt, wholeAt);
  }
}
