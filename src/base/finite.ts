/**
 * @file Whether numbers are finite, of which there may be millions: weights, checkpoints, inputs.
 */

/** x - x is 0, and NaN where x is NaN or infinite: no call per number. */
export function allFinite(numbers: ArrayLike<number>): boolean {
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i] ?? 0;
    if (x - x !== 0) return false;
  }
  return true;
}
