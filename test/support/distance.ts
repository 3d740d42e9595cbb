/**
 * @file How far apart two tensors are, as a share of the largest number; without a test runner.
 */

export interface Distance {
  /** Of the expected tensor's largest finite magnitude. */
  readonly worst: number;
  /** The element; -1 where all are equal. */
  readonly at: number;
  readonly scale: number;
}

/** NaN and infinities count as equal in the same places, and as infinitely far elsewhere. */
export function distanceOf(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  floor = 1e-30,
): Distance {
  let scale = floor;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  }
  let worst = 0;
  let at = -1;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]) / scale;
    const distance = Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
    if (distance > worst) {
      worst = distance;
      at = i;
    }
  }
  return { worst, at, scale };
}
