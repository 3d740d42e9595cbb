import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawPictures } from '../../test/support/drawnPictures.ts';
import { readSafetensors, writeSafetensors } from '../interop/safetensors/safetensors.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import type { RunEvent } from '../records/performRun.ts';
import { isRunRecord } from '../records/runRecord.ts';
import { evaluateRun } from './evaluateRun.ts';
import { RunFolder } from './folder/runFolder.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const { dense, flatten } = layers;
const backend = { backend: 'reference' } as const;
const spec = sequential({ name: 'tiny', inputShape: [12, 12, 3] }, [
  flatten(),
  dense({ units: 3, activation: 'softmax' }),
]);

let home: string;
let request: TrainRequest;
let pictures: string;
let run: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
  const patterns = {
    rows: (_: number, y: number) => y % 8 < 4,
    columns: (x: number) => x % 8 < 4,
    checks: (x: number, y: number) => x % 8 < 4 !== y % 8 < 4,
  };
  const { folder } = await drawPictures(home, patterns, 6);
  pictures = folder.slice('folder:'.length);
  run = path.join(home, 'run');
  request = {
    folder: run,
    spec,
    data: folder,
    backend,
    settings: { epochs: 1, batchSize: 4 },
  };
  await all(trainRun(request));
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const evaluateIt = () => evaluateRun({ folder: run, backend });
const goOn = () => all(resumeRun({ folder: run, backend, epochs: 2 }));

describe('a run whose data has changed', () => {
  it('is neither tested nor gone on with where a class has another name', async () => {
    await fs.rename(path.join(pictures, 'columns'), path.join(pictures, 'a'));
    try {
      await expect(evaluateIt()).rejects.toThrow(/class 1 of .* is "a", of the network "checks"/);
      await expect(goOn()).rejects.toThrow(/a class was renamed|in another order/);
    } finally {
      await fs.rename(path.join(pictures, 'a'), path.join(pictures, 'columns'));
    }
    expect((await evaluateIt()).evaluation.count).toBeGreaterThan(0);
  });

  it('is not gone on with where pictures are missing', async () => {
    const aside = path.join(home, 'aside');
    await fs.mkdir(aside);
    const names = (await fs.readdir(path.join(pictures, 'rows'))).slice(0, 4);
    for (const name of names) {
      await fs.rename(path.join(pictures, 'rows', name), path.join(aside, name));
    }
    try {
      await expect(goOn()).rejects.toThrow(/is not what the run was trained on so far/);
    } finally {
      for (const name of names) {
        await fs.rename(path.join(aside, name), path.join(pictures, 'rows', name));
      }
    }
  });
});

describe('a run with a number that is none', () => {
  it('in its weights is not tested', async () => {
    const file = path.join(run, 'weights.safetensors');
    const bytes = await fs.readFile(file);
    const { tensors, metadata } = readSafetensors(bytes, file);
    tensors.get('dense/bias')?.data.fill(Number.NaN);
    await fs.writeFile(file, writeSafetensors(tensors, metadata));
    await expect(evaluateIt()).rejects.toThrow(/"dense\/bias" holds NaN or Infinity/);
    await fs.writeFile(file, bytes);
  });

  it('in its test results is read back all the same', async () => {
    const file = path.join(run, 'run.json');
    const record = JSON.parse(await fs.readFile(file, 'utf8'));
    record.results.test = { loss: null, accuracy: null };
    await fs.writeFile(file, JSON.stringify(record));
    expect((await (await RunFolder.open(run)).readTrainedRecord()).results?.test.loss).toBeNaN();
  });

  it('in the test figures of an epoch is gone on with', async () => {
    const request2 = { ...request, folder: path.join(home, 'watched') };
    await all(trainRun({ ...request2, settings: { ...request.settings, watchTest: true } }));
    const folder = await RunFolder.open(request2.folder);
    const kept = await folder.readCheckpoint('last');
    if (kept === undefined) throw new Error('no checkpoint');
    const [first] = kept.progress.history;
    const test = { loss: Number.POSITIVE_INFINITY, accuracy: 0 };
    kept.progress.history[0] = { ...first, test };
    await folder.writeCheckpoint(kept, false);
    expect((await folder.readCheckpoint('last'))?.progress.history[0].test?.loss).toBeNaN();
  });
});

describe('test pictures of which none can be read', () => {
  it('give a run that says so and can be read', async () => {
    const broken = path.join(home, 'broken');
    await fs.cp(pictures, path.join(broken, 'train'), { recursive: true });
    await fs.cp(pictures, path.join(broken, 'test'), { recursive: true });
    for (const name of await fs.readdir(path.join(broken, 'test'))) {
      for (const picture of await fs.readdir(path.join(broken, 'test', name))) {
        await fs.writeFile(path.join(broken, 'test', name, picture), 'no picture');
      }
    }
    const folder = path.join(home, 'unseen');
    const events = await all(trainRun({ ...request, folder, data: `folder:${broken}` }));
    expect(events.at(-1)).toMatchObject({ type: 'result', test: { count: 0 } });
    const record = await (await RunFolder.open(folder)).readTrainedRecord();
    expect(record).toMatchObject({ status: 'done', results: { epochs: 1 } });
    expect(record.results?.test.accuracy).toBeNaN();
    await expect(evaluateRun({ folder, backend })).rejects.toThrow(
      /none of the 18 test pictures .* could be read/,
    );
  });
});

describe('isRunRecord', () => {
  it.each([
    ['{"format": "fovea-run-1"}', true],
    ['{"format": "other"}', false],
    ['{"format": 1}', false],
    ['{"format"', false],
    [`{"format": "fovea-run-1", "deep": ${'['.repeat(99)}${']'.repeat(99)}}`, false],
    ['null', false],
    ['[]', false],
  ])('%s: %s', (text, expected) => expect(isRunRecord(text)).toBe(expected));
});
