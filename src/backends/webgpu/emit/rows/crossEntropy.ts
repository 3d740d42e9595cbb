/**
 * @file Cross-entropy of rows of logits, with labels or with target distributions, and the gradients.
 *
 * The formulas are those of `ops/scores/crossEntropy.ts`, asked for in WGSL's terms.
 */
import { unreachable } from '../../../../base/errors.ts';
import {
  categoricalCrossEntropy,
  categoricalCrossEntropyGradient,
  logitGradient,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
  surprise,
  type Terms,
} from '../../../../ops/scores/crossEntropy.ts';
import { defineRows } from './rows.ts';
import { exponentialSum, SOFTMAX_CALLS } from './softmax.ts';

const TEXT: Terms<string> = {
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
};

const LOSS_CALLS = [...SOFTMAX_CALLS, 'logarithm'] as const;

/** -ln p of the class whose logit is `x`. */
const surpriseOf = (x: string): string => surprise(TEXT, { x, max: 'most', logSum: 'logSum' });

export const softmaxCrossEntropyKernel = defineRows(
  softmaxCrossEntropy,
  (row, { inputs: [x = unreachable, labels = unreachable], outputs: [loss = unreachable] }) => ({
    calls: LOSS_CALLS,
    lines: [
      ...exponentialSum(row, x),
      'let logSum = logarithm(total);',
      row.once(loss('row', surpriseOf(x(`base + u32(${labels('row')})`)))),
    ],
  }),
);

export const softmaxCrossEntropyGradientKernel = defineRows(
  softmaxCrossEntropyGradient,
  (
    row,
    {
      inputs: [x = unreachable, labels = unreachable, dy = unreachable],
      outputs: [dx = unreachable],
    },
  ) => ({
    calls: SOFTMAX_CALLS,
    lines: [
      ...exponentialSum(row, x),
      `let label = u32(${labels('row')});`,
      `let slope = ${dy('row')};`,
      row.each(
        `let share = exponential(${x('at')} - most) / total;`,
        dx(
          'at',
          logitGradient(TEXT, {
            share: 'share',
            target: 'select(0f, 1f, c == label)',
            dy: 'slope',
          }),
        ),
      ),
    ],
  }),
);

export const categoricalCrossEntropyKernel = defineRows(
  categoricalCrossEntropy,
  (row, { inputs: [x = unreachable, targets = unreachable], outputs: [loss = unreachable] }) => ({
    calls: LOSS_CALLS,
    lines: [
      ...exponentialSum(row, x),
      'let logSum = logarithm(total);',
      'var sum = 0f;',
      row.each(`sum += ${targets('at')} * ${surpriseOf(x('at'))};`),
      row.together('sum', 'sum'),
      row.once(loss('row', 'sum')),
    ],
  }),
);

export const categoricalCrossEntropyGradientKernel = defineRows(
  categoricalCrossEntropyGradient,
  (
    row,
    {
      inputs: [x = unreachable, targets = unreachable, dy = unreachable],
      outputs: [dx = unreachable],
    },
  ) => ({
    calls: SOFTMAX_CALLS,
    lines: [
      ...exponentialSum(row, x),
      'var mass = 0f;',
      row.each(`mass += ${targets('at')};`),
      row.together('mass', 'sum'),
      `let slope = ${dy('row')};`,
      row.each(
        `let share = exponential(${x('at')} - most) / total * mass;`,
        dx('at', logitGradient(TEXT, { share: 'share', target: targets('at'), dy: 'slope' })),
      ),
    ],
  }),
);
