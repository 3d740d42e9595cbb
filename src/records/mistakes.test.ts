import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import type { Evaluation } from '../train/evaluation/classification.ts';
import { mistakesSheet, percentBelow } from './mistakes.ts';

it('shows no confidence as more than it is', () => {
  expect([0.9951, 0.99999, 1, 0.5].map(percentBelow)).toEqual([
    '99.5 %',
    '99.9 %',
    '100.0 %',
    '50.0 %',
  ]);
});

it('is no picture where no mistake was made', async () => {
  const test = { count: 1, images: new Uint8Array(64), labels: new Uint8Array(1) };
  const evaluation = { classes: ['a'], mistakes: [] } as unknown as Evaluation;
  expect(await mistakesSheet(test, evaluation, { shape: [8, 8, 1] })).toBeNull();
});

it('takes room for long names, and no more than a page has', async () => {
  const test = { count: 12, images: new Uint8Array(12 * 64).fill(9), labels: new Uint8Array(12) };
  const sheetOf = async (names: readonly string[]) => {
    const mistakes = Array.from({ length: 12 }, (_, index) => {
      return { index, label: 0, predicted: 1, confidence: 0.9996, loss: 1 };
    });
    const evaluation = { classes: names, mistakes } as unknown as Evaluation;
    const png = await mistakesSheet(test, evaluation, { shape: [8, 8, 1] });
    return decode(png ?? new Uint8Array());
  };
  const [short, long] = [await sheetOf(['a', 'b']), await sheetOf(['a', 'x'.repeat(300)])];
  expect(short.height).toBeLessThan(long.height);
  for (const { width } of [short, long]) expect(width).toBeLessThan(1300);
  expect(long.width).toBeGreaterThan(600);
});
