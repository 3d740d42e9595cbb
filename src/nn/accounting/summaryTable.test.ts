import { describe, expect, it } from 'vitest';
import { modelOf } from '../../models/index.ts';
import { layers } from '../layers/index.ts';
import { sequential } from '../sequential.ts';
import { summarize } from './summary.ts';
import { formatSummary } from './summaryTable.ts';

const rulesOf = (text: string) => text.split('\n').filter((line) => /^_+$/.test(line));

describe('tables as wide as asked for', () => {
  const summary = summarize(modelOf('lenet5'));
  const [whole] = rulesOf(formatSummary(summary, { width: 1000 }));

  it('are one where it just fits, and more where it does not', () => {
    expect(rulesOf(formatSummary(summary, { width: whole.length }))).toEqual([whole]);
    expect(rulesOf(formatSummary(summary, { width: whole.length - 1 })).length).toBe(2);
  });

  it.each([60, 70, 80, 100, 120])('keep to %i characters', (width) => {
    for (const line of rulesOf(formatSummary(summary, { width }))) {
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it('show every column once, whatever the width', () => {
    const titles = ['Output Shape', 'Param #', 'Connections', 'Multiply-adds', 'Receptive field'];
    for (const width of [40, 80, 200]) {
      const headings = formatSummary(summary, { width })
        .split('\n')
        .filter((line) => /^Layer /.test(line))
        .join(' ');
      for (const title of titles) expect(headings.split(title).length, title).toBe(2);
    }
  });

  it('take 100 characters where nothing is said', () => {
    const named = (length: number) =>
      summarize(
        sequential({ inputShape: [4, 4, 1] }, [layers.flatten({ name: 'a'.repeat(length) })]),
      );
    const widthOf = (length: number) =>
      Math.max(...rulesOf(formatSummary(named(length))).map((rule) => rule.length));
    const widths = Array.from({ length: 30 }, (_, i) => widthOf(i + 1));
    expect(Math.max(...widths)).toBe(100);
  });
});
