/**
 * @file Softmax over the last axis, and its gradient.
 *
 *   y[i] = e^(x[i] - m) / sum over j of e^(x[j] - m)          m = the row's maximum, so nothing overflows
 *
 * A row is one run of the last axis; all axes before it are rows. For training on logits use
 * `crossEntropy.ts`, which never forms the logarithm of a rounded-off probability.
 */
import { defineOp, type NumberArray, type Tensor } from '../op.ts';
import { lastAxisRows } from '../rows.ts';

export const softmax = defineOp<Record<string, never>>({
  name: 'softmax',
  formula: 'y[i] = e^(x[i] - max x) / sum over j of e^(x[j] - max x), along the last axis',
  arity: 1,
  rows: lastAxisRows,
  shape: ([x]) => x,
  gradient: ({ node, dy, build }) => [build('softmaxGradient', [node, dy])],
  reference: ([x], y) =>
    forEachRow(x, (start, C) => {
      const { max, sum } = exponentialSum(x.data, start, C);
      for (let c = 0; c < C; c++) y.data[start + c] = Math.exp(x.data[start + c] - max) / sum;
    }),
});

/** dx[i] = y[i] (dy[i] - sum over j of dy[j] y[j]) */
export const softmaxGradient = defineOp<Record<string, never>>({
  name: 'softmaxGradient',
  formula: 'dx[i] = y[i] (dy[i] - sum over j of dy[j] y[j]), along the last axis',
  arity: 2,
  rows: lastAxisRows,
  shape: ([y]) => y,
  reference: ([y, dy], dx) =>
    forEachRow(y, (start, C) => {
      let dot = 0;
      for (let c = start; c < start + C; c++) dot += dy.data[c] * y.data[c];
      for (let c = start; c < start + C; c++) dx.data[c] = y.data[c] * (dy.data[c] - dot);
    }),
});

/** Calls back with the start and the length of each run of the last axis. */
export function forEachRow(x: Tensor, visit: (start: number, C: number) => void): void {
  const C = x.shape.length === 0 ? 1 : x.shape[x.shape.length - 1];
  for (let start = 0; start < x.data.length; start += C) visit(start, C);
}

/** The maximum of a row and the sum of e^(x - max), which is at least 1. */
export function exponentialSum(
  x: NumberArray,
  start: number,
  C: number,
): { max: number; sum: number } {
  let max = Number.NEGATIVE_INFINITY;
  for (let c = start; c < start + C; c++) max = Math.max(max, x[c]);
  let sum = 0;
  for (let c = start; c < start + C; c++) sum += Math.exp(x[c] - max);
  return { max, sum };
}
