/**
 * @file Cross-entropy from logits, one loss per row, and the gradients.
 *
 *   softmaxCrossEntropy         loss[n] = ln(sum over c of e^x[n,c]) - x[n, labels[n]]
 *   categoricalCrossEntropy     loss[n] = sum over c of t[n,c] (ln(sum over d of e^x[n,d]) - x[n,c])
 *
 * x: logits (N,C); labels: i32 (N), 0 <= label < C, checked where data enters; t: probabilities (N,C).
 * The row's maximum is subtracted first, so the loss of a hopeless row is large but finite. Targets
 * receive no gradient. Averaging over the batch is the caller's. Next stop: `inTopK.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import { constantNode } from '../graph/node.ts';
import { defineOp } from './op.ts';
import { exponentialSum, forEachRow } from './softmax.ts';

type NoAttrs = Record<string, never>;

/** (N) for logits (N,C) and labels (N). */
export function labelledRows(logits: Shape, labels: Shape): Shape {
  if (logits.length !== 2 || !sameShape(labels, [logits[0]])) {
    throw new FoveaError({
      problem: `received logits ${formatShape(logits)} and labels ${formatShape(labels)}`,
      expected: 'logits (N, classes) and one label per row (N,)',
    });
  }
  return [logits[0]];
}

export const softmaxCrossEntropy = defineOp<NoAttrs>({
  name: 'softmaxCrossEntropy',
  formula: 'loss[n] = ln(sum over c of e^x[n,c]) - x[n, labels[n]]',
  arity: 2,
  rows: [0, 1],
  shape: ([logits, labels]) => labelledRows(logits, labels),
  gradient: ({ inputs: [logits, labels], dy, build }) => [
    build('softmaxCrossEntropyGradient', [logits, labels, dy]),
    null,
  ],
  /** h_x = dy p (1 - p), of the loss itself; p = softmax(x). */
  curvature: ({ inputs: [logits], dy, build }) => {
    const p = build('softmax', [logits]);
    const spread = build('mul', [p, build('sub', [constantNode(1), p])]);
    const rows = build('reshape', [dy], { shape: [logits.shape[0], 1] });
    return [build('mul', [spread, rows]), null];
  },
  reference: ([logits, labels], loss) =>
    forEachRow(logits, (start, C) => {
      const { max, sum } = exponentialSum(logits.data, start, C);
      const n = start / C;
      loss.data[n] = Math.log(sum) - (logits.data[start + labels.data[n]] - max);
    }),
});

export const softmaxCrossEntropyGradient = defineOp<NoAttrs>({
  name: 'softmaxCrossEntropyGradient',
  formula: 'dx[n,c] = dy[n] (softmax(x)[n,c] - (1 if c is labels[n], else 0))',
  arity: 3,
  rows: [0, 1, 2],
  shape: ([logits]) => logits,
  reference: ([logits, labels, dy], dx) =>
    forEachRow(logits, (start, C) => {
      const { max, sum } = exponentialSum(logits.data, start, C);
      const n = start / C;
      for (let c = 0; c < C; c++) {
        const p = Math.exp(logits.data[start + c] - max) / sum;
        dx.data[start + c] = dy.data[n] * (p - (c === labels.data[n] ? 1 : 0));
      }
    }),
});

export const categoricalCrossEntropy = defineOp<NoAttrs>({
  name: 'categoricalCrossEntropy',
  formula: 'loss[n] = sum over c of t[n,c] (ln(sum over d of e^x[n,d]) - x[n,c])',
  arity: 2,
  rows: [0, 1],
  shape: ([logits, targets]) => {
    if (logits.length !== 2 || !sameShape(logits, targets)) {
      throw new FoveaError({
        problem: `received logits ${formatShape(logits)} and targets ${formatShape(targets)}`,
        expected: 'two shapes (N, classes) that are the same',
      });
    }
    return [logits[0]];
  },
  gradient: ({ inputs: [logits, targets], dy, build }) => [
    build('categoricalCrossEntropyGradient', [logits, targets, dy]),
    null,
  ],
  reference: ([logits, targets], loss) =>
    forEachRow(logits, (start, C) => {
      const { max, sum } = exponentialSum(logits.data, start, C);
      const logSum = Math.log(sum);
      let total = 0;
      for (let c = start; c < start + C; c++)
        total += targets.data[c] * (logSum - (logits.data[c] - max));
      loss.data[start / C] = total;
    }),
});

export const categoricalCrossEntropyGradient = defineOp<NoAttrs>({
  name: 'categoricalCrossEntropyGradient',
  formula: 'dx[n,c] = dy[n] (softmax(x)[n,c] * (sum over d of t[n,d]) - t[n,c])',
  arity: 3,
  rows: [0, 1, 2],
  shape: ([logits]) => logits,
  reference: ([logits, targets, dy], dx) =>
    forEachRow(logits, (start, C) => {
      const { max, sum } = exponentialSum(logits.data, start, C);
      let mass = 0;
      for (let c = start; c < start + C; c++) mass += targets.data[c];
      for (let c = start; c < start + C; c++) {
        const p = Math.exp(logits.data[c] - max) / sum;
        dx.data[c] = dy.data[start / C] * (p * mass - targets.data[c]);
      }
    }),
});
