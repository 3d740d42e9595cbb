/**
 * @file Padding as an op of its own: any fill, any width per side. (N,H,W,C) -> (N,T+H+B,L+W+R,C).
 *
 * Amount and fill are two things: `pads` says how much, `mode` what stands there (`base/window.ts`,
 * `filledFrom`). Convolution and pooling pad with zeros or nothing on their own; this op does the rest.
 * The gradient adds what arrives in the padding to the pixels it was copied from.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { checkFill, type Fill, filledFrom, type Pads } from '../../base/window.ts';
import { defineOp } from '../op.ts';

export interface Pad2dAttrs {
  readonly mode: Fill;
  /** [[top, bottom], [left, right]] */
  readonly pads: Pads;
  /** The constant of mode 'constant'; 0 unless said. */
  readonly value?: number;
}

export interface Pad2dGradientAttrs extends Pad2dAttrs {
  readonly inputShape: Shape;
}

export const pad2d = defineOp<Pad2dAttrs>({
  name: 'pad2d',
  formula: 'y[n,h,w,c] = x at the pixel that fills (h - top, w - left), or `value`',
  arity: 1,
  rows: [0],
  shape: ([x], { mode, pads }) => {
    if (x.length !== 4) {
      throw new FoveaError({
        problem: `2-D padding received an input of shape ${formatShape(x)}`,
        expected: 'an input (N, H, W, C)',
      });
    }
    const [N, H, W, C] = x;
    checkFill(pads[0], H, mode, 'height');
    checkFill(pads[1], W, mode, 'width');
    return [N, pads[0][0] + H + pads[0][1], pads[1][0] + W + pads[1][1], C];
  },
  gradient: ({ inputs: [x], attrs, dy, build }) => [
    build('pad2dGradient', [dy], { ...attrs, inputShape: x.shape }),
  ],
  curvature: 'copies',
  reference: ([x], y, attrs) =>
    forEachPadded(x.shape, y.shape, attrs, (yAt, xAt) => {
      y.data[yAt] = xAt < 0 ? (attrs.value ?? 0) : x.data[xAt];
    }),
});

export const pad2dGradient = defineOp<Pad2dGradientAttrs>({
  name: 'pad2dGradient',
  formula: 'dx = sum of dy over the places x was copied to',
  arity: 1,
  rows: [0],
  shape: (_, { inputShape }) => inputShape,
  reference: ([dy], dx, attrs) => {
    const sums = new Float64Array(dx.data.length);
    forEachPadded(dx.shape, dy.shape, attrs, (yAt, xAt) => {
      if (xAt >= 0) sums[xAt] += dy.data[yAt];
    });
    dx.data.set(sums);
  },
});

/** Calls back with (flat index in y, flat index in x of the pixel that stands there, or -1). */
function forEachPadded(
  x: Shape,
  y: Shape,
  { mode, pads }: Pad2dAttrs,
  visit: (yAt: number, xAt: number) => void,
): void {
  const [N, H, W, C] = x;
  const [, OH, OW] = y;
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++) {
        const h = filledFrom(oh - pads[0][0], H, mode);
        const w = filledFrom(ow - pads[1][0], W, mode);
        for (let c = 0; c < C; c++)
          visit(
            ((n * OH + oh) * OW + ow) * C + c,
            h < 0 || w < 0 ? -1 : ((n * H + h) * W + w) * C + c,
          );
      }
}
