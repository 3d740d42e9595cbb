import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawPictures } from '../../test/support/drawnPictures.ts';
import { saveModelFiles } from '../../test/support/savedModels.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import type { StateValue } from '../nn/trained.ts';
import { evaluateRun } from './evaluateRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { roundedAccuracy } from './roundedAccuracy.ts';
import { trainRun } from './trainRun.ts';

const { dense, flatten } = layers;
const backend = { backend: 'reference' } as const;

let home: string;
let run: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-rounding-'));
  run = path.join(home, 'run');
  const patterns = { rows: (_: number, y: number) => y % 8 < 4, columns: (x: number) => x % 8 < 4 };
  const { folder } = await drawPictures(home, patterns, 12);
  const spec = sequential({ name: 'tiny', inputShape: [12, 12, 3] }, [
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  const settings = { epochs: 6, batchSize: 4 };
  for await (const _ of trainRun({ folder: run, spec, data: folder, backend, settings }));
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

it('measures the weights as they are and as they are shipped, on the data of the run', async () => {
  const { evaluation } = await evaluateRun({ folder: run, backend });
  const half = await roundedAccuracy({ folder: run, backend }, 'float16');
  expect(half).toMatchObject({
    count: evaluation.count,
    before: evaluation.accuracy,
    after: evaluation.accuracy,
  });
  expect(half.dataset).toContain('folder:');
  // One weight that is huge for every class leaves nothing of the others but zeros.
  const model = await loadModel(run);
  const kernel = model.weights.get('dense/kernel') as StateValue;
  const data = Float32Array.from(kernel.data, (v, i) => (i < 2 ? 1000 : v));
  saveModelFiles(run, {
    ...model,
    weights: new Map([...model.weights, ['dense/kernel', { ...kernel, data }]]),
  });
  const coarse = await roundedAccuracy({ folder: run, backend }, 'int8');
  expect(coarse.before).toBeGreaterThan(0.9);
  expect(coarse.after).toBeLessThan(0.7);
});
