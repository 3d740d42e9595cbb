/**
 * @file Convolution by a table of connections: each output map sees some of the input maps, as C3 of
 * LeNet-5 did in 1998, and only the kernels that exist are kept and computed.
 *
 *   y[n,oh,ow,o] = sum over kh,kw and the connections p of map o of x[n, oh+kh, ow+kw, from(p)] w[kh,kw,p]
 *
 * Shapes: x (N,H,W,C), w (KH,KW,P) with P the number of connections, counted map after map in the table's
 * order, y (N,H-KH+1,W-KW+1,O). Stride 1, no padding. Next stop: `backends/wasm/lowering/connected.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import { outputExtent } from '../../base/window.ts';
import { defineOp, type NumberArray } from '../op.ts';

/** Per output map the input maps it sees. */
export type Connections = readonly (readonly number[])[];

export interface ConnectedConv2dAttrs {
  readonly connections: Connections;
}

export interface ConnectedConv2dInputGradientAttrs extends ConnectedConv2dAttrs {
  readonly inputShape: Shape;
}

export interface ConnectedConv2dKernelGradientAttrs extends ConnectedConv2dAttrs {
  /** (KH, KW, P) */
  readonly kernelShape: Shape;
}

/** Throws unless the table is one of maps that exist, each named once per output map. */
export function checkConnections(connections: Connections, channels: number): void {
  connections.forEach((maps, o) => {
    const wrong = maps.find((c) => !Number.isInteger(c) || c < 0 || c >= channels);
    const twice = maps.find((c, i) => maps.indexOf(c) !== i);
    if (maps.length > 0 && wrong === undefined && twice === undefined) return;
    throw new FoveaError({
      problem:
        wrong !== undefined
          ? `the connection table gives output map ${o} the input map ${wrong}`
          : twice !== undefined
            ? `the connection table gives output map ${o} the input map ${twice} twice`
            : `the connection table gives output map ${o} no input map`,
      expected: `for each output map some of the input maps 0 to ${channels - 1}, each once`,
    });
  });
}

export function connectedConv2dShape(x: Shape, w: Shape, connections: Connections): Shape {
  if (x.length !== 4 || w.length !== 3 || w[2] !== connections.flat().length) {
    throw new FoveaError({
      problem: `connectedConv2d received input ${formatShape(x)}, kernel ${formatShape(w)} and ${connections.flat().length} connections`,
      expected: 'an input (N, H, W, C) and a kernel (KH, KW, connections)',
    });
  }
  checkConnections(connections, x[3]);
  return [
    x[0],
    outputExtent(x[1], w[0], 1, [0, 0], 1, 'height'),
    outputExtent(x[2], w[1], 1, [0, 0], 1, 'width'),
    connections.length,
  ];
}

function checkConvolution(x: Shape, w: Shape, y: Shape, connections: Connections): void {
  const made = connectedConv2dShape(x, w, connections);
  if (sameShape(made, y)) return;
  throw new FoveaError({
    problem: `a connected convolution of ${formatShape(x)} gives ${formatShape(made)}, received ${formatShape(y)}`,
  });
}

/** Visits every (output, input, weight) triple once, as flat indices. */
function forEachProduct(
  x: Shape,
  w: Shape,
  y: Shape,
  connections: Connections,
  visit: (yAt: number, xAt: number, wAt: number) => void,
): void {
  const [, H, W, C] = x;
  const [KH, KW, P] = w;
  const [N, OH, OW, O] = y;
  for (let n = 0; n < N; n++)
    for (let oh = 0; oh < OH; oh++)
      for (let ow = 0; ow < OW; ow++)
        for (let kh = 0; kh < KH; kh++)
          for (let kw = 0; kw < KW; kw++) {
            const pixel = ((n * H + oh + kh) * W + ow + kw) * C;
            let p = (kh * KW + kw) * P;
            for (let o = 0; o < O; o++)
              for (const c of connections[o])
                visit(((n * OH + oh) * OW + ow) * O + o, pixel + c, p++);
          }
}

/** Sums in float64 so that the judge is more exact than the judged. */
function accumulate(output: NumberArray, fill: (sums: Float64Array) => void): void {
  const sums = new Float64Array(output.length);
  fill(sums);
  output.set(sums);
}

export const connectedConv2d = defineOp<ConnectedConv2dAttrs>({
  name: 'connectedConv2d',
  formula:
    'y[n,oh,ow,o] = sum over kh,kw and connections p of o of x[n,oh+kh,ow+kw,from(p)] w[kh,kw,p]',
  arity: 2,
  rows: [0],
  shape: ([x, w], { connections }) => connectedConv2dShape(x, w, connections),
  gradient: ({ inputs: [x, w], attrs, dy, build }) => [
    build('connectedConv2dInputGradient', [dy, w], { ...attrs, inputShape: x.shape }),
    build('connectedConv2dKernelGradient', [x, dy], { ...attrs, kernelShape: w.shape }),
  ],
  curvature: 'products',
  reference: ([x, w], y, { connections }) =>
    accumulate(y.data, (sums) =>
      forEachProduct(x.shape, w.shape, y.shape, connections, (yAt, xAt, wAt) => {
        sums[yAt] += x.data[xAt] * w.data[wAt];
      }),
    ),
});

export const connectedConv2dInputGradient = defineOp<ConnectedConv2dInputGradientAttrs>({
  name: 'connectedConv2dInputGradient',
  formula: 'dx = adjoint of connectedConv2d in x, applied to dy',
  arity: 2,
  rows: [0],
  shape: ([dy, w], { inputShape, connections }) => {
    checkConvolution(inputShape, w, dy, connections);
    return inputShape;
  },
  reference: ([dy, w], dx, { connections }) =>
    accumulate(dx.data, (sums) =>
      forEachProduct(dx.shape, w.shape, dy.shape, connections, (yAt, xAt, wAt) => {
        sums[xAt] += dy.data[yAt] * w.data[wAt];
      }),
    ),
});

export const connectedConv2dKernelGradient = defineOp<ConnectedConv2dKernelGradientAttrs>({
  name: 'connectedConv2dKernelGradient',
  formula: 'dw = adjoint of connectedConv2d in w, applied to dy',
  arity: 2,
  shape: ([x, dy], { kernelShape, connections }) => {
    checkConvolution(x, kernelShape, dy, connections);
    return kernelShape;
  },
  reference: ([x, dy], dw, { connections }) =>
    accumulate(dw.data, (sums) =>
      forEachProduct(x.shape, dw.shape, dy.shape, connections, (yAt, xAt, wAt) => {
        sums[wAt] += x.data[xAt] * dy.data[yAt];
      }),
    ),
});
