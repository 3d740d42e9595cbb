import { describe, expect, it } from 'vitest';
import {
  baseKey,
  type Key,
  mix,
  RandomStream,
  randomBits,
  stepKey,
  streamOf,
  uniformAt,
} from './random.ts';

const keyOf = (seed: number, stream = 0, step = 0): Key => stepKey(baseKey(seed, stream), step);

/** (sum of (observed - expected)^2 / expected - k) / sqrt(2k): about normal for k degrees of freedom. */
function chiSquareScore(counts: ArrayLike<number>, expected: number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += (counts[i] - expected) ** 2 / expected;
  const k = counts.length - 1;
  return (sum - k) / Math.sqrt(2 * k);
}

/** Correlation of two sequences times sqrt(n): about normal where there is none. */
function correlationScore(n: number, a: (i: number) => number, b: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (a(i) - 0.5) * (b(i) - 0.5) * 12;
  return sum / Math.sqrt(n);
}

describe('counter-based random numbers', () => {
  it('are these, for good: another hash would break every recorded run', () => {
    expect(mix(1)).toBe(0x86d2fa73);
    const key = keyOf(7, streamOf('dropout_1'), 3);
    // Computed apart, with whole numbers of unlimited size.
    expect([0, 1, 2, 2 ** 32 - 1].map((i) => randomBits(key, i))).toEqual([
      2085984659, 1235541946, 719419094, 4201079785,
    ]);
    const far = keyOf(2 ** 40 + 7, 3_000_000_000, 2 ** 31 - 1);
    expect([0, 1].map((i) => randomBits(far, i))).toEqual([2048710409, 323672429]);
  });

  it('are uniform: 256 cells of single numbers and 64x64 of neighbours', () => {
    for (const seed of [0, 1, 2 ** 32, 2 ** 53 - 1]) {
      const key = keyOf(seed);
      const n = 2 ** 18;
      const cells = new Uint32Array(256);
      const pairs = new Uint32Array(64 * 64);
      for (let i = 0; i < n; i++) {
        cells[randomBits(key, i) >>> 24]++;
        pairs[(randomBits(key, i) >>> 26) * 64 + (randomBits(key, i + 1) >>> 26)]++;
      }
      expect(Math.abs(chiSquareScore(cells, n / 256)), `cells, seed ${seed}`).toBeLessThan(4.5);
      expect(Math.abs(chiSquareScore(pairs, n / 4096)), `pairs, seed ${seed}`).toBeLessThan(4.5);
    }
  });

  it('are uniform in the low bits of the 24 as well', () => {
    const key = keyOf(5, 6, 7);
    const n = 2 ** 18;
    const cells = new Uint32Array(256);
    for (let i = 0; i < n; i++) cells[(randomBits(key, i) >>> 8) & 255]++;
    expect(Math.abs(chiSquareScore(cells, n / 256))).toBeLessThan(4.5);
  });

  it('of other seeds, streams, steps and places are strangers', () => {
    const n = 2 ** 16;
    const key = keyOf(1, 2, 3);
    const other: [string, (i: number) => number][] = [
      ['next seed', (i) => uniformAt(keyOf(2, 2, 3), i)],
      ['seed with another upper half', (i) => uniformAt(keyOf(1 + 2 ** 32, 2, 3), i)],
      ['next stream', (i) => uniformAt(keyOf(1, 3, 3), i)],
      ['next step', (i) => uniformAt(keyOf(1, 2, 4), i)],
      ['seed and stream swapped', (i) => uniformAt(keyOf(2, 1, 3), i)],
      ['stream and step swapped', (i) => uniformAt(keyOf(1, 3, 2), i)],
      ['next index', (i) => uniformAt(key, i + 1)],
      ['a row of 512 later', (i) => uniformAt(key, i + 512)],
    ];
    for (const [name, draw] of other) {
      expect(Math.abs(correlationScore(n, (i) => uniformAt(key, i), draw)), name).toBeLessThan(4.5);
    }
    const firsts = (i: number): number => uniformAt(keyOf(1, 2, i), 0);
    expect(Math.abs(correlationScore(n, firsts, (i) => firsts(i + 1))), 'steps').toBeLessThan(4.5);
  });

  it('change half of their bits when one bit of seed, stream, step or index does', () => {
    const flips: ((bit: number) => number)[] = [
      (bit) => randomBits(keyOf((12345 ^ (1 << bit)) >>> 0, 6, 7), 8),
      (bit) => randomBits(keyOf(12345, (6 ^ (1 << bit)) >>> 0, 7), 8),
      (bit) => randomBits(keyOf(12345, 6, 7 ^ (1 << bit)), 8),
      (bit) => randomBits(keyOf(12345, 6, 7), (8 ^ (1 << bit)) >>> 0),
    ];
    const before = randomBits(keyOf(12345, 6, 7), 8);
    for (const flip of flips) {
      let changed = 0;
      for (let bit = 0; bit < 32; bit++)
        changed += (before ^ flip(bit)).toString(2).replace(/[^1]/g, '').length;
      expect(changed / 32).toBeGreaterThan(12);
      expect(changed / 32).toBeLessThan(20);
    }
  });

  it('are exact in float32', () => {
    const key = keyOf(9);
    for (let i = 0; i < 1000; i++) expect(Math.fround(uniformAt(key, i))).toBe(uniformAt(key, i));
  });
});

describe('RandomStream', () => {
  it('gives the same again for the same seed and stream, another for another', () => {
    const draws = (stream: number | string): number[] => {
      const random = new RandomStream(1, stream);
      return Array.from({ length: 8 }, () => random.uniform());
    };
    expect(draws('a')).toEqual(draws(streamOf('a')));
    expect(draws('a')).not.toEqual(draws('b'));
  });

  it('draws normal numbers: mean, variance, skewness, kurtosis', () => {
    const random = new RandomStream(3);
    const n = 100_000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      moments.forEach((_, p) => {
        moments[p] += x ** (p + 1) / n;
      });
    }
    expect(moments[0]).toBeCloseTo(0, 1.5);
    expect(moments[1]).toBeCloseTo(1, 1.5);
    expect(moments[2]).toBeCloseTo(0, 1);
    expect(moments[3]).toBeCloseTo(3, 0.5);
  });

  it('draws whole numbers fairly and ranges within their bounds', () => {
    const random = new RandomStream(4);
    const counts = new Uint32Array(7);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]++;
    expect(Math.abs(chiSquareScore(counts, 10_000))).toBeLessThan(4.5);
    for (let i = 0; i < 1000; i++) {
      const x = random.uniform(-3, 2);
      expect(x >= -3 && x < 2).toBe(true);
    }
    expect(random.integer(1)).toBe(0);
    expect(random.integer(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it('permutes: all numbers once, each place as likely', () => {
    const counts = new Uint32Array(25);
    for (let i = 0; i < 10_000; i++) {
      const order = new RandomStream(i, 'shuffle').permutation(5);
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
      order.forEach((value, place) => {
        counts[place * 5 + value]++;
      });
    }
    expect(Math.abs(chiSquareScore(counts, 2000))).toBeLessThan(4.5);
  });
});
