import { expect, it } from 'vitest';
import { allFinite } from './finite.ts';

it('finds NaN and both infinities wherever they stand, and nothing else', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const place of [0, 1, 2]) {
      const numbers = Float32Array.of(1, -0, 3.4e38);
      numbers[place] = bad;
      expect(allFinite(numbers)).toBe(false);
      expect(allFinite([...numbers])).toBe(false);
    }
  }
  expect(allFinite(Float32Array.of(0, -0, 3.4028234e38, 1e-45))).toBe(true);
  expect(allFinite([Number.MAX_VALUE, -Number.MAX_VALUE])).toBe(true);
  expect(allFinite([])).toBe(true);
});
