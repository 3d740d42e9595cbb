/**
 * @file Softmax along rows and its gradient.
 *
 * The row's maximum is taken off first, so that nothing overflows. Next stop: `crossEntropy.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import { softmax, softmaxGradient } from '../../../../ops/scores/softmax.ts';
import type { Read } from '../../kernel.ts';
import type { FunctionName } from '../../language/functions.ts';
import { float } from '../../language/numbers.ts';
import { defineRows, type RowWriter } from './rows.ts';

export const SOFTMAX_CALLS: readonly FunctionName[] = ['maximum', 'special', 'exponential'];

/** Leaves in `most` the row's maximum, and in `total` the sum of e^(x - most), which is at least 1. */
export function exponentialSum(row: RowWriter, x: Read): string[] {
  return [
    `var most = ${float(Number.NEGATIVE_INFINITY)};`,
    row.each(`most = maximum(most, ${x('at')});`),
    row.together('most', 'maximum'),
    'var total = 0f;',
    row.each(`total += exponential(${x('at')} - most);`),
    row.together('total', 'sum'),
  ];
}

export const softmaxKernel = defineRows(
  softmax,
  (row, { inputs: [x = unreachable], outputs: [y = unreachable] }) => ({
    calls: SOFTMAX_CALLS,
    lines: [...exponentialSum(row, x), row.each(y('at', `exponential(${x('at')} - most) / total`))],
  }),
);

/** dx = y (dy - sum of dy y) */
export const softmaxGradientKernel = defineRows(
  softmaxGradient,
  (row, { inputs: [y = unreachable, dy = unreachable], outputs: [dx = unreachable] }) => ({
    calls: [],
    lines: [
      'var dot = 0f;',
      row.each(`dot += ${dy('at')} * ${y('at')};`),
      row.together('dot', 'sum'),
      row.each(dx('at', `${y('at')} * (${dy('at')} - dot)`)),
    ],
  }),
);
