import { expect, it } from 'vitest';
import { formatCount, formatShare, formatValue } from './numbers.ts';

it('writes values with as many digits as mean something', () => {
  expect(formatValue(1 / 3)).toBe('0.3333');
  expect(formatValue(-12)).toBe('−12');
  expect(formatValue(123456)).toBe('123456');
  expect(formatValue(-0.000000123456)).toBe('−1.235e-7');
  expect(formatValue(Number.NEGATIVE_INFINITY)).toBe('−∞');
  expect(formatValue(Number.NaN)).toBe('not a number');
});

it('groups counts and never says all of less than all', () => {
  for (const [count, words] of [
    [62378344, '62,378,344'],
    [999, '999'],
    [1000, '1,000'],
    [123456, '123,456'],
    [-4321.6, '−4,322'],
    [0, '0'],
  ] as const) {
    expect(formatCount(count)).toBe(words);
  }
  expect(formatShare(0.98765)).toBe('98.8 %');
  expect(formatShare(0.99999)).toBe('99.9 %');
  expect(formatShare(1)).toBe('100.0 %');
  expect(formatShare(0.5, 0)).toBe('50 %');
});
