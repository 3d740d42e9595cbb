/**
 * @file Comparing tensors: how far apart two may be, and what to say when they are further.
 */
import { expect } from 'vitest';

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
  let scale = floor;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  let worst = 0;
  let worstAt = -1;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]) / scale;
    // NaN, or an infinity on one side: as far apart as can be.
    const distance = Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
    if (distance > worst) {
      worst = distance;
      worstAt = i;
    }
  }
  if (worst > tolerance) {
    expect.fail(
      `${label}: element ${worstAt} is ${actual[worstAt]}, expected ${expected[worstAt]} ` +
        `(${worst.toExponential(2)} of the largest, ${scale}; allowed ${tolerance})`,
    );
  }
}
