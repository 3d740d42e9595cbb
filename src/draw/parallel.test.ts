import { describe, expect, it } from 'vitest';
import { drawPanels } from './panels.ts';
import { drawParallel } from './parallel.ts';
import { apartBy, rulerOf } from './rulers.ts';

describe('rulers', () => {
  it('place numbers evenly, or by their logarithms where they span ten times', () => {
    const even = rulerOf('x', ['0', '5', '9']);
    expect(even.place('4.5')).toBeCloseTo(0.5);
    const log = rulerOf('x', ['0.001', '0.01', '0.1', '1', '0.002', '0.02']);
    const places = ['0.001', '0.01', '0.1', '1'].map((value) => log.place(value));
    expect((places[0] ?? 0) + (places[3] ?? 0)).toBeCloseTo(1);
    expect((places[1] ?? 0) - (places[0] ?? 0)).toBeCloseTo((places[2] ?? 0) - (places[1] ?? 0));
    expect(log.ticks.map(({ words }) => words)).toEqual(['0.001', '0.01', '0.1', '1']);
    expect(rulerOf('x', ['1', '100'], true).place('50.5')).toBeCloseTo(0.5);
    expect(rulerOf('x', ['3', '3']).place('3')).toBeCloseTo(0.5);
  });

  it('leave out what would lie on something else', () => {
    const ruler = rulerOf('x', ['0.001', '0.002', '1e9']);
    expect(ruler.ticks.map(({ words }) => words)).toEqual(['0.001', '0.002', '1e+9']);
    expect(apartBy(ruler, 0.1).map(({ words }) => words)).toEqual(['0.001', '1e+9']);
  });

  it('place words side by side, each once', () => {
    const words = rulerOf('x', ['adam', 'sgd', 'adam', '']);
    expect(words.ticks.map((tick) => tick.words)).toEqual(['adam', 'sgd', '']);
    expect(words.place('sgd')).toBeCloseTo(0.5);
  });
});

describe('drawings of many settings', () => {
  const lines = ['a', 'b', 'c', 'd'].map((name, i) => ({
    name,
    values: [String(i), 'x', String(9 - i)],
  }));

  it('have a line for each, the best last and widest', () => {
    const svg = drawParallel(lines, { title: 'All', axes: ['one', 'two', 'result'] });
    const drawn = [
      ...svg.matchAll(/fill="none" stroke="(#\w+)" stroke-width="([\d.]+)"[^>]*><title>(\w)/g),
    ];
    expect(drawn.map(([, , width, name]) => `${name} ${width}`)).toEqual([
      'd 1',
      'c 1',
      'b 2',
      'a 3.5',
    ]);
    expect(new Set(drawn.map(([, colour]) => colour)).size).toBe(3);
    expect(svg).toContain('best: a');
    // Its result is the largest: it ends highest.
    const ends = [...svg.matchAll(/d="M[^"]* L[\d.]+ ([\d.]+)" fill="none"/g)].map(([, y]) =>
      Number(y),
    );
    expect(ends.at(-1)).toBe(Math.min(...ends));
  });

  it('have a panel for each setting, with a dot for each', () => {
    const dots = lines.map(({ values }, i) => ({ values: values.slice(0, 2), y: 1 - i / 10 }));
    const svg = drawPanels(dots, { title: 'Each', names: ['one', 'two'], yLabel: 'accuracy' });
    expect(svg.match(/<circle/g)?.length).toBe(8);
    const highest = [...svg.matchAll(/cy="([\d.]+)" r="(\d)"/g)].toSorted(
      (a, b) => Number(a[1]) - Number(b[1]),
    )[0];
    expect(highest?.[2]).toBe('6');
  });
});
