/** @file Numbers of an auto-encoder as bytes: the preprocessing turned round, and errors in grey levels. */
import { expect, it } from 'vitest';
import { fillBatch } from '../../data/batches/batches.ts';
import { meanError, pixelsOf, rebuiltOf } from './rebuilt.ts';

const images = Uint8Array.from({ length: 12 }, (_, i) => 21 * i);
const one = { count: 1, images, labels: new Int32Array(1) };

it.each([
  { scale: 1 / 255, offset: 0 },
  { scale: 1 / 128, offset: -120 / 128 },
  { scale: [0.5, 2, 0.01], offset: 3, mean: [100, 7, 31] },
  { scale: 1, offset: 0, mean: Array.from({ length: 12 }, (_, i) => 10 * i) },
])('bytes that were made numbers by %o are those bytes again', (preprocessing) => {
  const numbers = new Float32Array(12);
  fillBatch(one, Int32Array.of(0), preprocessing, numbers, new Int32Array(1));
  expect([...pixelsOf(numbers, preprocessing)]).toEqual([...images]);
});

it('holds what lies beyond black and white there', () => {
  expect([...pixelsOf([-0.1, 0.5, 1.2], { scale: 1 / 255, offset: 0 })]).toEqual([0, 128, 255]);
});

it('measures the mean distance', () => {
  expect(meanError([0, 10, 255], [4, 10, 250])).toBe(3);
  expect(rebuiltOf(Uint8Array.of(1, 2), Uint8Array.of(3, 2)).error).toBe(1);
});
