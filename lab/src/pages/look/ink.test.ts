import { expect, it } from 'vitest';
import { readInk, withPoint, writeInk } from './ink.ts';

it('comes back from the address as it was drawn, to a 64th', () => {
  const strokes = [
    [
      [0, 0.5],
      [0.999, 1],
      [0.3333, 0.2],
    ],
    [[0.75, 0.125]],
  ] as const;
  const text = writeInk(strokes);
  expect(text).toHaveLength(2 * 4 + 1);
  const back = readInk(text)!;
  expect(back.map((stroke) => stroke.length)).toEqual([3, 1]);
  back.flat().forEach(([x, y], i) => {
    const [a, b] = strokes.flat()[i];
    expect(Math.abs(x - a)).toBeLessThanOrEqual(1 / 64);
    expect(Math.abs(y - b)).toBeLessThanOrEqual(1 / 64);
  });
  expect(writeInk(back)).toBe(text);
});

it('is nothing where nothing was drawn, and undefined where the text is no ink', () => {
  expect(readInk('')).toEqual([]);
  for (const text of ['A', 'ABC', 'AB.', '.AB', 'A B', 'AB..CD', 'AB'.repeat(3001)])
    expect(readInk(text), text.slice(0, 9)).toBeUndefined();
});

it('leaves out points where the pen rests, and stays on the paper', () => {
  const one = withPoint([], [0.5, 0.5]);
  expect(withPoint(one, [0.505, 0.5])).toBe(one);
  expect(withPoint(one, [0.6, -2])).toEqual([
    [0.5, 0.5],
    [0.6, 0],
  ]);
});
