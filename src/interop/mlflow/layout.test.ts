import { expect, it } from 'vitest';
import { experimentNameIn, metricLine, metricLines } from './layout.ts';

it('reads the whole lines of a metric, and takes no cut one for a smaller step', () => {
  const lines = [
    { at: 1_700_000_000_000, value: 0.5, step: 1 },
    { at: 1_700_000_000_900, value: Number.NaN, step: 12 },
  ];
  const text = lines.map(metricLine).join('');
  expect(metricLines(text)).toEqual(lines);
  expect(metricLines(text.slice(0, -2))).toEqual(lines.slice(0, 1)); // "... NaN 1" of 12
  expect(metricLines('')).toEqual([]);
});

it.each([
  ['name: "a \\"b\\""\n', 'a "b"'],
  ["id: 1\nname: 'it''s'\n", "it's"],
  ['name: plain\nother: 1\n', 'plain'],
  ['name: "cut\\"\n', undefined],
  ['title: none\n', undefined],
])('finds the name of an experiment in %j', (text, name) => {
  expect(experimentNameIn(text)).toBe(name);
});
