import { expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { predictBatch } from './batchPrediction.ts';
import { coveredPictures, occlusionMap } from './occlusion.ts';

it('covers a square at every place, cut off at the edge', () => {
  const picture = new Uint8Array(5 * 4 * 2).fill(9);
  const { pixels, rows, columns } = coveredPictures(picture, [5, 4, 2], {
    size: 3,
    stride: 2,
    fill: 1,
  });
  expect([rows, columns]).toEqual([3, 2]);
  expect(pixels.subarray(0, 40)).toEqual(picture);
  // The place at row 2, column 2: rows 1 to 3, columns 1 to 3.
  const covered = pixels.subarray(40 * 4, 40 * 5);
  const seen = Array.from({ length: 20 }, (_, i) => covered[2 * i]);
  expect(seen).toEqual([9, 9, 9, 9, 9, 1, 1, 1, 9, 1, 1, 1, 9, 1, 1, 1, 9, 9, 9, 9]);
  expect(pixels.filter((v, i) => i >= 40 && i < 80 && v === 1)).toHaveLength(2 * 2 * 2);
});

it('finds the one pixel that a network looks at', async () => {
  const { flatten, dense } = layers;
  const spec = sequential({ inputShape: [6, 6, 1] }, [
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  const kernel = new Float32Array(36 * 2);
  const [row, column] = [2, 4];
  kernel[(row * 6 + column) * 2 + 1] = 3;
  const weights = new Map([
    ['dense/kernel', { shape: [36, 2], data: kernel }],
    ['dense/bias', { shape: [2], data: new Float32Array(2) }],
  ]);
  const session = await openSession({ backend: 'reference' });
  const { pixels } = coveredPictures(new Uint8Array(36).fill(255), [6, 6, 1], { size: 1 });
  const { output } = await predictBatch(session, { spec, weights }, pixels);
  const map = occlusionMap(output, 1);
  const yes = 1 / (1 + Math.exp(-3));
  map.forEach((fall, i) => {
    expect(fall).toBeCloseTo(i === row * 6 + column ? yes - 0.5 : 0, 6);
  });
  session.close();
});
