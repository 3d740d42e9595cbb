import { expect, it } from 'vitest';
import { drawChart } from './chart.ts';

const curve = (label: string, run: number, values: readonly (number | null)[]) => ({
  label,
  run,
  values,
  dashed: false,
});

it('draws a letter for each curve, its highest value at the top, epochs from left to right', () => {
  const chart = drawChart([curve('one', 0, [3, 2, 1]), curve('two', 1, [1, 1])], 'loss').split(
    '\n',
  );
  const [head, top] = chart;
  expect(head?.trim()).toBe('loss');
  expect(top).toMatch(/^3\.00 \| a/);
  const bottom = chart.find((line) => line.startsWith('1.00'));
  // The second ends half-way; the first arrives at the end.
  expect(bottom).toMatch(/^1\.00 \| b{32} +a+$/);
  expect(chart[chart.length - 1]).toBe('a one    b two');
  expect(chart.at(-3)).toMatch(/^ +1 +3 epochs$/);
});

it('marks what lies on one another, and leaves a gap where nothing was measured', () => {
  const both = drawChart([curve('a', 0, [1, 2]), curve('b', 1, [1, 2])], 'loss');
  expect(both).toContain('*');
  expect(both).not.toMatch(/\| +[ab]/);
  const gap = drawChart([curve('a', 0, [1, null, 2, 2])], 'loss');
  expect(gap.split('\n')[1]).toMatch(/\| {42,43}a{21,22}$/);
});

it('has one line where nothing changes', () => {
  expect(drawChart([curve('a', 0, [0.5])], 'loss').split('\n')[1]).toMatch(/^0\.500 \| a{64}$/);
});
