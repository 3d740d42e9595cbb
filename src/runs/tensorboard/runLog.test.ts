import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FoveaError } from '../../base/errors.ts';
import { inProcessRanks } from '../../cluster/inProcess.ts';
import { readEvents } from '../../interop/tensorboard/events.ts';
import type { Event } from '../../interop/tensorboard/proto/schema.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import type { RunEvent } from '../../records/performRun.ts';
import { resumeRun, type TrainRequest, trainRun } from '../trainRun.ts';
import { EventFile } from './eventFile.ts';

const { batchNormalization, conv2d, dense, dropout, flatten } = layers;

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 2, kernelSize: 5, strides: 4, activation: 'tanh', name: 'conv' }),
  batchNormalization({ name: 'norm' }),
  flatten(),
  dropout({ rate: 0.3 }),
  dense({ units: 10, activation: 'softmax', name: 'dense' }),
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
const request = (name: string, changes: Partial<TrainRequest> = {}): TrainRequest => ({
  folder: path.join(home, name),
  spec: structuredClone(spec),
  data: 'digits',
  trainCount: 60,
  testCount: 20,
  backend,
  settings: { epochs: 2, batchSize: 16, validationSplit: 0.2 },
  eventInterval: 0,
  ...changes,
});

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

/** The events of all files of a folder, in TensorBoard's order. */
async function eventsIn(...place: string[]): Promise<Event[]> {
  const folder = path.join(home, ...place);
  const names = (await fs.readdir(folder)).filter((name) => name.includes('tfevents')).sort();
  const files = await Promise.all(names.map((name) => fs.readFile(path.join(folder, name))));
  return files.flatMap(readEvents);
}

/** [step, value] of a scalar; of other summaries, the steps. */
const points = (events: readonly Event[], tag: string) =>
  events.flatMap(({ step, what }) => {
    if (what.case !== 'summary') return [];
    const found = what.value.value.filter((value) => value.tag === tag);
    return found.map(({ value }) => [
      Number(step),
      value.case === 'simpleValue' ? value.value : value.case,
    ]);
  });

const told = { tensorboard: { insides: 1 } };

