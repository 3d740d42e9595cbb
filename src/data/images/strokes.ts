/**
 * @file Strokes of a pen on paper as a picture: what someone draws on a page is prepared as a photograph would be.
 *
 * Dark ink on light paper. Before: `../digits/pen.ts`. Next stop: `prepare.ts`.
 */
import { drawPath } from '../digits/pen.ts';
import type { Picture } from './picture.ts';

/** Points of one stroke, from 0 to 1 across the paper and down. */
export type Stroke = readonly (readonly [x: number, y: number])[];

export interface PenOptions {
  /** Of the square paper, in pixels; default 140. */
  readonly side?: number | undefined;
  /** Radius of the pen as a part of the side; default 0.035. */
  readonly radius?: number | undefined;
}

/** A stroke of one point is a dot. */
export function strokesPicture(
  strokes: readonly Stroke[],
  { side = 140, radius = 0.035 }: PenOptions = {},
): Picture {
  const ink = new Float32Array(side * side);
  for (const stroke of strokes) {
    const [first] = stroke;
    if (first === undefined) continue;
    const points = stroke.length === 1 ? [first, first] : stroke;
    const path = points.flatMap(([x, y]) => [x * side, y * side, radius * side]);
    drawPath({ points: Float64Array.from(path), count: points.length }, 1, ink, side);
  }
  const pixels = Uint8Array.from(ink, (darkness) => Math.round(255 * (1 - darkness)));
  return { width: side, height: side, channels: 1, pixels };
}
