import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type EpochRecord,
  evaluate,
  fit,
  layers,
  loadDataset,
  loadModel,
  modelOf,
  openSession,
  saveModel,
  sequential,
} from './index.ts';

describe('the public face', () => {
  it('trains, evaluates and saves a model written layer by layer', async () => {
    const seen: EpochRecord[] = [];
    const console = { log: (event: EpochRecord) => seen.push(event) };
    const small = { trainCount: 1500, testCount: 200 };

    const { conv2d, averagePooling2d, flatten, dense } = layers;
    const lenet5 = sequential({ name: 'lenet5', inputShape: [28, 28, 1] }, [
      conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
      averagePooling2d({ poolSize: 2, strides: 2 }),
      conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }),
      averagePooling2d({ poolSize: 2, strides: 2 }),
      flatten(),
      dense({ units: 120, activation: 'tanh' }),
      dense({ units: 84, activation: 'tanh' }),
      dense({ units: 10, activation: 'softmax' }),
    ]);
    const session = await openSession();
    const digits = await loadDataset('digits', small);
    for await (const event of fit(session, lenet5, digits, { epochs: 5, validationSplit: 0.2 })) {
      if (event.type === 'epoch') console.log(event);
    }
    const { accuracy } = await evaluate(session, lenet5, digits.test, digits);

    expect(lenet5).toEqual(modelOf('lenet5'));
    expect(seen.length).toBe(5);
    expect(seen[4].validation?.accuracy).toBeGreaterThan(0.5);
    expect(accuracy).toBeGreaterThan(0.5);

    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
    try {
      await saveModel(folder, session, lenet5, digits.classes);
      await session.close();
      const fresh = await openSession({ threads: 1 });
      const { spec, weights, classes } = await loadModel(folder);
      const again = await evaluate(fresh, spec, digits.test, { classes, weights });
      expect(again.accuracy).toBe(accuracy);
      await fresh.close();
    } finally {
      await fs.rm(folder, { recursive: true, force: true });
    }
  });
});
