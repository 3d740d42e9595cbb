/**
 * @file Matrix product of two rank-2 tensors, either of them read transposed: the whole of a dense layer.
 *
 *   y[i,j] = sum over k of A[i,k] B[k,j]     A = a or a^T, B = b or b^T
 *
 * Both gradients are matrix products again, so this op is its own backward. Next stop: `moves/reshape.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { defineOp } from './op.ts';

export interface MatmulAttrs {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

export const matmul = defineOp<MatmulAttrs>({
  name: 'matmul',
  formula: 'y[i,j] = sum over k of a[i,k] b[k,j]; transposeA reads a[k,i], transposeB reads b[j,k]',
  arity: 2,
  takesEpilogue: true,
  rows: (_, { transposeA = false }) => (transposeA ? undefined : [0]),
  shape: ([a, b], { transposeA = false, transposeB = false }) => {
    const [M, K] = transposeA ? [a[1], a[0]] : [a[0], a[1]];
    const [K2, N] = transposeB ? [b[1], b[0]] : [b[0], b[1]];
    if (a.length !== 2 || b.length !== 2 || K !== K2) {
      const mark = (transposed: boolean): string => (transposed ? ' (transposed)' : '');
      throw new FoveaError({
        problem: `cannot multiply ${formatShape(a)}${mark(transposeA)} by ${formatShape(b)}${mark(transposeB)}`,
        expected: 'two matrices; the columns of the first are as many as the rows of the second',
      });
    }
    return [M, N];
  },
  gradient: ({ inputs: [a, b], attrs: { transposeA = false, transposeB = false }, dy, build }) => {
    // y = A B: dA = dy B^T, dB = A^T dy; where an input is read transposed, its gradient is too.
    const da = transposeA
      ? build('matmul', [b, dy], { transposeA: transposeB, transposeB: true })
      : build('matmul', [dy, b], { transposeA: false, transposeB: !transposeB });
    const db = transposeB
      ? build('matmul', [dy, a], { transposeA: true, transposeB: transposeA })
      : build('matmul', [a, dy], { transposeA: !transposeA, transposeB: false });
    return [da, db];
  },
  curvature: 'products',
  reference: ([a, b], y, { transposeA = false, transposeB = false }) => {
    const [M, N] = y.shape;
    const K = transposeA ? a.shape[0] : a.shape[1];
    // Distance in elements between neighbours along (i, k) in a and (k, j) in b.
    const [aRow, aColumn] = transposeA ? [1, M] : [K, 1];
    const [bRow, bColumn] = transposeB ? [1, K] : [N, 1];
    for (let i = 0; i < M; i++)
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let k = 0; k < K; k++)
          sum += a.data[i * aRow + k * aColumn] * b.data[k * bRow + j * bColumn];
        y.data[i * N + j] = sum;
      }
  },
});
