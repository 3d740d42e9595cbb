/**
 * @file Shapes: lists of extents, outermost first. Activations are (N, H, W, C).
 *
 * Next stop: `window.ts`, the arithmetic of sliding windows.
 */
import { FoveaError, unreachable } from './errors.ts';

export type Shape = readonly number[];

/** (H, W, C) of one picture. */
export type ImageShape = readonly [number, number, number];

/** (N, H, W, C) of activations, (KH, KW, C, filters) of kernels. */
export type FourAxes = readonly [number, number, number, number];

/** The extents of a shape that has four. */
export function fourAxes(shape: Shape): FourAxes {
  const [N, H, W, C] = shape;
  return N === undefined ||
    H === undefined ||
    W === undefined ||
    C === undefined ||
    shape.length > 4
    ? unreachable(`${formatShape(shape)} has not four axes`)
    : [N, H, W, C];
}

/** The extents of a matrix: (rows, columns). */
export function twoAxes(shape: Shape): readonly [number, number] {
  const [rows, columns] = shape;
  return rows === undefined || columns === undefined || shape.length > 2
    ? unreachable(`${formatShape(shape)} has not two axes`)
    : [rows, columns];
}

/** Number of elements; 1 for the scalar shape (). */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** Prints as (1, 28, 28); a null extent (an unknown batch) prints as "None", as in Keras. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `(${shape.map((n) => n ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Distance in elements between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of shape.toReversed()) {
    strides.push(stride);
    stride *= extent;
  }
  return strides.reverse();
}

/**
 * The common shape of operands under the usual broadcasting rule: align at the last axis; extents are
 * equal or one of them is 1.
 */
export function broadcastShapes(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((extent, i) => {
      const axis = rank - shape.length + i;
      if (extent === 1 || extent === result[axis]) return;
      if (result[axis] !== 1) {
        throw new FoveaError({
          problem: `shapes ${shapes.map(formatShape).join(' and ')} do not go together`,
          expected: 'extents that are equal or 1, aligned at the last axis',
        });
      }
      result[axis] = extent;
    });
  }
  return result;
}
