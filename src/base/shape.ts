/**
 * @file Shapes: lists of extents, outermost first. Activations are (N, H, W, C).
 *
 * Next stop: `window.ts`, the arithmetic of sliding windows.
 */
import { FoveaError } from './errors.ts';

export type Shape = readonly number[];

/** (H, W, C) of one picture. */
export type ImageShape = readonly [number, number, number];

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
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
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
