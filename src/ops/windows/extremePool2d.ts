/**
 * @file Max and min pooling and their gradients: mirror images, min(x) = -max(-x).
 *
 *   y[n,oh,ow,c] = extreme of x over the window's real pixels          (N,H,W,C) -> (N,OH,OW,C)
 *
 * - Padding never wins: the walk starts from the identity (-Infinity for max, +Infinity for min).
 * - NaN propagates: a window with a NaN gives NaN.
 * - The first pixel in row-major order that equals the result, or is NaN, takes the whole gradient.
 */
import type { Shape } from '../../base/shape.ts';
import { defineOp, type Op } from '../op.ts';
import {
  combinedPixels,
  forEachWindow,
  type Match,
  type PoolAttrs,
  type Pooling,
  poolShape,
  winnerOf,
} from './pooling.ts';

export interface ExtremePool2dGradientAttrs extends PoolAttrs {
  readonly inputShape: Shape;
}

const winner: readonly Match[] = ['equalsResult', 'isNaN'];
const MAX: Pooling = { combine: 'max', identity: Number.NEGATIVE_INFINITY, winner };
const MIN: Pooling = { combine: 'min', identity: Number.POSITIVE_INFINITY, winner };

type ExtremeName = 'maxPool2d' | 'minPool2d';

function forwardOp(name: ExtremeName, noun: string, pooling: Pooling): Op<PoolAttrs> {
  return defineOp<PoolAttrs>({
    name,
    formula: `y = ${noun} of x over the window; padding never wins, NaN does`,
    arity: 1,
    rows: [0],
    pooling,
    shape: ([x], attrs) => poolShape(x, attrs),
    gradient: ({ node, inputs: [x], attrs, dy, build }) => [
      build(`${name}Gradient`, [x, node, dy], { ...attrs, inputShape: x.shape }),
    ],
    curvature: 'copies',
    reference: ([x], y, attrs) =>
      forEachWindow(x.shape, y.shape, attrs, (yAt, pixels) => {
        y.data[yAt] = combinedPixels(x.data, pixels, pooling);
      }),
  });
}

/** Inputs x (N,H,W,C), y and dy (N,OH,OW,C): the winner is found by comparing with y. */
function gradientOp(
  name: ExtremeName,
  noun: string,
  pooling: Pooling,
): Op<ExtremePool2dGradientAttrs> {
  return defineOp<ExtremePool2dGradientAttrs>({
    name: `${name}Gradient`,
    formula: `dx = sum of dy over the windows whose first ${noun} is x`,
    arity: 3,
    rows: [0, 1, 2],
    pooling,
    shape: (_, { inputShape }) => inputShape,
    reference: ([x, y, dy], dx, attrs) => {
      const sums = new Float64Array(dx.data.length);
      forEachWindow(dx.shape, dy.shape, attrs, (yAt, pixels) => {
        const winner = winnerOf(x.data, pixels, y.data[yAt], pooling);
        if (winner !== undefined) sums[winner] += dy.data[yAt];
      });
      dx.data.set(sums);
    },
  });
}

export const maxPool2d = forwardOp('maxPool2d', 'maximum', MAX);
export const maxPool2dGradient = gradientOp('maxPool2d', 'maximum', MAX);
export const minPool2d = forwardOp('minPool2d', 'minimum', MIN);
export const minPool2dGradient = gradientOp('minPool2d', 'minimum', MIN);
