import { expect, it } from 'vitest';
import { checkPictureSize, pictureAt } from './picture.ts';

it('a picture of a set is a view of its own bytes', () => {
  const images = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i);
  const second = pictureAt(images, [1, 3, 3], 1);
  expect(second).toMatchObject({ width: 3, height: 1, channels: 3 });
  expect([...second.pixels]).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17]);
  expect(second.pixels.buffer).toBe(images.buffer);
  expect([...pictureAt(images, [2, 3, 1], 2).pixels]).toEqual([12, 13, 14, 15, 16, 17]);
});

it.each([
  [1, 1, true],
  [65_535, 1, true],
  [1, 65_536, false],
  [8192, 8192, true],
  [8193, 8192, false],
  [0, 5, false],
  [5, 0, false],
  [2.5, 4, false],
  [4, Number.NaN, false],
])('a picture of %d x %d is one: %s', (width, height, isOne) => {
  const check = () => checkPictureSize(width, height, 'a.png');
  if (isOne) expect(check).not.toThrow();
  else expect(check).toThrow(`a.png: a picture of ${width} x ${height}`);
});
