/**
 * @file What all poolings share: attributes, shape rule, the walk over windows; and what tells them apart, as data.
 *
 * A pooling window slides over height and width, each channel alone: (N,H,W,C) -> (N,OH,OW,C). Windows
 * may overlap (stride < window) or leave pixels out (stride > window). Every window holds at least one
 * real pixel, because padding is smaller than the window (`base/window.ts` checks it).
 * Next stop: `averagePool2d.ts`, `extremePool2d.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { outputExtent, type Pads, type Pair } from '../../base/window.ts';

export interface PoolAttrs {
  readonly window: Pair;
  readonly strides: Pair;
  /** [[top, bottom], [left, right]], resolved to numbers. */
  readonly pads: Pads;
}

/** What is asked of a pixel: to be the window's result, or NaN. */
export type Match = 'equalsResult' | 'isNaN';

/** What tells one pooling from another. Backends read it instead of saying it again. */
export interface Pooling {
  /** How the real pixels of a window are put together, beginning with the identity. NaN comes through. */
  readonly combine: 'max' | 'min' | 'add';
  readonly identity: number;
  /** Whether the sum is divided, by what `divisorOf` says. */
  readonly mean?: true;
  /**
   * The gradient goes to the first pixel, row by row, that any of these is true of. Without a winner, each pixel
   * has its share.
   */
  readonly winner?: readonly Match[];
}

/** A sum of what does not overlap: the gradient of repeating pixels. */
export const SUM: Pooling = { combine: 'add', identity: 0 };

const COMBINE = {
  max: Math.max,
  min: Math.min,
  add: (a: number, b: number): number => a + b,
} as const satisfies Record<Pooling['combine'], (a: number, b: number) => number>;

export function combinedPixels(
  x: ArrayLike<number>,
  pixels: readonly number[],
  { combine, identity }: Pooling,
): number {
  return pixels.reduce((result, at) => COMBINE[combine](result, x[at]), identity);
}

const MATCHES = {
  equalsResult: (pixel, result) => pixel === result,
  isNaN: (pixel) => Number.isNaN(pixel),
} as const satisfies Record<Match, (pixel: number, result: number) => boolean>;

/** Index of the pixel that takes the gradient of a window. */
export function winnerOf(
  x: ArrayLike<number>,
  pixels: readonly number[],
  result: number,
  { winner = [] }: Pooling,
): number | undefined {
  return pixels.find((at) => winner.some((match) => MATCHES[match](x[at], result)));
}

export function poolShape(x: Shape, { window, strides, pads }: PoolAttrs): Shape {
  if (x.length !== 4) {
    throw new FoveaError({
      problem: `2-D pooling received an input of shape ${formatShape(x)}`,
      expected: 'an input (N, H, W, C)',
    });
  }
  const [N, H, W, C] = x;
  return [
    N,
    outputExtent(H, window[0], strides[0], pads[0], 1, 'height'),
    outputExtent(W, window[1], strides[1], pads[1], 1, 'width'),
    C,
  ];
}

/** Calls back once per window and channel, with the flat index in y and those of the window's real pixels in x. */
export function forEachWindow(
  x: Shape,
  y: Shape,
  { window, strides, pads }: PoolAttrs,
  visit: (yAt: number, pixels: readonly number[]) => void,
): void {
  const [N, H, W, C] = x;
  const [, OH, OW] = y;
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let c = 0; c < C; c++) {
          const pixels: number[] = []; // row-major
          for (let kh = 0; kh < window[0]; kh++) {
            const h = oh * strides[0] + kh - pads[0][0];
            if (h < 0 || h >= H) continue;
            for (let kw = 0; kw < window[1]; kw++) {
              const w = ow * strides[1] + kw - pads[1][0];
              if (w >= 0 && w < W) pixels.push(((n * H + h) * W + w) * C + c);
            }
          }
          visit(((n * OH + oh) * OW + ow) * C + c, pixels);
        }
}
