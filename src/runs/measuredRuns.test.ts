import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { drawPictures } from '../../test/support/drawnPictures.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import type { EpochRecord } from '../train/progress.ts';
import { evaluateRun } from './evaluateRun.ts';
import { RunFolder } from './folder/runFolder.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const { dense, flatten } = layers;
const backend = { backend: 'reference' } as const;
const spec = sequential({ name: 'tiny', inputShape: [12, 12, 3] }, [
  flatten(),
  dense({ units: 3, activation: 'softmax' }),
]);

it('keeps what it is measured by, goes on with it and is tested by it', async () => {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
  try {
    const patterns = {
      rows: (_: number, y: number) => y % 8 < 4,
      columns: (x: number) => x % 8 < 4,
      blank: () => true,
    };
    const { folder: data } = await drawPictures(home, patterns, 6);
    const folder = path.join(home, 'run');
    const settings = {
      epochs: 1,
      batchSize: 4,
      metrics: ['top2Accuracy', 'meanSquaredError'],
      watchTest: true,
      monitor: 'top2Accuracy',
      patience: 5,
    } as const;
    const request: TrainRequest = { folder, spec, data, backend, settings };
    const own = { name: 'own', rows: () => undefined as never };
    const refused = trainRun({ ...request, settings: { metrics: [own] } });
    await expect(refused.next()).rejects.toThrow('metrics: received a function');
    for await (const _ of trainRun(request));
    for await (const _ of resumeRun({ folder, backend, epochs: 2 }));
    const run = await RunFolder.open(folder);
    const { settings: kept, results } = await run.readTrainedRecord();
    expect(kept).toMatchObject({ metrics: settings.metrics, monitor: 'top2Accuracy' });
    const history: EpochRecord[] = JSON.parse(await fs.readFile(run.file('history.json'), 'utf8'));
    for (const { train, test } of history) {
      for (const measured of [train, test]) {
        expect(Object.keys(measured?.metrics ?? {})).toEqual(['top2Accuracy', 'meanSquaredError']);
      }
    }
    expect(history).toHaveLength(2);
    const { evaluation } = await evaluateRun({ folder, backend });
    expect(results?.test.metrics).toEqual(evaluation.metrics);
    const asked = await evaluateRun({ folder, backend, metrics: ['meanAbsoluteError'] });
    expect(Object.keys(asked.evaluation.metrics ?? {})).toEqual(['meanAbsoluteError']);
  } finally {
    await fs.rm(home, { recursive: true, force: true });
  }
});
