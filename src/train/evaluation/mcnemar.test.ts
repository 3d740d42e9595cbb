/** @file McNemar's test against binomial sums worked out by hand, and where sums by factorials would overflow. */
import { expect, it } from 'vitest';
import { binomialPValue, comparePaired } from './mcnemar.ts';

it.each([
  // 2 (C(20,0) + ... + C(20,5)) / 2^20 = 2 x 21,700 / 1,048,576
  [5, 15, 0.041389],
  [0, 5, 0.0625],
  [1, 1, 1],
  [0, 0, 1],
  [3, 4, 1],
  // (1,550 - 1,450) / sqrt(3,000) = 1.826 standard deviations, less the step of a half: 2 (1 - Phi(1.8075))
  [1450, 1550, 0.0707],
])('%d against %d: p = %d, either way round', (a, b, p) => {
  expect(binomialPValue(a, b)).toBeCloseTo(p, 4);
  expect(binomialPValue(b, a)).toBe(binomialPValue(a, b));
});

it('counts what each reads rightly alone', () => {
  const first = [true, true, true, false, false, true];
  const second = [true, false, false, true, false, false];
  expect(comparePaired(first, second)).toEqual({
    count: 6,
    bothRight: 1,
    firstAlone: 3,
    secondAlone: 1,
    bothWrong: 1,
    pValue: binomialPValue(1, 3),
  });
});
