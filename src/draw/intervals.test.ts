/** @file Intervals as bars: those that are known are drawn, of others the mean alone. */
import { expect, it } from 'vitest';
import { drawIntervals } from './intervals.ts';

const options = { title: 'a', xLabel: 'times', against: 1 };
const bars = (svg: string): number => svg.match(/stroke-width="3"/g)?.length ?? 0;

it('draws a bar from end to end', () => {
  const svg = drawIntervals([{ name: 'one', mean: 2, low: 1, high: 3 }], options);
  expect(bars(svg)).toBe(1);
  const [, from, y, to] = /d="M([\d.]+) ([\d.]+) H([\d.]+)" stroke="#1769aa"/.exec(svg) ?? [];
  const [, x] = /cx="([\d.]+)"/.exec(svg) ?? [];
  expect((Number(from) + Number(to)) / 2).toBeCloseTo(Number(x), 1);
  expect(svg).toContain(`cy="${y}"`);
});

it.each([
  [-Infinity, Infinity],
  [0, Infinity],
  [-Infinity, 3],
])('draws the mean alone of %s to %s', (low, high) => {
  const known = { name: 'two', mean: 3, low: 2, high: 4 };
  const svg = drawIntervals([{ name: 'one', mean: 2, low, high }, known], options);
  expect(bars(svg)).toBe(1);
  expect(svg.match(/<circle/g)).toHaveLength(2);
  expect(svg).not.toMatch(/Infinity|NaN/);
});