describe('a run that is told to TensorBoard', () => {
  it('has the bits of one that is not', async () => {
    await all(trainRun(request('plain')));
    await all(trainRun(request('told', told)));
    const weights = (name: string) => fs.readFile(path.join(home, name, 'weights.safetensors'));
    expect(await weights('told')).toEqual(await weights('plain'));
  });

  it('leaves its numbers, pictures, weights, gradients, graph and settings', async () => {
    const seen = await all(trainRun(request('run', told)));
    const train = await eventsIn('run', 'tensorboard', 'train');
    const epochs = seen.filter((event) => event.type === 'epoch');
    const losses = epochs.map(({ epoch, train: { loss } }) => [epoch, Math.fround(loss)]);
    expect(points(train, 'epoch_loss')).toEqual(losses);
    // Three batches an epoch; a point of one batch each, whose mean is the epoch's.
    const batches = points(train, 'batch_loss').map(
      ([step, loss]) => [step, Number(loss)] as const,
    );
    expect(batches.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const mean = batches.slice(3).reduce((sum, [, loss]) => sum + loss / 3, 0);
    expect(mean).toBeCloseTo(epochs[1]?.train.loss ?? 0, 5);
    for (const tag of ['weights/conv/kernel', 'gradients/dense/bias', 'weights/norm/movingMean'])
      expect(points(train, tag), tag).toEqual([0, 3, 6].map((step) => [step, 'histo']));
    expect(points(train, 'gradients/norm/movingMean')).toEqual([]);
    expect(points(train, 'filters/conv/kernel').length).toBe(3);
    expect(points(train, 'data/training')).toEqual([[0, 'image']]);
    expect(train.filter(({ what }) => what.case === 'graphDef').length).toBe(1);
    const validation = await eventsIn('run', 'tensorboard', 'validation');
    expect(points(validation, 'epoch_accuracy').length).toBe(2);
    const test = await eventsIn('run', 'tensorboard', 'test');
    expect(points(test, 'epoch_accuracy').map(([step]) => step)).toEqual([2]);
    const settings = await eventsIn('run', 'tensorboard');
    const tags = settings.flatMap(({ what }) =>
      what.case === 'summary' ? what.value.value.map(({ tag }) => tag) : [],
    );
    expect(tags.map((tag) => tag.split('/')[1])).toEqual([
      ...['experiment', 'session_start_info', 'session_end_info'],
    ]);
  });

  it('goes on by step in a second file, and can be replaced with all its files', async () => {
    const stop = new AbortController();
    const conditions = { ...told, signal: stop.signal };
    for await (const event of trainRun(request('run', conditions)))
      if (event.type === 'batch' && event.batch === 2) stop.abort();
    const folder = path.join(home, 'run');
    await all(resumeRun({ folder, backend, eventInterval: 0, ...told }));
    expect((await fs.readdir(path.join(folder, 'tensorboard', 'train'))).length).toBe(2);
    const train = await eventsIn('run', 'tensorboard', 'train');
    const started = train.filter(({ what }) => what.case === 'sessionLog');
    expect(started.map(({ step }) => Number(step))).toEqual([1, 3]);
    expect(points(train, 'batch_loss').map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(points(train, 'data/training').length).toBe(1);
    await all(trainRun(request('run', { overwrite: true })));
    expect(await fs.readdir(folder)).not.toContain('tensorboard');
  });

  it('is refused before anything is made where the folder that was named cannot be', async () => {
    const file = path.join(home, 'file');
    await fs.writeFile(file, '');
    const wrong = request('run', { tensorboard: { folder: path.join(file, 'logs') } });
    await expect(all(trainRun(wrong))).rejects.toThrow(/cannot write.*tensorboard/s);
    expect(await fs.readdir(home)).toEqual(['file']);
  });

  it.each([8, 14])(
    'goes on, with a word, where the disk is full in the middle (write %i)',
    async (full) => {
      const { append } = EventFile.prototype;
      let written = 0;
      vi.spyOn(EventFile.prototype, 'append').mockImplementation(async function (
        this: EventFile,
        e,
      ) {
        if (++written > full) throw new FoveaError('cannot write: the disk is full (ENOSPC)');
        await append.call(this, e);
      });
      const words: string[] = [];
      const onTrouble = (said: string) => words.push(said);
      const folder = path.join(home, 'logs');
      const seen = await all(trainRun(request('run', { tensorboard: { folder, onTrouble } })));
      expect(words).toEqual([expect.stringMatching(/no more.*disk is full/)]);
      expect(seen.at(-1)?.type).toBe('result');
      expect((await eventsIn('logs', 'run', 'train')).length).toBeGreaterThan(2);
    },
  );

  it('says where what was put off can no longer be written at the end', async () => {
    const { close } = EventFile.prototype;
    vi.spyOn(EventFile.prototype, 'close').mockImplementation(async function (this: EventFile) {
      await close.call(this);
      throw new FoveaError('cannot write: the disk is full (ENOSPC)');
    });
    const words: string[] = [];
    const onTrouble = (said: string) => words.push(said);
    const seen = await all(trainRun(request('run', { tensorboard: { onTrouble } })));
    expect(words).toEqual([expect.stringMatching(/no more.*disk is full/)]);
    expect(seen.at(-1)?.type).toBe('result');
  });

  it('is told by the first of several ranks alone', async () => {
    const ranks = inProcessRanks(2);
    const folders = ranks.map((one) => path.join(home, `logs${one.rank}`));
    const runs = ranks.map((one, i) => {
      const tensorboard = { folder: folders[i] };
      return all(trainRun(request('run', { tensorboard, cluster: { ranks: one } })));
    });
    await Promise.all(runs);
    expect((await fs.readdir(home)).sort()).toEqual(['logs0', 'run']);
    const train = await eventsIn('logs0', 'run', 'train');
    expect(points(train, 'epoch_loss').length).toBe(2);
    // Little time for looks inside: one at the start and one at the end at least.
    const looks = points(train, 'gradients/dense/bias').map(([step]) => step);
    expect([looks[0], looks.at(-1)]).toEqual([0, 6]);
  });
});
