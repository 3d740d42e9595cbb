/** @file Curves: where points lie, which numbers stand on the axes, and names that never lie on one another. */
import { describe, expect, it } from 'vitest';
import { apart, drawCurves } from './curves.ts';

const labels = { title: 'a <title>', xLabel: 'epoch', yLabel: 'loss' };

describe('drawCurves', () => {
  const svg = drawCurves(
    [
      {
        name: 'first',
        points: [
          [1, 0],
          [2, 1],
          [3, 0.5],
        ],
      },
      {
        name: 'second, a long name',
        points: [
          [1, 0.5],
          [2, 0.5],
        ],
        dashed: true,
        colour: 0,
      },
    ],
    labels,
  );

  it('places points on both axes, from 0 to the largest', () => {
    expect(svg).toContain('M64 344 L312 62 L560 203');
    expect(svg).toContain('a &lt;title&gt;');
  });

  it('numbers epochs in whole numbers', () => {
    const below = [...svg.matchAll(/y="362"[^>]*>([^<]*)</g)].map(([, number]) => number);
    expect(below).toEqual(['1', '2', '3']);
    const halves = drawCurves(
      [
        {
          name: 'a',
          points: [
            [0.5, 1],
            [1, 2],
          ],
        },
      ],
      labels,
    );
    expect(halves).toMatch(/y="362"[^>]*>0\.6</);
  });

  it('ends each curve in its name, in its colour, with room for the longest', () => {
    const names = [...svg.matchAll(/x="572" y="([\d.]+)"[^>]*fill="(#\w+)">([^<]*)</g)];
    expect(names.map(([, , fill, name]) => [name, fill])).toEqual([
      ['first', '#1769aa'],
      ['second, a long name', '#1769aa'],
    ]);
    expect(Number(/width="(\d+)"/.exec(svg)?.[1])).toBeGreaterThan(572 + 19 * 7);
  });

  it('draws dots on lines, not on dashes', () => {
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  });

  it('keeps the range it was given', () => {
    const points = [
      [0, 0.9],
      [1, 1],
    ] as const;
    expect(drawCurves([{ name: 'a', points }], { ...labels, yRange: [0.8, 1] })).toContain(
      'M64 203 L560 62',
    );
  });
});

it('moves names apart, as little as can be, in their order', () => {
  expect(apart([10, 50, 30], 15)).toEqual([10, 50, 30]);
  expect(apart([20, 20], 10)).toEqual([15, 25]);
  expect(apart([30, 20, 22], 10)).toEqual([34, 14, 24]);
  const moved = apart([5, 6, 7, 40, 41], 10);
  for (let i = 1; i < 5; i++) expect(moved[i]! - moved[i - 1]!).toBeGreaterThanOrEqual(10 - 1e-9);
  expect(apart([], 10)).toEqual([]);
});
