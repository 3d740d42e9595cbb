/**
 * @file Which numbers of a value some items of a dispatch reach.
 *
 * Where a value is larger than a kernel can bind, a dispatch is cut into parts that reach little enough
 * (`../program/cut.ts`). Pictures are reached one by one, rows row by row, numbers of the result number by number.
 */
import { sizeOf, stridesOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import { type Binding, type Reach, type Span, scalars } from '../kernel.ts';

/** Item i reaches number i. */
export const inStep: Reach = (items) => items;

/** Items and numbers in equally many shares: the items of a share reach the numbers of that share. */
export function inShares(items: number, { shape }: Pick<Node, 'shape'>, shares: number): Reach {
  const [perShare, numbers] = [items / shares, sizeOf(shape) / shares];
  return ({ from, to }) => ({
    from: Math.floor(from / perShare) * numbers,
    to: Math.ceil(to / perShare) * numbers,
  });
}

/** An input that is broadcast to a result with as many numbers as there are items. */
export function beside(input: Node, result: Pick<Node, 'shape'>): Binding {
  return scalars(input, sizeOf(input.shape) === sizeOf(result.shape) ? inStep : undefined);
}

/** Nested extents, and how far places along each lie apart. */
export interface Level {
  readonly extent: number;
  readonly distance: number;
}

/** The numbers that lie at some of the places of nested levels, which items count row-major. */
export function atPlaces(levels: readonly Level[], offset = 0): Reach {
  const strides = stridesOf(levels.map(({ extent }) => extent));
  return (items) => {
    let [from, to] = [offset, offset];
    let rest: Span = { from: items.from, to: items.to - 1 };
    levels.forEach(({ extent, distance }, k) => {
      const stride = strides[k] ?? 1;
      const [first, last] = [Math.floor(rest.from / stride), Math.floor(rest.to / stride)];
      from += Math.min(first * distance, last * distance);
      to += Math.max(first * distance, last * distance);
      // Beyond the first level that they differ in, all places are met.
      rest =
        first === last
          ? { from: rest.from % stride, to: rest.to % stride }
          : { from: 0, to: stride - 1 };
      if (last >= extent) throw new Error(`internal error: place ${last} of ${extent}`);
    });
    return { from, to: to + 1 };
  };
}
