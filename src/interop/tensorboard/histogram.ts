/**
 * @file Many numbers as a histogram of TensorBoard's: their range in buckets of equal width, and their sums.
 *
 * Next stop: `events.ts`.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HistogramProtoSchema } from './proto/schema.ts';

const BUCKETS = 64;

/**
 * What lies from the least number to the largest in equal buckets; a number on a border is in the upper one. Numbers that
 * are not finite are left out; undefined where no others are there.
 */
export function histogramOf(
  numbers: ArrayLike<number>,
): MessageInitShape<typeof HistogramProtoSchema> | undefined {
  let min = Infinity;
  let max = -Infinity;
  let num = 0;
  let sum = 0;
  let sumSquares = 0;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? Number.NaN;
    // What is not finite has no difference from itself.
    if (value - value !== 0) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    num++;
    sum += value;
    sumSquares += value * value;
  }
  if (num === 0) return undefined;
  const width = (max - min) / BUCKETS;
  if (width === 0) return { min, max, num, sum, sumSquares, bucketLimit: [max], bucket: [num] };
  const bucket = [...countsOf(numbers, min, width)];
  const bucketLimit = bucket.map((_, i) => (i === BUCKETS - 1 ? max : min + (i + 1) * width));
  return { min, max, num, sum, sumSquares, bucketLimit, bucket };
}

/** Of each bucket. A function of its own, so that a runtime compiles it before the first large list is through. */
function countsOf(numbers: ArrayLike<number>, min: number, width: number): Float64Array {
  const counts = new Float64Array(BUCKETS);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? Number.NaN;
    if (value - value !== 0) continue;
    const bucket = Math.min(BUCKETS - 1, ((value - min) / width) | 0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}
