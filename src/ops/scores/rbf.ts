/**
 * @file Squared distance of each row to each centre: the output layer of LeNet-5 as of 1998 (eq. 7).
 *
 *   y[n,m] = sum over d of (x[n,d] - w[m,d])^2            x (N,D), w (M,D) -> y (N,M)
 *
 * The smallest wins; the centres there are drawn by hand and need not be trained.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape } from '../../base/shape.ts';
import { constantNode } from '../../graph/node.ts';
import { defineOp } from '../op.ts';

type NoAttrs = Record<string, never>;

export const rbf = defineOp<NoAttrs>({
  name: 'rbf',
  formula: 'y[n,m] = sum over d of (x[n,d] - w[m,d])^2',
  arity: 2,
  rows: [0],
  shape: ([x, centers]) => {
    if (x.length !== 2 || centers.length !== 2 || x[1] !== centers[1]) {
      throw new FoveaError({
        problem: `rbf received input ${formatShape(x)} and centres ${formatShape(centers)}`,
        expected: 'an input (N, D) and centres (M, D)',
      });
    }
    return [x[0], centers[0]];
  },
  gradient: ({ inputs: [x, centers], dy, build }) => [
    build('rbfInputGradient', [x, centers, dy]),
    build('rbfCentersGradient', [x, centers, dy]),
  ],
  /**
   * h_x[n,d] = sum over m of 4 h[n,m] (x[n,d] - w[m,d])^2 + 2 dy[n,m]: the distances are part of the loss, so
   * their own second derivative counts. Of the centres none is known: they are drawn, not trained.
   */
  curvature: ({ inputs: [x, centers], dy, h, build }) => {
    const ones = constantNode(1, [centers.shape[0], 1], 'ones');
    const slopes = build('mul', [build('matmul', [dy, ones]), constantNode(2)]); // (N,1)
    const own = build('maximum', [
      build('broadcastTo', [slopes], { shape: x.shape }),
      constantNode(0),
    ]);
    if (h === undefined) return [own, null];
    // sum of h (x - w)^2 = x^2 sum(h) - 2 x sum(h w) + sum(h w^2)
    const [x2, x1, x0] = [ones, centers, build('square', [centers])].map((by) =>
      build('matmul', [h, by]),
    );
    const first = build('mul', [build('square', [x]), x2]);
    const second = build('mul', [build('mul', [x, constantNode(-2)]), x1]);
    const squares = build('maximum', [
      build('add', [build('add', [first, second]), x0]),
      constantNode(0),
    ]);
    return [build('add', [own, build('mul', [squares, constantNode(4)])]), null];
  },
  reference: ([x, centers], y) => {
    const [N, M] = y.shape;
    const D = x.shape[1];
    for (let n = 0; n < N; n++)
      for (let m = 0; m < M; m++) {
        let sum = 0;
        for (let d = 0; d < D; d++) sum += (x.data[n * D + d] - centers.data[m * D + d]) ** 2;
        y.data[n * M + m] = sum;
      }
  },
});

export const rbfInputGradient = defineOp<NoAttrs>({
  name: 'rbfInputGradient',
  formula: 'dx[n,d] = 2 sum over m of dy[n,m] (x[n,d] - w[m,d])',
  arity: 3,
  rows: [0, 2],
  shape: ([x]) => x,
  reference: ([x, centers, dy], dx) => {
    const [N, D] = x.shape;
    const M = centers.shape[0];
    for (let n = 0; n < N; n++)
      for (let d = 0; d < D; d++) {
        let sum = 0;
        for (let m = 0; m < M; m++)
          sum += dy.data[n * M + m] * (x.data[n * D + d] - centers.data[m * D + d]);
        dx.data[n * D + d] = 2 * sum;
      }
  },
});

export const rbfCentersGradient = defineOp<NoAttrs>({
  name: 'rbfCentersGradient',
  formula: 'dw[m,d] = 2 sum over n of dy[n,m] (w[m,d] - x[n,d])',
  arity: 3,
  rows: [1],
  shape: ([, centers]) => centers,
  reference: ([x, centers, dy], dCenters) => {
    const [N, D] = x.shape;
    const M = centers.shape[0];
    for (let m = 0; m < M; m++)
      for (let d = 0; d < D; d++) {
        let sum = 0;
        for (let n = 0; n < N; n++)
          sum += dy.data[n * M + m] * (centers.data[m * D + d] - x.data[n * D + d]);
        dCenters.data[m * D + d] = 2 * sum;
      }
  },
});
