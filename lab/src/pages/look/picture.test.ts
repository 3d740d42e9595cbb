import type { Look } from 'fovea/web';
import { expect, it } from 'vitest';
import {
  chosenUnit,
  nextSample,
  readSample,
  readUnit,
  samplePicture,
  writeSample,
  writeUnit,
} from './picture.ts';

it('takes the nth picture of a digit', () => {
  const labels = Int32Array.of(3, 7, 3, 7, 7);
  const images = new Uint8Array(5 * 784);
  labels.forEach((_, i) => {
    images.fill(i + 1, i * 784, (i + 1) * 784);
  });
  const of = (digit: number, nth: number) =>
    samplePicture({ count: 5, images, labels }, { digit, nth }).pixels[0];
  expect([of(3, 0), of(3, 1), of(7, 2), of(7, 3)]).toEqual([1, 3, 5, 2]);
});

it('goes on to the next of the same digit, round', () => {
  expect(nextSample({ digit: 3, nth: 0 }, 3)).toEqual({ digit: 3, nth: 1 });
  expect(nextSample({ digit: 3, nth: 9 }, 3)).toEqual({ digit: 3, nth: 0 });
  expect(nextSample({ digit: 3, nth: 4 }, 8)).toEqual({ digit: 8, nth: 0 });
});

it('reads what it writes, and nothing else', () => {
  expect(readSample(writeSample({ digit: 7, nth: 12 }))).toEqual({ digit: 7, nth: 12 });
  expect(readUnit(writeUnit({ layer: 'average_pooling2d', index: 5 }))).toEqual({
    layer: 'average_pooling2d',
    index: 5,
  });
  for (const text of ['', '7', 'a.1', '77.1', '7.123']) expect(readSample(text)).toBeUndefined();
  for (const text of ['', 'conv2d', ':3', 'conv2d:x']) expect(readUnit(text)).toBeUndefined();
});

it('looks at the number asked for, or at the largest of the first layer', () => {
  const stage = (name: string, values: readonly number[]) => ({
    name,
    kind: 'conv2d',
    shape: [values.length],
    values: Float32Array.from(values),
  });
  const look = { stages: [stage('input', [9, 0]), stage('a', [1, -3, 2])] } as unknown as Look;
  expect(chosenUnit(look, { layer: 'a', index: 2 })).toEqual({ layer: 'a', index: 2 });
  for (const asked of [undefined, { layer: 'a', index: 3 }, { layer: 'b', index: 0 }])
    expect(chosenUnit(look, asked)).toEqual({ layer: 'a', index: 1 });
});
