/**
 * @file 2-D convolution (cross-correlation, as in every framework) and its two gradients.
 *
 *   y[n,oh,ow,o] = sum over kh,kw,c of x[n, oh*sh + kh*dh - top, ow*sw + kw*dw - left, g*C/G + c] * w[kh,kw,c,o]
 *
 * with g the group of output channel o: channels [g*O/G, (g+1)*O/G). Shapes: x (N,H,W,C), w (KH,KW,C/G,O),
 * y (N,OH,OW,O). Pixels outside x count as zero. The input gradient is the adjoint of the convolution
 * in x, the kernel gradient its adjoint in w: three ops that share the one loop below.
 * Before: `base/window.ts`. Next stop: `elementwise.ts`, the bias and the activation that follow.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import { outputExtent, type Pads, type Pair } from '../../base/window.ts';
import { defineOp, type NumberArray } from '../op.ts';

export interface Conv2dAttrs {
  readonly strides: Pair;
  readonly dilation: Pair;
  /** [[top, bottom], [left, right]], resolved to numbers. */
  readonly pads: Pads;
  readonly groups: number;
}

export interface Conv2dInputGradientAttrs extends Conv2dAttrs {
  readonly inputShape: Shape;
}

export interface Conv2dKernelGradientAttrs extends Conv2dAttrs {
  /** (KH, KW, C/G, O) */
  readonly kernelShape: Shape;
}

export function conv2dShape(x: Shape, w: Shape, attrs: Conv2dAttrs): Shape {
  const { strides, dilation, pads, groups } = attrs;
  if (x.length !== 4 || w.length !== 4) {
    throw new FoveaError({
      problem: `conv2d received input ${formatShape(x)} and kernel ${formatShape(w)}`,
      expected: 'an input (N, H, W, C) and a kernel (KH, KW, C/groups, filters)',
    });
  }
  const [N, H, W, C] = x;
  const [KH, KW, perGroup, O] = w;
  if (C !== perGroup * groups || O % groups !== 0) {
    throw new FoveaError({
      problem: `conv2d with groups ${groups}: input has ${C} channels, kernel ${formatShape(w)} takes ${perGroup} per group and makes ${O}`,
      expected: 'groups that divide both the input channels and the filters',
    });
  }
  return [
    N,
    outputExtent(H, KH, strides[0], pads[0], dilation[0], 'height'),
    outputExtent(W, KW, strides[1], pads[1], dilation[1], 'width'),
    O,
  ];
}

/** Throws unless a convolution of x with w gives y: what both gradients take for granted. */
function checkConvolution(x: Shape, w: Shape, y: Shape, attrs: Conv2dAttrs): void {
  const made = conv2dShape(x, w, attrs);
  if (sameShape(made, y)) return;
  throw new FoveaError({
    problem: `a convolution of ${formatShape(x)} with kernel ${formatShape(w)} gives ${formatShape(made)}, received ${formatShape(y)}`,
    expected: 'shapes that belong together; for a transposed convolution, another output size',
  });
}

/** Visits every (output, input, weight) triple of a convolution once, as flat indices. */
function forEachProduct(
  x: Shape,
  w: Shape,
  y: Shape,
  { strides, dilation, pads, groups }: Conv2dAttrs,
  visit: (yAt: number, xAt: number, wAt: number) => void,
): void {
  const [N, H, W, C] = x;
  const [KH, KW, CG, O] = w;
  const [, OH, OW] = y;
  const outputsPerGroup = O / groups;
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let kh = 0; kh < KH; kh++) {
          const h = oh * strides[0] + kh * dilation[0] - pads[0][0];
          if (h < 0 || h >= H) continue;
          for (let kw = 0; kw < KW; kw++) {
            const wAt = ow * strides[1] + kw * dilation[1] - pads[1][0];
            if (wAt < 0 || wAt >= W) continue;
            for (let c = 0; c < CG; c++)
              for (let o = 0; o < O; o++) {
                const group = Math.floor(o / outputsPerGroup);
                visit(
                  ((n * OH + oh) * OW + ow) * O + o,
                  ((n * H + h) * W + wAt) * C + group * CG + c,
                  ((kh * KW + kw) * CG + c) * O + o,
                );
              }
          }
        }
}

/** Sums in float64 so that the judge is more exact than the judged. */
function accumulate(output: NumberArray, fill: (sums: Float64Array) => void): void {
  const sums = new Float64Array(output.length);
  fill(sums);
  output.set(sums);
}

const convolutionAttrs = ({ strides, dilation, pads, groups }: Conv2dAttrs): Conv2dAttrs => ({
  strides,
  dilation,
  pads,
  groups,
});

export const conv2d = defineOp<Conv2dAttrs>({
  name: 'conv2d',
  formula: 'y[n,oh,ow,o] = sum x[n, oh*s+kh*d-p, ow*s+kw*d-p, c] w[kh,kw,c,o]',
  arity: 2,
  takesEpilogue: true,
  rows: [0],
  shape: ([x, w], attrs) => conv2dShape(x, w, attrs),
  gradient: ({ inputs: [x, w], attrs, dy, build }) => [
    build('conv2dInputGradient', [dy, w], { ...attrs, inputShape: x.shape }),
    build('conv2dKernelGradient', [x, dy], { ...attrs, kernelShape: w.shape }),
  ],
  curvature: 'products',
  reference: ([x, w], y, attrs) =>
    accumulate(y.data, (sums) =>
      forEachProduct(x.shape, w.shape, y.shape, attrs, (yAt, xAt, wAt) => {
        sums[yAt] += x.data[xAt] * w.data[wAt];
      }),
    ),
});

/** Used forward, this is the transposed convolution: x is dy, the kernel (KH, KW, out, in). */
export const conv2dInputGradient = defineOp<Conv2dInputGradientAttrs>({
  name: 'conv2dInputGradient',
  formula: 'dx = adjoint of conv2d in x, applied to dy',
  arity: 2,
  rows: [0],
  shape: ([dy, w], attrs) => {
    checkConvolution(attrs.inputShape, w, dy, attrs);
    return attrs.inputShape;
  },
  gradient: ({ inputs: [dy, w], attrs, dy: ddx, build }) => [
    build('conv2d', [ddx, w], { ...convolutionAttrs(attrs) }),
    build('conv2dKernelGradient', [ddx, dy], { ...convolutionAttrs(attrs), kernelShape: w.shape }),
  ],
  curvature: 'products',
  reference: ([dy, w], dx, attrs) =>
    accumulate(dx.data, (sums) =>
      forEachProduct(dx.shape, w.shape, dy.shape, attrs, (yAt, xAt, wAt) => {
        sums[xAt] += dy.data[yAt] * w.data[wAt];
      }),
    ),
});

export const conv2dKernelGradient = defineOp<Conv2dKernelGradientAttrs>({
  name: 'conv2dKernelGradient',
  formula: 'dw = adjoint of conv2d in w, applied to dy',
  arity: 2,
  shape: ([x, dy], attrs) => {
    checkConvolution(x, attrs.kernelShape, dy, attrs);
    return attrs.kernelShape;
  },
  reference: ([x, dy], dw, attrs) =>
    accumulate(dw.data, (sums) =>
      forEachProduct(x.shape, dw.shape, dy.shape, attrs, (yAt, xAt, wAt) => {
        sums[wAt] += x.data[xAt] * dy.data[yAt];
      }),
    ),
});
