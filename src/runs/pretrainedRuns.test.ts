import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { sequential } from '../nn/sequential.ts';
import type { RunEvent } from '../records/performRun.ts';
import type { AskedSettings } from '../records/settings.ts';
import { loadModel } from './folder/modelFiles.ts';
import { resumeRun, trainRun } from './trainRun.ts';

const spec = sequential({ name: 'small', inputShape: [28, 28, 1] }, [
  conv2d({ name: 'conv', filters: 2, kernelSize: 5, strides: 4, padding: 'same' }),
  flatten(),
  dense({ name: 'answer', units: 10, activation: 'softmax' }),
]);

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-pretrain-'));
});
afterAll(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

const backend = { backend: 'reference' } as const;

async function run(name: string, settings: AskedSettings) {
  const folder = path.join(home, name);
  const own = { epochs: 1, batchSize: 20, ...settings };
  const request = { folder, spec, data: 'digits', trainCount: 40, testCount: 10, backend };
  const events: RunEvent[] = [];
  for await (const event of trainRun({ ...request, settings: own })) events.push(event);
  const { weights } = await loadModel(folder);
  return { folder, events, kernel: [...(weights.get('conv/kernel')?.data ?? [])] };
}

it('begins with convolutions that were taught by pictures alone, and says so in its record', async () => {
  const freeze = ['conv'];
  const pretrain = { method: 'autoencoder', epochs: 2, learningRate: 0.01 } as const;
  const drawn = await run('drawn', { freeze });
  const taught = await run('taught', { freeze, pretrain });
  expect(taught.kernel).not.toEqual(drawn.kernel);
  const told = taught.events.filter(({ type }) => type === 'pretrain');
  expect(told).toMatchObject([
    { layer: 'conv', epoch: 1, epochs: 2 },
    { layer: 'conv', epoch: 2, epochs: 2 },
  ]);
  const start = taught.events.find(({ type }) => type === 'start');
  expect(start).toMatchObject({ weights: { taken: ['conv/kernel', 'conv/bias'] } });
  const record = JSON.parse(await fs.readFile(path.join(taught.folder, 'run.json'), 'utf8'));
  expect(record.settings.pretrain).toEqual(pretrain);

  const again = await run('again', { freeze, pretrain });
  expect(again.kernel).toEqual(taught.kernel);
  const other = await run('other', { freeze, pretrain, seed: 1 });
  expect(other.kernel).not.toEqual(taught.kernel);

  // Going on teaches nothing anew.
  const events: RunEvent[] = [];
  for await (const event of resumeRun({ folder: taught.folder, epochs: 2, backend })) {
    events.push(event);
  }
  expect(events.some(({ type }) => type === 'pretrain')).toBe(false);
  const { weights } = await loadModel(taught.folder);
  expect([...(weights.get('conv/kernel')?.data ?? [])]).toEqual(taught.kernel);
});

it('refuses what no convolution fits before a folder is made', async () => {
  const settings = { pretrain: { method: 'rbm', layers: ['conv9'] } } as const;
  await expect(run('wrong', settings)).rejects.toThrow(/no convolution of small is named "conv9"/);
  await expect(fs.access(path.join(home, 'wrong'))).rejects.toThrow();
});
