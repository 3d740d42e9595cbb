import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import type { RunResult } from '../records/finishRun.ts';
import type { RunEvent } from '../records/performRun.ts';
import { evaluateRun } from './evaluateRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const { conv2d, dense, flatten } = layers;

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 2, kernelSize: 5, strides: 4, activation: 'tanh' }),
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(home, { recursive: true, force: true });
});

const backend = { backend: 'reference' } as const;

function request(changes: Partial<TrainRequest> = {}): TrainRequest {
  const { settings, ...rest } = changes;
  return {
    folder: path.join(home, 'run'),
    spec,
    data: 'digits',
    trainCount: 60,
    testCount: 20,
    backend,
    settings: { epochs: 2, batchSize: 16, validationSplit: 0.2, ...settings },
    ...rest,
  };
}

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const resultOf = (events: readonly RunEvent[]) =>
  events.find((event): event is RunResult => event.type === 'result');

describe('trainRun', () => {
  it('leaves everything that is needed to use, repeat and resume the run', async () => {
    const result = resultOf(await all(trainRun(request())));
    const folder = path.join(home, 'run');
    expect((await fs.readdir(folder)).sort()).toEqual([
      'checkpoint',
      'history.csv',
      'history.json',
      'mistakes.png',
      'model.json',
      'run.json',
      'weights.safetensors',
    ]);
    const record = await (await RunFolder.open(folder)).readRecord();
    expect(record).toMatchObject({
      status: 'done',
      model: 'tiny',
      data: { name: 'digits', train: 48, validation: 12, test: 20 },
      settings: { seed: 0, optimizer: { kind: 'adam', learningRate: 0.001, beta1: 0.9 } },
      results: { epochs: 2 },
    });
    const history = JSON.parse(await fs.readFile(path.join(folder, 'history.json'), 'utf8'));
    expect(history.length).toBe(2);
    expect(history[1].train).toEqual(result?.train);
    const model = await loadModel(folder);
    expect(model.spec).toEqual(spec);
    expect(model.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    const again = await evaluateRun({ folder, testCount: 20, backend });
    expect(again.evaluation).toEqual(result?.test);
    const png = await fs.readFile(path.join(folder, 'mistakes.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
  });

  it('keeps the best weights when patience was asked for', async () => {
    const settings = {
      epochs: 30,
      patience: 2,
      optimizer: { kind: 'sgd', learningRate: 3, momentum: 0.9 },
    };
    const result = resultOf(await all(trainRun(request({ settings }))));
    const folder = path.join(home, 'run');
    const history = JSON.parse(await fs.readFile(path.join(folder, 'history.json'), 'utf8'));
    const losses = history.map((h: { validation: { loss: number } }) => h.validation.loss);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    expect(result).toMatchObject({ keptEpoch: best, epochs: history.length });
    expect(result?.validation?.loss).toBe(Math.min(...losses));
    const run = await RunFolder.open(folder);
    const kernel = (await run.readCheckpoint('best'))?.states.get('dense/kernel')?.data;
    expect((await loadModel(folder)).weights.get('dense/kernel')?.data).toEqual(kernel);
  });

  it('records how rows are treated and epochs compared, and resumes to the same bits', async () => {
    const settings = {
      epochs: 2,
      labelSmoothing: 0.1,
      mixup: 0.2,
      classWeights: { '3': 2 },
      monitor: 'accuracy',
      minDelta: 0.01,
    } as const;
    const folder = path.join(home, 'whole');
    await all(trainRun(request({ settings, folder })));
    const { epochs: _, ...rows } = settings;
    const record = await (await RunFolder.open(folder)).readTrainedRecord();
    expect(record.settings).toMatchObject(rows);
    await all(trainRun(request({ settings: { ...settings, epochs: 1 } })));
    await all(resumeRun({ folder: path.join(home, 'run'), epochs: 2, backend }));
    const [whole, resumed] = await Promise.all(
      ['whole', 'run'].map((n) => loadModel(path.join(home, n))),
    );
    expect(resumed.weights).toEqual(whole.weights);
    await all(trainRun(request({ settings: { epochs: 2 }, overwrite: true })));
    expect((await loadModel(path.join(home, 'run'))).weights).not.toEqual(whole.weights);
  });

  it('refuses a function, which a record cannot hold', async () => {
    const schedule = () => 0.1;
    await expect(all(trainRun(request({ settings: { schedule } })))).rejects.toThrow(
      /function, which run.json cannot record/,
    );
  });

  it('refuses to take over what is there, and says the ways out', async () => {
    await all(trainRun(request()));
    await expect(all(trainRun(request()))).rejects.toThrow(
      /this run exists already[\s\S]*resume[\s\S]*overwrite[\s\S]*another folder/,
    );
    await all(trainRun(request({ overwrite: true })));
    const other = path.join(home, 'photos');
    await fs.mkdir(other);
    await fs.writeFile(path.join(other, 'holiday.jpg'), 'precious');
    await expect(all(trainRun(request({ folder: other, overwrite: true })))).rejects.toThrow(
      /holds other things than a run/,
    );
    expect(await fs.readdir(other)).toEqual(['holiday.jpg']);
    expect((await fs.readdir(home)).sort()).toEqual(['photos', 'run']);
  });

  it('keeps the old run where the new one is refused', async () => {
    await all(trainRun(request()));
    const file = path.join(home, 'run', 'weights.safetensors');
    const weights = await fs.readFile(file);
    const backend = { backend: 'wasm', threads: 1 } as const;
    const large = sequential({ name: 'large', inputShape: [28, 28, 1] }, [
      flatten(),
      dense({ units: 1_000_000 }),
      dense({ units: 10, activation: 'softmax' }),
    ]);
    await expect(all(trainRun(request({ spec: large, backend, overwrite: true })))).rejects.toThrow(
      /of memory/,
    );
    expect((await fs.readFile(file)).equals(weights)).toBe(true);
    expect(await fs.readdir(home)).toEqual(['run']);
  });

  it('makes no folder for a request that is wrong', async () => {
    const wrong: [Partial<TrainRequest>, RegExp][] = [
      [{ settings: { batchSize: 0 } }, /batchSize: received 0/],
      [{ settings: { epochs: 0 } }, /epochs: received 0/],
      [{ settings: { optimizer: 'adamm' } }, /unknown optimizer "adamm"[\s\S]*"adam"/],
      [{ settings: { loss: 'mse' } }, /unknown loss "mse"/],
      [{ settings: { schedule: { kind: 'cosine' } } }, /duration/],
      [{ settings: { validationSplit: 1 } }, /validation split 1 is not possible/],
      [{ data: 'mnits' }, /did you mean "mnist"/],
      [
        { spec: sequential({ inputShape: [8, 8, 1] }, [flatten(), dense({ units: 10 })]) },
        /reads \(8, 8, 1\), the pictures of digits are \(28, 28, 1\)/,
      ],
      [
        { spec: sequential({ inputShape: [28, 28, 1] }, [flatten(), dense({ units: 9 })]) },
        /answers with \(9,\), digits has 10 classes/,
      ],
    ];
    for (const [changes, message] of wrong) {
      await expect(all(trainRun(request(changes)))).rejects.toThrow(message);
    }
    expect(await fs.readdir(home)).toEqual([]);
  });

  it('tests by the loss that it was trained by', async () => {
    const settings = { epochs: 1, loss: 'meanSquaredError' };
    const result = resultOf(await all(trainRun(request({ settings }))));
    // Of ten classes a mean of squares is some 0.09, a cross-entropy more than 2.
    expect(result?.train.loss).toBeLessThan(0.2);
    expect(result?.test.loss).toBeLessThan(0.2);
  });

  it('keeps the last good checkpoint when the numbers diverge', async () => {
    const settings = { optimizer: { kind: 'sgd', learningRate: 1e38 } };
    await expect(all(trainRun(request({ settings })))).rejects.toThrow(
      /kept: .*last\.safetensors \(after epoch 0\), the last good checkpoint/,
    );
    const run = await RunFolder.open(path.join(home, 'run'));
    expect((await run.readCheckpoint('last'))?.progress.step).toBe(0);
    expect((await run.readRecord()).status).toBe('stopped');
  });

  it('loses nothing saved when the disk fills up', async () => {
    const events = trainRun(request({ settings: { epochs: 5 } }));
    const open = fs.open.bind(fs);
    const disk = vi.spyOn(fs, 'open');
    const training = (async () => {
      for await (const event of events) {
        if (event.type !== 'checkpoint' || event.reason !== 'epoch') continue;
        disk.mockImplementation(async (file, flags, mode) => {
          const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          if (flags === 'wx') throw full;
          return open(file, flags, mode);
        });
      }
    })();
    await expect(training).rejects.toThrow(/the disk is full \(ENOSPC\)/);
    disk.mockRestore();
    const run = await RunFolder.open(path.join(home, 'run'));
    expect((await run.readCheckpoint('last'))?.progress.epoch).toBe(1);
    const resumed = resultOf(await all(resumeRun({ folder: run.path, backend })));
    expect(resumed?.epochs).toBe(5);
  });
});

describe('a folder that cannot be written', () => {
  it('says so before training, and leaves nothing', async () => {
    const open = fs.open.bind(fs);
    vi.spyOn(fs, 'open').mockImplementation(async (file, flags, mode) => {
      if (flags === 'wx') throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
      return open(file, flags, mode);
    });
    await expect(all(trainRun(request()))).rejects.toThrow(/file system is read-only \(EROFS\)/);
    expect(await fs.readdir(home)).toEqual([]);
  });
});

describe('resumeRun', () => {
  it('gives a finished run more epochs, as if it had had them from the start', async () => {
    await all(trainRun(request({ folder: path.join(home, 'short') })));
    await all(trainRun(request({ folder: path.join(home, 'long'), settings: { epochs: 4 } })));
    await all(resumeRun({ folder: path.join(home, 'short'), epochs: 4, backend }));
    const [short, long] = await Promise.all(
      ['short', 'long'].map((name) => fs.readFile(path.join(home, name, 'weights.safetensors'))),
    );
    expect(short.equals(long)).toBe(true);
  });

  it('goes on to the number of epochs that the run was begun with', async () => {
    const folder = path.join(home, 'run');
    const stop = new AbortController();
    const settings = { epochs: 12, schedule: { kind: 'cosine', duration: 12 } };
    for await (const event of trainRun(request({ settings, signal: stop.signal }))) {
      if (event.type === 'epoch') stop.abort();
    }
    expect(await (await RunFolder.open(folder)).readTrainedRecord()).toMatchObject({
      status: 'stopped',
      results: null,
    });
    const result = resultOf(await all(resumeRun({ folder, epochs: undefined, backend })));
    expect(result?.epochs).toBe(12);
    expect((await (await RunFolder.open(folder)).readTrainedRecord()).settings.epochs).toBe(12);
  });

  it('refuses what is no run, has its epochs, or was begun otherwise', async () => {
    const folder = path.join(home, 'run');
    await expect(all(resumeRun({ folder, backend }))).rejects.toThrow(/there is no such run/);
    await all(trainRun(request()));
    await expect(all(resumeRun({ folder, backend }))).rejects.toThrow(
      /has finished 2 of 2 epochs already[\s\S]*epochs: 7/,
    );
    const other = { folder, backend, epochs: 3, expected: { settings: { seed: 9 } } };
    await expect(all(resumeRun(other))).rejects.toThrow(/seed is 9, in the run 0/);
    await fs.writeFile(path.join(folder, 'run.json'), '{"format": "fovea-run-1"');
    await expect(all(resumeRun({ folder, backend }))).rejects.toThrow(
      /run\.json: this is not JSON/,
    );
    await fs.writeFile(path.join(folder, 'run.json'), '{"format": "fovea-run-1"}');
    await expect(all(resumeRun({ folder, backend }))).rejects.toThrow(/run\.json: status/);
  });

  it('writes the history again where a kill came between an epoch and its history', async () => {
    const folder = path.join(home, 'run');
    await all(trainRun(request()));
    const file = path.join(folder, 'history.json');
    const history = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, JSON.stringify(JSON.parse(history).slice(0, 1)));
    const run = await RunFolder.open(folder);
    await run.writeRecord({ ...(await run.readTrainedRecord()), status: 'running' });
    await all(resumeRun({ folder, backend }));
    expect(await fs.readFile(file, 'utf8')).toBe(history);
  });

  it('refuses a checkpoint that is damaged', async () => {
    const folder = path.join(home, 'run');
    await all(trainRun(request()));
    const file = path.join(folder, 'checkpoint', 'last.safetensors');
    const bytes = await fs.readFile(file);
    await fs.writeFile(file, bytes.subarray(0, bytes.length - 5));
    await expect(all(resumeRun({ folder, epochs: 3, backend }))).rejects.toThrow(
      /last\.safetensors: /,
    );
  });
});
