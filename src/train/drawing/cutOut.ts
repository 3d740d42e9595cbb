/**
 * @file A part of a picture as bytes to paint: what a unit sees, or all of it.
 *
 * What lies outside of the picture (padding) has no colour. Before: `prediction/excites.ts`.
 */
import type { ImageShape } from '../../base/shape.ts';
import type { Stretch } from '../../nn/accounting/seen.ts';
import type { Excitation } from '../prediction/excites.ts';

/** Rows and columns, from and up to; they may lie outside of the picture. */
export interface Part {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

export const wholePart = ([height, width]: ImageShape): Part => {
  return { rows: [0, height], columns: [0, width] };
};

export const partSeen = ({ seen }: Pick<Excitation, 'seen'>, [height, width]: ImageShape): Part => {
  return { rows: cut(seen[0], height), columns: cut(seen[1], width) };
};

/** A field that is larger than the picture shows all of it and no more. */
const cut = ({ start, end }: Stretch, n: number): readonly [number, number] =>
  end - start >= n ? [0, n] : [Math.floor(start), Math.ceil(end)];

export const extentOf = ({ rows, columns }: Part): readonly [height: number, width: number] => [
  rows[1] - rows[0],
  columns[1] - columns[0],
];

/** `pixels`: (H, W, C) bytes, gray of one channel or colours of three. Gives red, green, blue and opacity. */
export function cutOut(pixels: Uint8Array, [H, W, C]: ImageShape, part: Part) {
  const [height, width] = extentOf(part);
  const rgba = new Uint8ClampedArray(4 * height * width);
  for (let i = 0; i < height * width; i++) {
    const row = part.rows[0] + Math.floor(i / width);
    const column = part.columns[0] + (i % width);
    if (row < 0 || column < 0 || row >= H || column >= W) continue;
    const at = (row * W + column) * C;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[at + (C === 3 ? c : 0)] ?? 0;
    rgba[4 * i + 3] = 255;
  }
  return { rgba, height, width };
}
