import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { conv2dTranspose } from '../nn/layers/windows/conv2dTranspose.ts';
import { sequential } from '../nn/sequential.ts';
import { perturbRun } from './perturb.ts';
import { isAutoencoder, scoreRun } from './scoreRun.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const strided = { kernelSize: 5, strides: 4, padding: 'same' } as const;
const spec = sequential({ name: 'rebuild', inputShape: [28, 28, 1] }, [
  conv2d({ name: 'encoder', filters: 3, ...strided, activation: 'relu' }),
  conv2dTranspose({ name: 'decoder', filters: 1, ...strided, activation: 'sigmoid' }),
]);

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-rebuild-'));
});
afterAll(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

const backend = { backend: 'reference' } as const;

async function train(name: string, changes: Partial<TrainRequest> = {}) {
  const folder = path.join(home, name);
  const settings = { epochs: 2, batchSize: 10, validationSplit: 0.2, ...changes.settings };
  const request = { folder, spec, data: 'digits', trainCount: 50, testCount: 20, backend };
  const events = [];
  for await (const event of trainRun({ ...request, ...changes, settings })) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'rebuilt') throw new Error(`it ends with ${last?.type}`);
  const record = await fs.readFile(path.join(folder, 'run.json'), 'utf8');
  return { folder, last, record };
}

describe('a run of an auto-encoder', () => {
  it('has errors and no accuracy, and is scored alike later', async () => {
    const { folder, last, record } = await train('plain');
    const measures = ['loss', 'meanAbsoluteError'];
    for (const measured of [last.train, last.validation, last.test]) {
      expect(Object.keys(measured ?? {}).sort()).toEqual(measures);
    }
    expect(JSON.parse(record).settings).toMatchObject({
      loss: 'meanSquaredError',
      target: 'input',
    });
    expect(record).not.toMatch(/accuracy/i);
    expect(await isAutoencoder(folder)).toBe(true);
    const scored = await scoreRun({ folder, testCount: 20, backend });
    expect(scored.metrics).toEqual(last.test);
    expect(scored).toMatchObject({ loss: 'meanSquaredError', dataset: 'digits', count: 20 });
    // Trained on what it is shown: one more pass rebuilds better.
    const events = [];
    for await (const event of resumeRun({ folder, epochs: 8, backend })) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'rebuilt', epochs: 8 });
    const better = await scoreRun({ folder, testCount: 20, backend });
    expect(better.metrics.loss).toBeLessThan(last.test.loss);
  });

  it('takes another loss of values, and refuses those of classes', async () => {
    const { last, record } = await train('binary', { settings: { loss: 'binaryCrossentropy' } });
    expect(record).toMatch(/"loss": "binaryCrossentropy"/);
    expect(last.test.loss).toBeGreaterThan(0.3); // a logarithm; the mean square is below 0.3
    await expect(train('wrong', { settings: { loss: 'map' } })).rejects.toThrow(
      /map compares classes; the output is compared with input/,
    );
    await expect(fs.access(path.join(home, 'wrong'))).rejects.toThrow();
  });

  it('is refused by what asks for classes', async () => {
    const { folder } = await train('asked');
    await expect(perturbRun({ folder, perturbation: 'noise', backend })).rejects.toThrow(
      /answers with \(28, 28, 1\) for one picture\n.*to be measured by classes/,
    );
  });
});
