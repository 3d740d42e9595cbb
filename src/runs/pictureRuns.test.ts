import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DrawnPictures, drawPictures } from '../../test/support/drawnPictures.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import type { RunResult } from '../records/finishRun.ts';
import type { RunEvent } from '../records/performRun.ts';
import { evaluateRun } from './evaluateRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-pictures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const backend = { threads: 1, revectorize: 'off' } as const;
const patterns = {
  stripes: (x: number) => (x & 4) !== 0,
  checks: (x: number, y: number) => ((x & 4) ^ (y & 4)) !== 0,
  plain: () => true,
};

const small = (units = 3) =>
  sequential({ name: 'small', inputShape: [24, 24, 3] }, [
    conv2d({ filters: 8, kernelSize: 5, strides: 2, activation: 'relu' }),
    maxPooling2d({ poolSize: 2 }),
    flatten(),
    dense({ units, activation: 'softmax' }),
  ]);

let places: DrawnPictures;
beforeAll(async () => {
  places = await drawPictures(folder, patterns, 20);
});

function request(name: string, data: string, more: Partial<TrainRequest> = {}): TrainRequest {
  return {
    folder: join(folder, name),
    spec: small(),
    data,
    backend,
    augment: 'scale=28,crop,flip,light=0.1,mean=channel',
    settings: { epochs: 4, batchSize: 16, seed: 5, validationSplit: 0.1, optimizer: 'adam' },
    ...more,
  };
}

async function train(events: AsyncIterable<RunEvent>): Promise<RunResult> {
  let result: RunResult | undefined;
  for await (const event of events) if (event.type === 'result') result = event;
  if (result === undefined) throw new Error('no result');
  return result;
}

const weightsOf = (name: string) => readFileSync(join(folder, name, 'weights.safetensors'));

describe('classes of the data', () => {
  it('make the last layer of a model whose classes nobody said, in a run that goes on too', async () => {
    const ten = { spec: small(10), adapts: true } as const;
    const one = { settings: { epochs: 1, batchSize: 16 }, augment: 'none' } as const;
    await train(trainRun(request('adapted', places.folder, { ...ten, ...one })));
    const { spec, classes } = await loadModel(join(folder, 'adapted'));
    expect(spec).toEqual(small(3));
    expect(classes).toEqual(['checks', 'plain', 'stripes']);
    const more = { folder: join(folder, 'adapted'), backend, epochs: 2 };
    await expect(train(resumeRun({ ...more, expected: { spec: small(10) } }))).rejects.toThrow(
      /of another model/,
    );
    await train(resumeRun({ ...more, expected: ten }));
  });

  it('are refused where somebody said other ones', async () => {
    const said = request('refused', places.folder, { spec: small(10), augment: 'none' });
    await expect(train(trainRun(said))).rejects.toThrow(/answers with \(10,\), .* has 3 classes/);
  });
});

describe('a run on pictures that are read while training', () => {
  it.each(['folder', 'shards'] as const)('learns from a %s', async (kind) => {
    const losses: number[] = [];
    const waits: number[] = [];
    let test = { count: 0, accuracy: 0, topK: {} as Readonly<Record<string, number>> };
    for await (const event of trainRun(request(kind, places[kind]))) {
      if (event.type === 'epoch') {
        losses.push(event.train.loss);
        waits.push(event.waiting);
        expect(event.waiting).toBeLessThanOrEqual(event.seconds);
      }
      if (event.type === 'result') test = event.test;
    }
    expect(losses[3]).toBeLessThan(0.9 * losses[0]);
    // The first batch is never there before its threads are.
    expect(waits[0]).toBeGreaterThan(0.001);
    expect(test.count).toBe(6); // every tenth of a class
    expect(Object.keys(test.topK)).toEqual(['1']);
    const { spec } = await loadModel(join(folder, kind));
    expect(spec.preprocessing).toMatchObject({ offset: 0, mean: expect.any(Array) });
    expect(spec.preprocessing.mean).toHaveLength(3);
  });

  it('ends with the same bits for any number of reading threads', async () => {
    await train(trainRun(request('one', places.shards, { reading: { workers: 1 } })));
    await train(trainRun(request('three', places.shards, { reading: { workers: 3 } })));
    expect(weightsOf('three')).toEqual(weightsOf('one'));
  });

  it('ends with the same bits when it was stopped in the middle of an epoch', async () => {
    const stop = new AbortController();
    const stopped = request('stopped', places.shards, {
      signal: stop.signal,
      eventInterval: 0,
    });
    for await (const event of trainRun(stopped)) {
      if (event.type === 'batch' && event.epoch === 2 && event.batch === 2) stop.abort();
    }
    const other = { spec: small(), augment: 'flip' };
    await expect(
      train(resumeRun({ folder: stopped.folder, backend, expected: other })),
    ).rejects.toThrow(/augment: is flip=0.5, in the run scale=28,crop,flip=0.5/);
    await train(resumeRun({ folder: stopped.folder, backend, expected: { spec: small() } }));
    expect(weightsOf('stopped')).toEqual(weightsOf('one'));
  });

  it('is evaluated as it was tested, and by ten crops', async () => {
    const { evaluation } = await evaluateRun({ folder: join(folder, 'one'), backend });
    const ten = await evaluateRun({ folder: join(folder, 'one'), backend, crops: 10 });
    expect(evaluation.count).toBe(6);
    expect(ten.evaluation.count).toBe(6);
    expect(ten.evaluation.loss).not.toBe(evaluation.loss);
  });

  it('refuses a model with another number of classes', async () => {
    const events = trainRun(request('other', places.shards, { spec: small(5) }));
    await expect(train(events)).rejects.toThrow(/answers with \(5,\)|answers with \(5\)/);
  });

  it('refuses words it does not know before anything is made', async () => {
    const events = trainRun(request('words', places.folder, { augment: 'flipp' }));
    await expect(train(events)).rejects.toThrow(/did you mean "flip"/);
    const noPlace = trainRun(request('place', 'folder:'));
    await expect(train(noPlace)).rejects.toThrow(/folder:PATH or shards:GLOB/);
  });
});
