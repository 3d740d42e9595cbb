/**
 * @file Max and min pooling and their gradients: mirror images, min(x) = -max(-x).
 *
 *   y[n,oh,ow,c] = extreme of x over the window's real pixels          (N,H,W,C) -> (N,OH,OW,C)
 *
 * - Padding never wins: the walk starts from the identity (-Infinity for max, +Infinity for min).
 * - Ties: the first extreme in row-major order takes the whole gradient.
 * - NaN propagates: a window with a NaN gives NaN, and the first NaN takes the gradient.
 */
import type { Shape } from '../base/shape.ts';
import { defineOp, type NumberArray, type Op } from './op.ts';
import { forEachWindow, type PoolAttrs, poolShape } from './pooling.ts';

export interface ExtremePool2dGradientAttrs extends PoolAttrs {
  readonly inputShape: Shape;
}

/** What tells max from min; backends read it instead of saying it again. */
export interface Extreme {
  readonly identity: number;
  /** Whether candidate a replaces b, the best so far. Strict, so that the first of equals stays. */
  readonly beats: (a: number, b: number) => boolean;
}

export const extremes = {
  maxPool2d: { identity: Number.NEGATIVE_INFINITY, beats: (a, b) => a > b },
  minPool2d: { identity: Number.POSITIVE_INFINITY, beats: (a, b) => a < b },
} as const satisfies Record<string, Extreme>;

/** Index of the pixel that wins: the first NaN, else the first extreme. */
function winnerOf(x: NumberArray, pixels: readonly number[], { identity, beats }: Extreme): number {
  let winner = pixels[0]; // an all-identity window, (-Infinity, -Infinity), is won by its first pixel
  let best = identity;
  for (const at of pixels) {
    if (Number.isNaN(x[at])) return at;
    if (beats(x[at], best)) {
      best = x[at];
      winner = at;
    }
  }
  return winner;
}

function forwardOp(name: keyof typeof extremes, noun: string): Op<PoolAttrs> {
  return defineOp<PoolAttrs>({
    name,
    formula: `y = ${noun} of x over the window; padding never wins, NaN does`,
    arity: 1,
    rows: [0],
    shape: ([x], attrs) => poolShape(x, attrs),
    gradient: ({ node, inputs: [x], attrs, dy, build }) => [
      build(`${name}Gradient`, [x, node, dy], { ...attrs, inputShape: x.shape }),
    ],
    curvature: 'copies',
    reference: ([x], y, attrs) =>
      forEachWindow(x.shape, y.shape, attrs, (yAt, pixels) => {
        y.data[yAt] = x.data[winnerOf(x.data, pixels, extremes[name])];
      }),
  });
}

/** Inputs x (N,H,W,C), y and dy (N,OH,OW,C). y is there for backends that find the winner by comparing. */
function gradientOp(name: keyof typeof extremes, noun: string): Op<ExtremePool2dGradientAttrs> {
  return defineOp<ExtremePool2dGradientAttrs>({
    name: `${name}Gradient`,
    formula: `dx = sum of dy over the windows whose first ${noun} is x`,
    arity: 3,
    rows: [0, 1, 2],
    shape: (_, { inputShape }) => inputShape,
    reference: ([x, , dy], dx, attrs) => {
      const sums = new Float64Array(dx.data.length);
      forEachWindow(dx.shape, dy.shape, attrs, (yAt, pixels) => {
        sums[winnerOf(x.data, pixels, extremes[name])] += dy.data[yAt];
      });
      dx.data.set(sums);
    },
  });
}

export const maxPool2d = forwardOp('maxPool2d', 'maximum');
export const maxPool2dGradient = gradientOp('maxPool2d', 'maximum');
export const minPool2d = forwardOp('minPool2d', 'minimum');
export const minPool2dGradient = gradientOp('minPool2d', 'minimum');
