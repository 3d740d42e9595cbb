/**
 * @file Reductions over any axes: sum, mean, product, maximum and minimum.
 *
 * Builders over ops that exist: a sum is `sumTo`; a maximum is a pooling whose one window is everything that is
 * reduced, so it has pooling's rules (the first of equals takes the gradient, NaN wins) and its kernels; a product
 * multiplies halves, so that its gradient is right where factors are 0.
 *
 * Axes count from 0, or from the end where negative. Reduced axes go, or stay with extent 1 (`keepDims`).
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../base/shape.ts';
import { NO_PADS } from '../base/window.ts';
import { constantNode, type Node } from '../graph/node.ts';
import type { Build } from './op.ts';

export interface ReduceOptions {
  readonly axes: readonly number[];
  /** Default false. */
  readonly keepDims?: boolean;
}

export type Reduction = (build: Build, x: Node, options: ReduceOptions, name?: string) => Node;

export const sumOver: Reduction = (build, x, options, name = 'sum') => {
  const axes = axesOf(x.shape, options.axes);
  const kept = x.shape.map((n, axis) => (axes.has(axis) ? 1 : n));
  return reduced(build, build('sumTo', [x], { shape: kept }, name), x, options, name);
};

export const meanOver: Reduction = (build, x, options, name = 'mean') => {
  const count = [...axesOf(x.shape, options.axes)].reduce((n, axis) => n * x.shape[axis], 1);
  const sum = sumOver(build, x, options, `${name}/sum`);
  return build('mul', [sum, constantNode(1 / count)], {}, name);
};

export const maxOver: Reduction = (build, x, options, name = 'max') =>
  pooledOver('maxPool2d', build, x, options, name);

export const minOver: Reduction = (build, x, options, name = 'min') =>
  pooledOver('minPool2d', build, x, options, name);

export const productOver: Reduction = (build, x, options, name = 'product') => {
  const { before, length, after, node } = together(build, x, options);
  let factors = build('reshape', [node], { shape: [before, length, after] });
  const part = (start: number, size: number): Node =>
    build('slice', [factors], { starts: [0, start, 0], sizes: [before, size, after] });
  const odd: Node[] = [];
  for (let rest = length; rest > 1; rest = Math.floor(rest / 2)) {
    const half = Math.floor(rest / 2);
    if (rest % 2 === 1) odd.push(part(rest - 1, 1));
    factors = build('mul', [part(0, half), part(half, half)], {}, name);
  }
  const all = odd.reduce((product, factor) => build('mul', [product, factor], {}, name), factors);
  return reduced(build, all, x, options, name);
};

function pooledOver(
  op: 'maxPool2d' | 'minPool2d',
  build: Build,
  x: Node,
  options: ReduceOptions,
  name: string,
): Node {
  const { before, length, after, node } = together(build, x, options);
  const images = build('reshape', [node], { shape: [before, length, 1, after] });
  const attrs = { window: [length, 1], strides: [1, 1], pads: NO_PADS };
  return reduced(build, build(op, [images], attrs, name), x, options, name);
}

/**
 * The reduced axes side by side, in their order: (before, length, after) of `node`, which is x itself where they
 * are neighbours already.
 */
function together(build: Build, x: Node, options: ReduceOptions) {
  const { shape } = x;
  const reduces = axesOf(shape, options.axes);
  const all = shape.map((_, axis) => axis);
  const first = all.find((axis) => reduces.has(axis)) ?? shape.length;
  const leading = all.slice(0, first);
  const trailing = all.slice(first).filter((axis) => !reduces.has(axis));
  const middle = all.filter((axis) => reduces.has(axis));
  const size = (axes: readonly number[]) => sizeOf(axes.map((axis) => shape[axis]));
  return {
    before: size(leading),
    length: size(middle),
    after: size(trailing),
    node: build('transpose', [x], { axes: [...leading, ...middle, ...trailing] }),
  };
}

/** The result under its own shape: kept axes in the order of x, reduced ones gone or of extent 1. */
function reduced(build: Build, y: Node, x: Node, { axes, keepDims }: ReduceOptions, name: string) {
  const gone = axesOf(x.shape, axes);
  const shape = x.shape.flatMap((n, axis) => {
    if (!gone.has(axis)) return [n];
    return keepDims === true ? [1] : [];
  });
  return build('reshape', [y], { shape }, name);
}

function axesOf(shape: Shape, axes: readonly number[]): ReadonlySet<number> {
  const rank = shape.length;
  const resolved = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const distinct = new Set(resolved);
  const fits = resolved.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < rank);
  if (!fits || distinct.size !== axes.length) {
    throw new FoveaError({
      problem: `cannot reduce ${formatShape(shape)} over the axes ${axes.join(', ')}`,
      expected: `axes from ${-rank} to ${rank - 1}, each once`,
    });
  }
  return distinct;
}
