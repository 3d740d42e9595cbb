/** @file What an optimizer measures before each pass: on which rows, and how often. */
import { expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import type { Split } from '../data/dataset.ts';
import { dense } from '../nn/layers/dense.ts';
import { levenbergMarquardt } from '../nn/optimizers/levenbergMarquardt.ts';
import { sequential } from '../nn/sequential.ts';
import type { FitOptions } from './events.ts';
import { fit } from './fit.ts';

const COUNT = 40;
const train: Split = {
  count: COUNT,
  images: Uint8Array.from({ length: COUNT * 4 }, (_, i) => (i * 89 + ((i * i) % 13) * 31) % 256),
  labels: Uint8Array.from({ length: COUNT }, (_, i) => (i * i * 7 + i) % 3),
};

/** The scales of the weights' rates after each epoch; the weights stand still. */
async function scalesOf(
  patterns: number,
  options: FitOptions,
  damping: { readonly mu: number; readonly lossUnit?: number } = { mu: 0.01 },
): Promise<Float32Array[]> {
  await using session = await openSession({ backend: 'reference' });
  const spec = sequential({ inputShape: [4] }, [dense({ units: 3, activation: 'softmax' })]);
  const optimizer = levenbergMarquardt({ patterns, ...damping, learningRate: 1e-30 });
  const scales: Float32Array[] = [];
  for await (const event of fit(session, spec, { train }, { ...options, optimizer })) {
    if (event.type !== 'checkpoint' || event.reason !== 'epoch') continue;
    const { states } = await event.snapshot();
    scales.push(states.get('levenbergMarquardt/scale/dense/kernel')?.data as Float32Array);
  }
  return scales;
}

it('curvatures are measured on as many rows as there are, whatever a batch has', async () => {
  const [all] = await scalesOf(500, { epochs: 1, batchSize: COUNT });
  const [fewAtATime] = await scalesOf(500, { epochs: 1, batchSize: 3 });
  expect(Array.from(fewAtATime)).toEqual(Array.from(all, (x) => expect.closeTo(x, 4)));
  expect(new Set(all).size).toBeGreaterThan(4);
});

it('curvatures are measured anew before each pass, on rows that seed and pass choose', async () => {
  const options = { epochs: 3, batchSize: 7, seed: 5 };
  const [first, second, third] = await scalesOf(6, options);
  expect(second).not.toEqual(first);
  expect(third).not.toEqual(second);
  expect(await scalesOf(6, options)).toEqual([first, second, third]);
  expect((await scalesOf(6, { ...options, seed: 6 }))[0]).not.toEqual(first);
});

it('curvatures of a loss in another unit are damped in that unit', async () => {
  const options = { epochs: 1, batchSize: COUNT };
  const [plain] = await scalesOf(500, options, { mu: 0.05 });
  const [larger] = await scalesOf(500, options, { mu: 0.01, lossUnit: 5 });
  expect(larger).toEqual(plain);
  expect((await scalesOf(500, options))[0]).not.toEqual(plain);
});
