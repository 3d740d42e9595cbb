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
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import { constantNode } from '../../graph/node.ts';
import { defineOp } from '../op.ts';
import { exponentialSum, forEachRow } from './softmax.ts';

type NoAttrs = Record<string, never>;

/** What the terms below ask of numbers: here, or of a backend's scalars and lanes. */
export interface Terms<N> {
  sub(a: N, b: N): N;
  mul(a: N, b: N): N;
}

/** -ln p of one class, logSum = ln(sum of e^(x - max)): a difference of what is small where the loss is. */
export function surprise<N>(
  t: Terms<N>,
  { x, max, logSum }: { readonly x: N; readonly max: N; readonly logSum: N },
): N {
  return t.sub(logSum, t.sub(x, max));
}

/** Of one logit, with its share p of the row's targets: dy (share - target). */
export function logitGradient<N>(
  t: Terms<N>,
  { share, target, dy }: { readonly share: N; readonly target: N; readonly dy: N },
): N {
  return t.mul(dy, t.sub(share, target));
}

const NUMBERS: Terms<number> = { sub: (a, b) => a - b, mul: (a, b) => a * b };

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
      const x = logits.data[start + labels.data[n]];
      loss.data[n] = surprise(NUMBERS, { x, max, logSum: Math.log(sum) });
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
        const share = Math.exp(logits.data[start + c] - max) / sum;
        const target = c === labels.data[n] ? 1 : 0;
        dx.data[start + c] = logitGradient(NUMBERS, { share, target, dy: dy.data[n] });
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
        total += targets.data[c] * surprise(NUMBERS, { x: logits.data[c], max, logSum });
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
        const share = (Math.exp(logits.data[c] - max) / sum) * mass;
        const row = { share, target: targets.data[c], dy: dy.data[start / C] };
        dx.data[c] = logitGradient(NUMBERS, row);
      }
    }),
});
