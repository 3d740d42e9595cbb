/**
 * @file Average pooling and its gradient.
 *
 *   y[n,oh,ow,c] = (sum of the window's real pixels) / count
 *
 * `count` is the number of real pixels, so that a constant picture keeps its value at the border too;
 * with `countIncludePad` it is the whole window, and padding darkens the border. (N,H,W,C) -> (N,OH,OW,C).
 */
import { FoveaError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import { constantNode } from '../../graph/node.ts';
import { defineOp } from '../op.ts';
import {
  combinedPixels,
  forEachWindow,
  type PoolAttrs,
  type Pooling,
  poolShape,
  SUM,
} from './pooling.ts';

export interface AveragePool2dAttrs extends PoolAttrs {
  readonly countIncludePad: boolean;
}

export interface AveragePool2dGradientAttrs extends AveragePool2dAttrs {
  readonly inputShape: Shape;
}

const MEAN: Pooling = { ...SUM, mean: true };

/** The whole window, padding too, or its real pixels. */
export type Divisor = 'window' | 'realPixels';

/** What an average divides by. */
export function divisorOf({
  countIncludePad,
  pads,
}: Pick<AveragePool2dAttrs, 'countIncludePad' | 'pads'>): Divisor {
  return countIncludePad || pads.flat().every((p) => p <= 0) ? 'window' : 'realPixels';
}

export const averagePool2d = defineOp<AveragePool2dAttrs>({
  name: 'averagePool2d',
  formula: 'y = mean of x over the window; padding counts only with countIncludePad',
  arity: 1,
  rows: [0],
  pooling: MEAN,
  shape: ([x], attrs) => poolShape(x, attrs),
  gradient: ({ inputs: [x], attrs, dy, build }) => [
    build('averagePool2dGradient', [dy], { ...attrs, inputShape: x.shape }),
  ],
  /** Each derivative is 1 / count; squared, that is the gradient divided by the count once more. */
  curvature: ({ inputs: [x], attrs, h, build }) => {
    if (h === undefined) return [null];
    const { window } = attrs;
    if (divisorOf(attrs) !== 'window') {
      throw new FoveaError({
        problem: 'the curvature of average pooling with padding that does not count is not known',
        expected: "padding 'valid', or countIncludePad",
      });
    }
    const once = build('averagePool2dGradient', [h], { ...attrs, inputShape: x.shape });
    return [build('mul', [once, constantNode(1 / (window[0] * window[1]))])];
  },
  reference: ([x], y, attrs) =>
    forEachWindow(x.shape, y.shape, attrs, (yAt, pixels) => {
      y.data[yAt] = combinedPixels(x.data, pixels, MEAN) / countOf(attrs, pixels.length);
    }),
});

/** Each pixel receives dy / count from every window that sees it. */
export const averagePool2dGradient = defineOp<AveragePool2dGradientAttrs>({
  name: 'averagePool2dGradient',
  formula: 'dx = sum over the windows that see x of dy / count',
  arity: 1,
  rows: [0],
  pooling: MEAN,
  shape: (_, { inputShape }) => inputShape,
  reference: ([dy], dx, attrs) => {
    const sums = new Float64Array(dx.data.length);
    forEachWindow(dx.shape, dy.shape, attrs, (yAt, pixels) => {
      const share = dy.data[yAt] / countOf(attrs, pixels.length);
      for (const at of pixels) sums[at] += share;
    });
    dx.data.set(sums);
  },
});

function countOf(attrs: AveragePool2dAttrs, realPixels: number): number {
  return divisorOf(attrs) === 'window' ? attrs.window[0] * attrs.window[1] : realPixels;
}
