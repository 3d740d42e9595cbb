/**
 * @file Comparing tensors: how far apart two may be, and what to say when they are further.
 */
import { expect } from 'vitest';
import { distanceOf } from './distance.ts';

/**
 * Every number within `tolerance` times the expected tensor's largest finite magnitude (at least
 * `floor`); NaN and infinities in the same places.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  label: string,
  floor = 1e-30,
): void {
  expect(actual.length, `${label}: number of elements`).toBe(expected.length);
  const { worst, at, scale } = distanceOf(actual, expected, floor);
  if (worst > tolerance) {
    expect.fail(
      `${label}: element ${at} is ${actual[at]}, expected ${expected[at]} ` +
        `(${worst.toExponential(2)} of the largest, ${scale}; allowed ${tolerance})`,
    );
  }
}
