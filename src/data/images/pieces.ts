/**
 * @file The connected pieces of a mask: strokes, specks, edges of the sheet.
 *
 * Pixels that touch, at a corner too, belong together. Next stop: `ink.ts`, which keeps those that are writing.
 */

export interface Piece {
  /** Pixels, as places in the mask. */
  readonly pixels: readonly number[];
  readonly left: number;
  readonly top: number;
  /** Last column and row. */
  readonly right: number;
  readonly bottom: number;
}

/** The pieces in the order of their first pixels; `mask` is (height, width), 0 or not. */
export function piecesOf(mask: Uint8Array, width: number): Piece[] {
  const height = mask.length / width;
  const left = Uint8Array.from(mask);
  const pieces: Piece[] = [];
  for (let start = 0; start < left.length; start++) {
    if (left[start] === 0) continue;
    left[start] = 0;
    const pixels = [start];
    const box = { left: width, top: height, right: -1, bottom: -1 };
    // The list grows while it is read.
    for (let n = 0; n < pixels.length; n++) {
      const x = pixels[n] % width;
      const y = (pixels[n] - x) / width;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          if (left[v * width + u] === 0) continue;
          left[v * width + u] = 0;
          pixels.push(v * width + u);
        }
      }
    }
    pieces.push({ pixels, ...box });
  }
  return pieces;
}
