import { describe, expect, it } from 'vitest';
import {
  meanInterval,
  pairedDifference,
  pairedRatio,
  predictionInterval,
  tQuantile,
  tShare,
} from './statistics.ts';

describe('tQuantile', () => {
  // Two-sided 95 % and 99 % of the printed tables.
  it.each([
    [1, 12.7062, 63.6567],
    [2, 4.3027, 9.9248],
    [3, 3.1824, 5.8409],
    [4, 2.7764, 4.6041],
    [5, 2.5706, 4.0321],
    [9, 2.2622, 3.2498],
    [10, 2.2281, 3.1693],
    [30, 2.0423, 2.75],
    [120, 1.9799, 2.6174],
  ])('of %i degrees is as printed', (degrees, at95, at99) => {
    expect(tQuantile(degrees)).toBeCloseTo(at95, 4);
    expect(tQuantile(degrees, 0.99)).toBeCloseTo(at99, 4);
  });

  it('holds all of the distribution far out, and none of it at 0', () => {
    for (const degrees of [1, 2, 3, 8]) {
      expect(tShare(0, degrees)).toBe(0);
      expect(tShare(1e6, degrees)).toBeCloseTo(1, 5);
    }
  });
});

describe('meanInterval', () => {
  it('is mean +- t s / sqrt n', () => {
    // s = sqrt(10 / 4), t of 4 degrees 2.776445
    const { mean, low, high, count } = meanInterval([1, 2, 3, 4, 5]);
    expect([mean, count]).toEqual([3, 5]);
    expect(high).toBeCloseTo(3 + (2.776445 * Math.sqrt(2.5)) / Math.sqrt(5), 5);
    expect(low).toBeCloseTo(6 - high, 10);
  });

  it('of one value says nothing', () => {
    expect(meanInterval([7])).toEqual({ mean: 7, low: -Infinity, high: Infinity, count: 1 });
  });
});

describe('predictionInterval', () => {
  it('is mean +- t s sqrt(1 + 1 / n)', () => {
    const { mean, high } = predictionInterval([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(high).toBeCloseTo(3 + 2.776445 * Math.sqrt(2.5) * Math.sqrt(1.2), 5);
    expect(predictionInterval([7]).high).toBe(Infinity);
  });
});

describe('pairs', () => {
  const a = new Map([
    [1, 10],
    [2, 20],
    [3, 30],
    [9, 1000],
  ]);
  const b = new Map([
    [3, 27],
    [1, 8],
    [2, 17],
  ]);

  it('are of the same seed, and only of seeds that both have', () => {
    const { mean, count } = pairedDifference(a, b);
    expect(count).toBe(3);
    expect(mean).toBeCloseTo((2 + 3 + 3) / 3, 10);
  });

  it('have a narrower interval than their spread would give', () => {
    const { low, high } = pairedDifference(a, b);
    expect(high - low).toBeLessThan(4);
  });

  it('give ratios as geometric means', () => {
    const twice = new Map([...b].map(([seed, value]) => [seed, 2 * value]));
    const { mean, low, high } = pairedRatio(twice, b);
    expect([mean, low, high].map((value) => Number(value.toFixed(9)))).toEqual([2, 2, 2]);
    expect(
      pairedRatio(
        new Map([
          [1, 2],
          [2, 8],
        ]),
        new Map([
          [1, 1],
          [2, 1],
        ]),
      ).mean,
    ).toBeCloseTo(4, 10);
  });
});
