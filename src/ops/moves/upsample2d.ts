/**
 * @file Upsampling by whole factors, each pixel repeated (nearest). (N,H,W,C) -> (N,H*fh,W*fw,C).
 *
 * The gradient adds up each block of repeats: a sum pooling.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import type { Pair } from '../../base/window.ts';
import { defineOp } from '../op.ts';

export interface Upsample2dAttrs {
  /** [height, width] */
  readonly factors: Pair;
}

export const upsample2d = defineOp<Upsample2dAttrs>({
  name: 'upsample2d',
  formula: 'y[n,h,w,c] = x[n, floor(h / fh), floor(w / fw), c]',
  arity: 1,
  rows: [0],
  shape: ([x], { factors }) => {
    if (x.length !== 4 || !factors.every((f) => Number.isSafeInteger(f) && f >= 1)) {
      throw new FoveaError({
        problem: `2-D upsampling by (${factors.join(', ')}) received an input of shape ${formatShape(x)}`,
        expected: 'an input (N, H, W, C) and whole factors of at least 1',
      });
    }
    return [x[0], x[1] * factors[0], x[2] * factors[1], x[3]];
  },
  gradient: ({ attrs, dy, build }) => [build('upsample2dGradient', [dy], { ...attrs })],
  curvature: 'copies',
  reference: ([x], y, attrs) =>
    forEachRepeat(x.shape, attrs, (xAt, yAt) => {
      y.data[yAt] = x.data[xAt];
    }),
});

export const upsample2dGradient = defineOp<Upsample2dAttrs>({
  name: 'upsample2dGradient',
  formula: 'dx = sum of dy over the repeats of x',
  arity: 1,
  rows: [0],
  shape: ([[N, H, W, C]], { factors }) => [N, H / factors[0], W / factors[1], C],
  reference: ([dy], dx, attrs) => {
    const sums = new Float64Array(dx.data.length);
    forEachRepeat(dx.shape, attrs, (xAt, yAt) => {
      sums[xAt] += dy.data[yAt];
    });
    dx.data.set(sums);
  },
});

function forEachRepeat(
  [N, H, W, C]: Shape,
  { factors: [fh, fw] }: Upsample2dAttrs,
  visit: (xAt: number, yAt: number) => void,
): void {
  for (let n = 0; n < N; n++)
    for (let h = 0; h < H * fh; h++)
      for (let w = 0; w < W * fw; w++)
        for (let c = 0; c < C; c++)
          visit(
            ((n * H + Math.floor(h / fh)) * W + Math.floor(w / fw)) * C + c,
            ((n * H * fh + h) * W * fw + w) * C + c,
          );
}
