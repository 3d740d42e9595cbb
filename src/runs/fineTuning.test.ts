import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { sequential } from '../nn/sequential.ts';
import type { RunResult } from '../records/finishRun.ts';
import type { RunEvent } from '../records/performRun.ts';
import { originOf } from '../records/startingPoint.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 4, kernelSize: 5, strides: 4, activation: 'tanh' }),
  flatten(),
  dense({ units: 16, activation: 'tanh' }),
  dense({ units: 10, activation: 'softmax' }),
]);

let home: string;
let base: RunResult;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-tuning-'));
  base = await train({ folder: at('base'), settings: { epochs: 6, batchSize: 16 } });
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

const at = (name: string) => path.join(home, name);
const conditions = { backend: { backend: 'wasm', threads: 1 } } as const;
const requestOf = (changes: Partial<TrainRequest>): TrainRequest => ({
  ...conditions,
  folder: at('tuned'),
  spec,
  data: 'digits',
  trainCount: 300,
  testCount: 100,
  ...changes,
});
const train = async (changes: Partial<TrainRequest>) => resultOf(trainRun(requestOf(changes)));

async function resultOf(events: AsyncIterable<RunEvent>): Promise<RunResult> {
  let result: RunResult | undefined;
  for await (const event of events) if (event.type === 'result') result = event;
  if (result === undefined) throw new Error('no result');
  return result;
}

const recordOf = async (name: string) => (await RunFolder.open(at(name))).readTrainedRecord();
const weightsOf = async (name: string) => (await loadModel(at(name))).weights;
const small = { epochs: 1, batchSize: 16, optimizer: { kind: 'sgd', learningRate: 1e-9 } };

describe('a run that begins with another', () => {
  it('starts where that one ended, and says so in its record', async () => {
    const tuned = await train({ folder: at('same'), from: at('base'), settings: small });
    expect(base.test.accuracy).toBeGreaterThan(0.3);
    expect(tuned.test.accuracy).toBe(base.test.accuracy);
    expect(tuned.test.loss).toBeCloseTo(base.test.loss, 5);
    expect((await recordOf('same')).from).toEqual({
      path: at('base'),
      weights: expect.stringMatching(/^[0-9a-f]{64}$/),
      epoch: 6,
      kept: ['conv2d', 'dense', 'dense_1'],
      drawn: [],
    });
    expect((await recordOf('base')).from).toBeNull();
  });

  it('leaves frozen layers as they are, to the bit, and trains the others', async () => {
    const settings = { epochs: 1, batchSize: 16, freeze: ['conv*', 'dense'] };
    await train({ folder: at('frozen'), from: at('base'), settings });
    const [before, after] = [await weightsOf('base'), await weightsOf('frozen')];
    const moved = [...before.keys()].filter((n) => !same(before.get(n)?.data, after.get(n)?.data));
    expect(moved).toEqual(['dense_1/kernel', 'dense_1/bias']);
    expect((await recordOf('frozen')).settings.freeze).toEqual(['conv2d', 'dense']);
  });

  it('draws the last layer anew for other classes, be there as many or not', async () => {
    const start = { ...(await loadModel(at('base'))), path: 'p', record: undefined, digest: '' };
    const letters = [...'abcdefghij'];
    const { origin, initialWeights } = originOf(spec, letters, start);
    expect([origin.kept, origin.drawn]).toEqual([['conv2d', 'dense'], ['dense_1']]);
    expect([...initialWeights.keys()].filter((name) => name.startsWith('dense_1/'))).toEqual([]);
    const digits = start.classes;
    expect(originOf(spec, digits, start).origin.drawn).toEqual([]);
    expect(originOf(spec, digits.toReversed(), start).origin.drawn).toEqual(['dense_1']);
    // What came from elsewhere without names has those of the data, where they are as many.
    const imported = { ...start, record: { status: 'imported' } as never };
    const pets = [...'abcdefghij'];
    expect(originOf(spec, pets, imported).origin.drawn).toEqual([]);
    expect(originOf(spec, pets, start).origin.drawn).toEqual(['dense_1']);
    expect(originOf(spec, pets, { ...imported, classes: pets.toReversed() }).origin.drawn).toEqual([
      'dense_1',
    ]);
    expect(originOf(spec, pets.slice(1), imported).origin.drawn).toEqual(['dense_1']);
  });

  it('takes from a model what fits another; none of it is an error', async () => {
    const start = { ...(await loadModel(at('base'))), path: 'p', record: undefined, digest: '' };
    const wider = sequential({ inputShape: [28, 28, 1] }, [
      conv2d({ filters: 4, kernelSize: 5, strides: 4, activation: 'relu' }),
      flatten(),
      dense({ units: 20, activation: 'relu' }),
      dense({ units: 10, activation: 'softmax' }),
    ]);
    expect(originOf(wider, start.classes, start).origin.kept).toEqual(['conv2d']);
    const other = sequential({ inputShape: [28, 28, 1] }, [
      flatten(),
      dense({ name: 'only', units: 10, activation: 'softmax' }),
    ]);
    expect(() => originOf(other, start.classes, start)).toThrow(/p: no layer of sequential/);
  });

  it('goes on to the same bits when it was stopped', async () => {
    const settings = { epochs: 2, batchSize: 16, freeze: ['conv2d'], seed: 3 };
    await train({ folder: at('whole'), from: at('base'), settings });
    const stop = new AbortController();
    const stopped = requestOf({ folder: at('stopped'), from: at('base'), settings });
    for await (const event of trainRun({ ...stopped, signal: stop.signal, eventInterval: 0 })) {
      if (event.type === 'batch' && event.batch === 5) stop.abort();
    }
    const request = { ...conditions, folder: at('stopped') };
    await expect(
      resultOf(resumeRun({ ...request, expected: { from: at('elsewhere') } })),
    ).rejects.toThrow(/from is .*elsewhere, in the run .*base/);
    await expect(
      resultOf(resumeRun({ ...request, expected: { freeze: ['dense'] } })),
    ).rejects.toThrow(/freeze is dense, in the run conv2d/);
    await resultOf(resumeRun({ ...request, expected: { from: at('base'), freeze: ['conv*'] } }));
    const [whole, resumed] = [await weightsOf('whole'), await weightsOf('stopped')];
    for (const [name, { data }] of whole) expect(same(data, resumed.get(name)?.data)).toBe(true);
  });

  it.each([
    ['its own place', { folder: 'base', overwrite: true }, /write over them[\s\S]*another folder/],
    [
      'a layer that is not there',
      { settings: { freeze: ['conv9'] } },
      /no layer .* "conv9"[\s\S]*"conv2d"/,
    ],
    ['a folder without weights', { from: '.' }, /there is no model file/],
  ])(
    'refuses %s and leaves the base as it was',
    async (_, {
      folder = 'x',
      from = 'base',
      ...rest
    }: { folder?: string; from?: string } & Partial<TrainRequest>, message) => {
      const before = await fs.readFile(path.join(at('base'), 'weights.safetensors'));
      await expect(train({ ...rest, folder: at(folder), from: at(from) })).rejects.toThrow(message);
      expect(await fs.readFile(path.join(at('base'), 'weights.safetensors'))).toEqual(before);
    },
  );
});

const same = (a?: ArrayBufferView, b?: ArrayBufferView) =>
  a !== undefined && b !== undefined && Buffer.compare(bytes(a), bytes(b)) === 0;
const bytes = (a: ArrayBufferView) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
