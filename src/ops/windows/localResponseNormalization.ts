/**
 * @file Local response normalisation across channels, as in Krizhevsky, Sutskever and Hinton 2012, 3.3.
 *
 *   s[c] = k + alpha * sum of x[j]^2 over the channels j from c - below to c + above (`channelWindow`)
 *   y[c] = x[c] s[c]^-beta                        (paper: k 2, size 5, alpha 1e-4, beta 0.75)
 *
 * alpha is not divided by the size, as the paper has it and PyTorch does not; importers convert.
 * The channels are the last axis; those beyond the first and the last one count as zero.
 */
import { FoveaError } from '../../base/errors.ts';
import { defineOp, type NumberArray } from '../op.ts';
import { lastAxisRows } from '../rows.ts';
import { forEachRow } from '../scores/softmax.ts';

export interface LocalResponseNormalizationAttrs {
  readonly size: number;
  readonly k: number;
  readonly alpha: number;
  readonly beta: number;
}

/** How many channels of a window stand before its own channel, and how many after it. */
export function channelWindow(size: number): { readonly below: number; readonly above: number } {
  const below = Math.floor(size / 2);
  return { below, above: size - 1 - below };
}

export const localResponseNormalization = defineOp<LocalResponseNormalizationAttrs>({
  name: 'localResponseNormalization',
  formula: 'y[c] = x[c] (k + alpha * sum of x[j]^2 over `size` channels around c)^-beta',
  arity: 1,
  rows: lastAxisRows,
  shape: ([x], { size }) => {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new FoveaError({
        problem: `local response normalisation over ${size} channels`,
        expected: 'a whole number of at least 1; the paper has 5',
      });
    }
    return x;
  },
  gradient: ({ inputs: [x], attrs, dy, build }) => [
    build('localResponseNormalizationGradient', [x, dy], { ...attrs }),
  ],
  reference: ([x], y, attrs) =>
    forEachRow(x, (start, C) => {
      const scales = scalesOf(x.data, start, C, attrs);
      for (let c = 0; c < C; c++) y.data[start + c] = x.data[start + c] * scales[c] ** -attrs.beta;
    }),
});

/**
 * dx[i] = dy[i] s[i]^-beta - 2 alpha beta x[i] * sum of dy[c] x[c] s[c]^(-beta-1) over the c whose
 * window holds i: c from i - above to i + below.
 */
export const localResponseNormalizationGradient = defineOp<LocalResponseNormalizationAttrs>({
  name: 'localResponseNormalizationGradient',
  formula: 'dx[i] = dy[i] s[i]^-beta - 2 alpha beta x[i] sum of dy[c] x[c] s[c]^(-beta-1)',
  arity: 2,
  rows: lastAxisRows,
  shape: ([x]) => x,
  reference: ([x, dy], dx, attrs) => {
    const { size, alpha, beta } = attrs;
    const { below, above } = channelWindow(size);
    forEachRow(x, (start, C) => {
      const scales = scalesOf(x.data, start, C, attrs);
      for (let i = 0; i < C; i++) {
        let sum = 0;
        for (let c = Math.max(0, i - above); c <= Math.min(C - 1, i + below); c++)
          sum += dy.data[start + c] * x.data[start + c] * scales[c] ** (-beta - 1);
        dx.data[start + i] =
          dy.data[start + i] * scales[i] ** -beta - 2 * alpha * beta * x.data[start + i] * sum;
      }
    });
  },
});

/** s[c] of one row of channels. */
function scalesOf(
  x: NumberArray,
  start: number,
  C: number,
  { size, k, alpha }: LocalResponseNormalizationAttrs,
): number[] {
  const { below, above } = channelWindow(size);
  return Array.from({ length: C }, (_, c) => {
    let sum = 0;
    for (let j = Math.max(0, c - below); j <= Math.min(C - 1, c + above); j++)
      sum += x[start + j] ** 2;
    return k + alpha * sum;
  });
}
