import { describe, expect, it } from 'vitest';
import type { TrialResult } from '../study.ts';
import { bySeed, formatInterval, formatSpread, judge, meanList } from './findings.ts';

const at = (low: number, high: number) => ({ mean: (low + high) / 2, low, high, count: 3 });

describe('judge', () => {
  it.each([
    [0.1, 0.4, 'above', 'supported'],
    [-0.1, 0.4, 'above', 'undecided'],
    [-0.4, -0.1, 'above', 'not supported'],
    [0, 0, 'above', 'not supported'],
    [-0.4, -0.1, 'below', 'supported'],
    [-0.4, 0.1, 'below', 'undecided'],
    [0.1, 0.4, 'below', 'not supported'],
    [-Infinity, Infinity, 'above', 'undecided'],
    [Number.NaN, Number.NaN, 'above', 'undecided'],
  ] as const)('of %f to %f, %s 0: %s', (low, high, is, verdict) => {
    expect(judge({ low, high }, is, 0)).toBe(verdict);
  });
});

describe('numbers of a condition', () => {
  const trial = (
    condition: string,
    seed: number,
    value: number | null,
    list: number[],
  ): TrialResult => ({
    trial: { id: `${condition}-seed${seed}`, condition, settings: null, seed },
    figures: { numbers: { value }, lists: { list } },
  });
  const trials = [trial('a', 1, 5, [1, 2]), trial('b', 1, 6, [9]), trial('a', 2, null, [3, 4, 8])];

  it('are by seed, without those that have none', () => {
    expect([...bySeed({ trials }, 'a', 'value')]).toEqual([[1, 5]]);
  });

  it('are averaged place by place in lists', () => {
    expect(meanList({ trials }, 'a', 'list')).toEqual([2, 3, 8]);
  });
});

describe('intervals in words', () => {
  it('say points, shares and how many seeds', () => {
    expect(formatInterval(at(0.01, 0.02), 'points')).toBe('1.50 points (1.00 to 2.00, 3 seeds)');
    expect(formatInterval({ mean: 2, low: -Infinity, high: Infinity, count: 1 }, 'times')).toBe(
      '2.00 times (1 seed, no interval)',
    );
    expect(formatSpread(at(0.9, 0.92), 'share')).toBe('91.00 % ± 1.00');
  });
});
