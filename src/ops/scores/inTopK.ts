/**
 * @file Whether the right class is among the k best: accuracy is its mean for k = 1.
 *
 * The rank of the label is the number of logits before it: those strictly greater, and equal ones at a
 * smaller index, so that exactly k classes of a row are in. A NaN anywhere in the row means "not in".
 */
import { FoveaError } from '../../base/errors.ts';
import { defineOp } from '../op.ts';
import { labelledRows } from './crossEntropy.ts';
import { forEachRow } from './softmax.ts';

export interface InTopKAttrs {
  readonly k: number;
}

/** What the order of logits asks of numbers N, indices I and truths (0 or 1) T: here, or in a backend's terms. */
export interface Ranking<N, I, T> {
  greater(a: N, b: N): T;
  equal(a: N, b: N): T;
  isNaN(a: N): T;
  less(a: I, b: I): T;
  and(a: T, b: T): T;
  or(a: T, b: T): T;
  times(a: T, k: number): T;
  add(a: T, b: T): T;
}

/**
 * What the logit at column c adds to the rank of the label's own: 1 if it comes before, k if it is NaN, which
 * puts the label out.
 */
export function rankAdded<N, I, T>(
  r: Ranking<N, I, T>,
  other: { readonly logit: N; readonly column: I },
  own: { readonly logit: N; readonly column: I },
  k: number,
): T {
  const tied = r.and(r.equal(other.logit, own.logit), r.less(other.column, own.column));
  const before = r.or(r.greater(other.logit, own.logit), tied);
  return r.add(before, r.times(r.isNaN(other.logit), k));
}

const NUMBERS: Ranking<number, number, number> = {
  greater: (a, b) => Number(a > b),
  equal: (a, b) => Number(a === b),
  isNaN: (a) => Number(Number.isNaN(a)),
  less: (a, b) => Number(a < b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  times: (a, k) => a * k,
  add: (a, b) => a + b,
};

export const inTopK = defineOp<InTopKAttrs>({
  name: 'inTopK',
  formula: 'y[n] = 1 if fewer than k logits of row n come before x[n, labels[n]], else 0',
  arity: 2,
  rows: [0, 1],
  shape: ([logits, labels], { k }) => {
    if (!Number.isInteger(k) || k < 1) {
      throw new FoveaError({
        problem: `top-k received k = ${k}`,
        expected: 'a whole k of at least 1',
      });
    }
    return labelledRows(logits, labels);
  },
  gradient: () => [null, null],
  reference: ([logits, labels], y, { k }) =>
    forEachRow(logits, (start, C) => {
      const n = start / C;
      const label = labels.data[n];
      const own = { logit: logits.data[start + label], column: label };
      let rank = 0;
      for (let column = 0; column < C; column++)
        rank += rankAdded(NUMBERS, { logit: logits.data[start + column], column }, own, k);
      y.data[n] = rank < k ? 1 : 0;
    }),
});
