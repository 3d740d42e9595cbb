/**
 * @file What a network looks at: the picture is covered piece by piece, and the fall of a class's probability is
 * the map.
 *
 * Source: Zeiler, Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2.
 */
import type { ImageShape } from '../../base/shape.ts';
import type { Numbers } from './batchPrediction.ts';

export interface OcclusionOptions {
  /** Side of the square that covers; default 5. */
  readonly size?: number | undefined;
  /** From one place to the next; default 1. */
  readonly stride?: number | undefined;
  /** The byte that covers; default 0, paper where ink is light. */
  readonly fill?: number | undefined;
}

export interface CoveredPictures {
  /** (rows x columns + 1, H, W, C): the first is the picture itself. */
  readonly pixels: Uint8Array;
  readonly rows: number;
  readonly columns: number;
}

/** The picture, then covered at every place; the square is centred there and cut off at the edge. */
export function coveredPictures(
  picture: Uint8Array,
  [H, W, C]: ImageShape,
  { size = 5, stride = 1, fill = 0 }: OcclusionOptions = {},
): CoveredPictures {
  const [rows, columns] = [Math.ceil(H / stride), Math.ceil(W / stride)];
  const pixels = new Uint8Array((rows * columns + 1) * picture.length);
  pixels.set(picture);
  const before = Math.floor(size / 2);
  const edge = (middle: number, n: number) =>
    [Math.max(0, middle - before), Math.min(n, middle - before + size)] as const;
  for (let place = 0; place < rows * columns; place++) {
    const start = (place + 1) * picture.length;
    pixels.set(picture, start);
    const [top, bottom] = edge(Math.floor(place / columns) * stride, H);
    const [left, right] = edge((place % columns) * stride, W);
    for (let row = top; row < bottom; row++) {
      const line = start + row * W * C;
      pixels.fill(fill, line + left * C, line + right * C);
    }
  }
  return { pixels, rows, columns };
}

/**
 * How much of the class's probability each place costs when it is covered: (rows x columns), positive where the
 * picture speaks for the class there. `probabilities`: (pictures, classes) of what `coveredPictures` gave.
 */
export function occlusionMap({ shape, data }: Numbers, answer: number): Float32Array {
  const [pictures = 0, classes = 1] = shape;
  const whole = data[answer] ?? 0;
  return Float32Array.from(
    { length: pictures - 1 },
    (_, place) => whole - (data[(place + 1) * classes + answer] ?? 0),
  );
}
