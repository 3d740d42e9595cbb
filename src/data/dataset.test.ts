import { expect, it } from 'vitest';
import { surround } from './dataset.ts';

it('a border surrounds each picture of a set by itself', () => {
  // Two pictures of 1 x 2 pixels of two channels.
  const framed = surround(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 2], 1);
  const edge = new Array<number>(8).fill(0);
  const picture = (...pixels: number[]) => [...edge, 0, 0, ...pixels, 0, 0, ...edge];
  expect([...framed]).toEqual([...picture(1, 2, 3, 4), ...picture(5, 6, 7, 8)]);
});
