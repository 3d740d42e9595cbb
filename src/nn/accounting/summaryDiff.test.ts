import { describe, expect, it } from 'vitest';
import { modelOf } from '../../models/index.ts';
import { diffOf, formatDiff } from './summaryDiff.ts';

describe('two models side by side', () => {
  it('says what CaffeNet does in another order and with other options', () => {
    const diff = diffOf(modelOf('alexnet'), modelOf('alexnet-caffe'));
    const order = diff.rows.slice(0, 4).map(({ left, right }) => [left?.name, right?.name]);
    expect(order).toEqual([
      ['conv1', 'conv1'],
      ['norm1', undefined],
      ['pool1', 'pool1'],
      [undefined, 'norm1'],
    ]);
    expect(diff.rows[0].same).toBe(true);
    expect(diff.rows.find(({ left }) => left?.name === 'dropout6')?.options).toEqual([
      'mode: "2012" | "inverted"',
    ]);
    const text = formatDiff(diff);
    expect(text).toMatch(/^conv1: .* {2}\| {2}conv1/m);
    expect(text).toMatch(/^norm1: .* {2}#$/m);
    expect(text).toMatch(/^conv2: conv2d 5x5, same, groups 2, relu .* {2}# {2}conv2/m);
    expect(text).toContain('11 layers differ (marked #)');
  });

  it('puts layers of like work beside each other', () => {
    const { rows } = diffOf(modelOf('lenet5-1998'), modelOf('lenet5'));
    const right = (name: string) => rows.find(({ left }) => left?.name === name)?.right?.name;
    expect(['s2', 'c3', 'c5', 'f6', 'output'].map(right)).toEqual([
      'average_pooling2d',
      'conv2d_1',
      undefined,
      'dense_1',
      'dense_2',
    ]);
  });

  it('writes words from the left and counts to the right, on both sides', () => {
    const diff = diffOf(modelOf('lenet5-1998'), modelOf('lenet5'));
    const lines = formatDiff(diff).split('\n').slice(2);
    const ends = (half: 'left' | 'right') =>
      diff.rows.flatMap((row, i) => {
        if (row[half] === null) return [];
        const text = half === 'left' ? lines[i].split(/ {2}[#|]/)[0] : lines[i];
        // Where the shape begins, and where each count ends.
        const counts = [...text.matchAll(/(?<=\s)[\d,]+(?=\s|$)/g)].slice(-3);
        const shape = text.indexOf('(', text.lastIndexOf(': '));
        return [[shape, ...counts.map(({ index, 0: count }) => index + count.length)].join()];
      });
    expect(new Set(ends('left')).size).toBe(1);
    expect(new Set(ends('right')).size).toBe(1);
  });

  it('says so where nothing differs', () => {
    const diff = diffOf(modelOf('lenet5'), modelOf('lenet5'));
    expect(diff.rows.every(({ same }) => same)).toBe(true);
    expect(formatDiff(diff)).toContain('Layer by layer the two are the same.');
  });
});
