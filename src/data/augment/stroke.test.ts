import { expect, it } from 'vitest';
import { widened } from './stroke.ts';

const plane = (text: string) => {
  const rows = text.trim().split(/\s+/);
  const values = Float32Array.from(rows.join(''), (c) => (c === '#' ? 255 : 0));
  return { width: rows[0].length, height: rows.length, channels: 1, values };
};

it('grows and shrinks bright strokes by a pixel on each side', () => {
  const [thin, wide, wider] = [
    plane('..... ..... ..#.. ..... .....'),
    plane('..... ..#.. .###. ..#.. .....'),
    plane('..#.. .###. ##### .###. ..#..'),
  ];
  expect(widened(thin, 0)).toBe(thin);
  expect(widened(thin, 1)).toEqual(wide);
  expect(widened(thin, 2)).toEqual(wider);
  expect(widened(wider, -1)).toEqual(wide);
  expect(widened(wide, -1)).toEqual(thin);
  expect(widened(thin, -1).values.every((v) => v === 0)).toBe(true);
});

it('keeps channels apart', () => {
  const values = Float32Array.of(255, 0, 0, 0, 0, 9);
  const { values: wide } = widened({ width: 3, height: 1, channels: 2, values }, 1);
  expect([...wide]).toEqual([255, 0, 255, 9, 0, 9]);
});
