/**
 * @file Strokes made wider or thinner: each pixel becomes the brightest, or the darkest, of itself and its four
 * neighbours, once per pixel of width (grey-scale dilation and erosion).
 */
import type { Plane } from '../images/resize.ts';

/** `pixels` on each side; below 0: thinner. Ink is bright. */
export function widened(plane: Plane, pixels: number): Plane {
  let wide = plane;
  for (let times = 0; times < Math.abs(pixels); times++) {
    wide = byNeighbours(wide, pixels > 0 ? Math.max : Math.min);
  }
  return wide;
}

function byNeighbours(plane: Plane, choose: (...values: number[]) => number): Plane {
  const { width, height, channels, values } = plane;
  const chosen = new Float32Array(values.length);
  const line = width * channels;
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < line; i++) {
      const here = row * line + i;
      const at = (inside: boolean, place: number): number =>
        (inside ? values[place] : values[here]) ?? 0;
      chosen[here] = choose(
        at(true, here),
        at(row > 0, here - line),
        at(row < height - 1, here + line),
        at(i >= channels, here - channels),
        at(i < line - channels, here + channels),
      );
    }
  }
  return { ...plane, values: chosen };
}
