/**
 * @file Whether the right class is among the k best: accuracy is its mean for k = 1.
 *
 * The rank of the label is the number of logits before it: those strictly greater, and equal ones at a
 * smaller index, so that exactly k classes of a row are in. A NaN anywhere in the row means "not in".
 */
import { FoveaError } from '../base/errors.ts';
import { labelledRows } from './crossEntropy.ts';
import { defineOp } from './op.ts';
import { forEachRow } from './softmax.ts';

export interface InTopKAttrs {
  readonly k: number;
}

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
      const own = logits.data[start + label];
      let before = 0;
      let anyNaN = false;
      for (let c = 0; c < C; c++) {
        const other = logits.data[start + c];
        if (Number.isNaN(other)) anyNaN = true;
        if (other > own || (other === own && c < label)) before++;
      }
      y.data[n] = !anyNaN && before < k ? 1 : 0;
    }),
});
