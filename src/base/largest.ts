/**
 * @file Which of several numbers is the best; among equals the first, as the programs' `correct` counts.
 */

/** Index of the first of the largest numbers; 0 where there are none. */
export function indexOfLargest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

/** Index of the first of the smallest numbers; 0 where there are none. */
export function indexOfSmallest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] < numbers[best]) best = i;
  return best;
}
