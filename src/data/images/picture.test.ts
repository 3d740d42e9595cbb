import { expect, it } from 'vitest';
import { pictureAt } from './picture.ts';

it('a picture of a set is a view of its own bytes', () => {
  const images = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i);
  const second = pictureAt(images, [1, 3, 3], 1);
  expect(second).toMatchObject({ width: 3, height: 1, channels: 3 });
  expect([...second.pixels]).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17]);
  expect(second.pixels.buffer).toBe(images.buffer);
  expect([...pictureAt(images, [2, 3, 1], 2).pixels]).toEqual([12, 13, 14, 15, 16, 17]);
});
