import { expect, it } from 'vitest';
import { referenceBackend } from '../../backends/reference/index.ts';
import { dense } from '../../nn/layers/dense.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { sequential } from '../../nn/sequential.ts';
import { score } from './score.ts';

const spec = sequential({ inputShape: [1, 2, 1] }, [
  flatten(),
  dense({ units: 2, activation: 'softmax', name: 'dense' }),
]);
const rows = {
  count: 4,
  images: Uint8Array.of(255, 0, 0, 255, 255, 0, 0, 255),
  labels: Uint8Array.of(0, 1, 0, 1),
};
/** Each class is told by its own pixel, as surely as `sure` says. */
const weights = (sure: number) =>
  new Map([
    ['dense/kernel', { shape: [2, 2], data: Float32Array.of(sure, 0, 0, sure) }],
    ['dense/bias', { shape: [2], data: Float32Array.of(0, 0) }],
  ]);

it('is of the weights that are given, whatever the session holds, and leaves nothing of them there', async () => {
  await using session = await referenceBackend.open();
  const right = await score(session, spec, rows, { weights: weights(9) });
  expect(right.accuracy).toBe(1);
  expect(right.loss).toBeCloseTo(Math.log(1 + Math.exp(-9)), 6);
  const wrong = await score(session, spec, rows, { weights: weights(-9), batchSize: 3 });
  expect(wrong.accuracy).toBe(0);
  expect(wrong.loss).toBeCloseTo(9, 3);
  await expect(score(session, spec, rows)).rejects.toThrow('train');
});

it('puts the border around pictures that the model asks for', async () => {
  await using session = await referenceBackend.open();
  const bordered = sequential({ inputShape: [3, 4, 1], preprocessing: { border: 1 } }, [
    flatten(),
    dense({ units: 2, activation: 'softmax', name: 'dense' }),
  ]);
  // The two pixels in the middle of 3 x 4.
  const kernel = new Float32Array(24);
  kernel[5 * 2] = 9;
  kernel[6 * 2 + 1] = 9;
  const own = new Map(weights(9)).set('dense/kernel', { shape: [12, 2], data: kernel });
  expect((await score(session, bordered, rows, { weights: own })).accuracy).toBe(1);
  const wrong = { ...rows, images: new Uint8Array(12) };
  await expect(score(session, bordered, wrong, { weights: own })).rejects.toThrow(
    /reads \(3, 4, 1\)/,
  );
});
