/**
 * @file Means with their confidence intervals: over seeds, and over differences paired by seed.
 *
 * Student's t of n - 1 degrees of freedom: mean +- t * s / sqrt(n), which takes what the seeds change to be nearly
 * normal. Two conditions of one seed share what the seed decides, so their difference varies less than either:
 * differences are paired. Ratios are paired by their logarithms. Sources: Student 1908; Abramowitz and Stegun,
 * 26.7.3 and 26.7.4. Next stop: `findings.ts`.
 */

/** A mean, and where 95 of 100 such intervals hold the true one. Of one value: everywhere. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Values it is made of. */
  readonly count: number;
}

/** A number for each seed. */
export type BySeed = ReadonlyMap<number, number>;

const LEVEL = 0.95;

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample: the sum of squares is divided by n - 1. */
export function standardDeviation(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

export function meanInterval(values: readonly number[]): Interval {
  const { length: count } = values;
  const mean = meanOf(values);
  if (count < 2) return { mean, low: -Infinity, high: Infinity, count };
  const half = (tQuantile(count - 1) * standardDeviation(values)) / Math.sqrt(count);
  return { mean, low: mean - half, high: mean + half, count };
}

/** Where 95 of 100 further values lie: wider than the interval of the mean. */
export function predictionInterval(values: readonly number[]): Interval {
  const { mean, high, count } = meanInterval(values);
  const half = (high - mean) * Math.sqrt(count + 1);
  return { mean, low: mean - half, high: mean + half, count };
}

/** a - b over the seeds that both have. */
export function pairedDifference(a: BySeed, b: BySeed): Interval {
  return meanInterval(pairs(a, b).map(([one, other]) => one - other));
}

/** a / b over the seeds that both have, as a geometric mean; of positive numbers. */
export function pairedRatio(a: BySeed, b: BySeed): Interval {
  const { mean, low, high, count } = meanInterval(
    pairs(a, b).map(([one, other]) => Math.log(one / other)),
  );
  return { mean: Math.exp(mean), low: Math.exp(low), high: Math.exp(high), count };
}

function pairs(a: BySeed, b: BySeed): (readonly [number, number])[] {
  return [...a].flatMap(([seed, one]) => {
    const other = b.get(seed);
    return other === undefined ? [] : [[one, other] as const];
  });
}

/** The t that holds `level` of the distribution between -t and t. */
export function tQuantile(degrees: number, level = LEVEL): number {
  let [low, high] = [0, 1];
  while (tShare(high, degrees) < level) high *= 2;
  // Halved until nothing lies between.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (tShare(middle, degrees) < level) low = middle;
    else high = middle;
  }
}

/** How much of Student's distribution lies between -t and t; whole degrees of freedom, from 1. */
export function tShare(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  // Odd: cos + 2/3 cos^3 + ...; even: 1 + 1/2 cos^2 + ...; the last power is degrees - 2.
  let term = isOdd ? cosine : 1;
  let sum = 0;
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine ** 2;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
