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

  it('says so where nothing differs', () => {
    const diff = diffOf(modelOf('lenet5'), modelOf('lenet5'));
    expect(diff.rows.every(({ same }) => same)).toBe(true);
    expect(formatDiff(diff)).toContain('Layer by layer the two are the same.');
  });
});
