import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import type { RunRecord } from '../../records/runRecord.ts';
import { startOfTraining } from '../../train/progress.ts';
import { RunFolder } from './runFolder.ts';
import { lockFile, lockRun } from './runLock.ts';

let home: string;
let folder: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
  folder = path.join(home, 'run');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(home, { recursive: true, force: true });
});

const spec = sequential({ inputShape: [2] }, [layers.dense({ units: 2 })]);

const record = (model: string): RunRecord => ({
  format: 'fovea-run-1',
  status: 'running',
  versions: { fovea: '0', node: '0' },
  model,
  data: {
    name: 'digits',
    classes: [],
    train: 1,
    validation: 0,
    test: 1,
    trainCount: null,
    testCount: null,
    digests: {},
  },
  settings: {
    epochs: 1,
    batchSize: 1,
    validationSplit: 0,
    seed: 0,
    shuffle: true,
    augmentation: { steps: [], mean: null },
    loss: 'sparseCategoricalCrossentropy',
    optimizer: { kind: 'adam', learningRate: 1 },
    schedule: { kind: 'constant' },
    patience: null,
    freeze: [],
    precision: 'float32',
    watchTest: false,
  },
  from: null,
  backend: { name: 'wasm', threads: 1, plan: '' },
  startedAt: '',
  results: null,
});

const snapshot = {
  states: new Map([['dense/kernel', { shape: [1], data: Float32Array.of(1) }]]),
  progress: startOfTraining({ scale: 1, best: null, waited: 0 }),
};

async function makeRun(model: string, overwrite = false): Promise<void> {
  const run = await RunFolder.create(folder, overwrite);
  await run.begin(record(model), spec);
  await run.writeCheckpoint(snapshot, true);
  await run.publish();
  await run.close();
}

const modelOfRun = async () => (await (await RunFolder.open(folder)).readRecord()).model;
const left = async () => (await fs.readdir(home)).sort();

describe('a new run', () => {
  it('is nowhere to be seen until it is published', async () => {
    const run = await RunFolder.create(folder);
    await run.begin(record('a'), spec);
    expect(await left()).not.toContain('run');
    await run.publish();
    expect(await modelOfRun()).toBe('a');
    await run.writeHistory([]);
    await run.close();
    expect(await left()).toEqual(['run']);
    expect((await fs.readdir(folder)).sort()).toEqual([
      'checkpoint',
      'history.json',
      'model.json',
      'run.json',
    ]);
  });

  it('leaves nothing where it is given up before', async () => {
    const run = await RunFolder.create(folder);
    await run.begin(record('a'), spec);
    await run.writeCheckpoint(snapshot, true);
    await run.close();
    expect(await left()).toEqual([]);
  });

  it('takes an empty folder', async () => {
    await fs.mkdir(folder);
    await makeRun('a');
    expect(await modelOfRun()).toBe('a');
    expect(await left()).toEqual(['run']);
  });
});

describe('overwriting', () => {
  it('keeps the old run until the new one is there', async () => {
    await makeRun('old');
    const run = await RunFolder.create(folder, true);
    await run.begin(record('new'), spec);
    expect(await modelOfRun()).toBe('old');
    await run.publish();
    expect(await modelOfRun()).toBe('new');
    await run.close();
    expect(await left()).toEqual(['run']);
  });

  it('keeps the old run for good where the new one is given up', async () => {
    await makeRun('old');
    const run = await RunFolder.create(folder, true);
    await run.begin(record('new'), spec);
    await run.close();
    expect(await modelOfRun()).toBe('old');
    expect(await left()).toEqual(['run']);
  });

  it('brings the old run back where the name cannot be given', async () => {
    await makeRun('old');
    const run = await RunFolder.create(folder, true);
    await run.begin(record('new'), spec);
    const rename = fs.rename.bind(fs);
    vi.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
      if (String(from).endsWith('.new')) throw Object.assign(new Error('no'), { code: 'EACCES' });
      return rename(from, to);
    });
    await expect(run.publish()).rejects.toThrow(/no permission/);
    await run.close();
    expect(await modelOfRun()).toBe('old');
    expect(await left()).toEqual(['run']);
  });

  it.each([
    ['sources beside a run.json', { 'run.json': '{"my": "tool"}', 'thesis.tex': 'precious' }],
    ['a run.json of another tool', { 'run.json': '{"my": "tool"}' }],
    ['a model without a run', { 'model.json': '{}', 'weights.safetensors': 'numbers' }],
    ['no run', { 'holiday.jpg': 'precious' }],
  ])('refuses a folder with %s', async (_, files) => {
    await fs.mkdir(folder);
    for (const [name, text] of Object.entries(files)) {
      await fs.writeFile(path.join(folder, name), text);
    }
    await expect(RunFolder.create(folder, true)).rejects.toThrow(/it is not overwritten/);
    expect((await fs.readdir(folder)).sort()).toEqual(Object.keys(files).sort());
    expect(await left()).toEqual(['run']);
  });

  it('refuses a run that somebody keeps notes in, and names them', async () => {
    await makeRun('old');
    await fs.writeFile(path.join(folder, 'checkpoint', 'notes.txt'), 'precious');
    await expect(RunFolder.create(folder, true)).rejects.toThrow(
      /other things than a run \(checkpoint\/notes\.txt\)/,
    );
    expect(await modelOfRun()).toBe('old');
  });

  it('refuses a link, and what it leads to stays', async () => {
    await makeRun('old');
    const link = path.join(home, 'link');
    await fs.symlink(folder, link);
    await expect(RunFolder.create(link, true)).rejects.toThrow(/a link to another place/);
    expect(await modelOfRun()).toBe('old');
  });

  it('leaves what was put into the old run meanwhile', async () => {
    await makeRun('old');
    const run = await RunFolder.create(folder, true);
    await run.begin(record('new'), spec);
    await fs.writeFile(path.join(folder, 'notes.txt'), 'precious');
    await expect(run.publish()).rejects.toThrow(/notes\.txt/);
    await run.close();
    expect(await fs.readFile(path.join(folder, 'notes.txt'), 'utf8')).toBe('precious');
  });
});

describe('what a killed trainer left', () => {
  it('is mended by the next: an old run without a new one comes back', async () => {
    await makeRun('old');
    await fs.rename(folder, path.join(home, '.run.0123456789ab.old'));
    await fs.mkdir(path.join(home, '.run.ba9876543210.new', 'checkpoint'), { recursive: true });
    await expect(RunFolder.create(folder)).rejects.toThrow(/this run exists already/);
    expect(await modelOfRun()).toBe('old');
    expect(await left()).toEqual(['run']);
  });

  it('is mended by who goes on with the run', async () => {
    await makeRun('old');
    await fs.rename(folder, path.join(home, '.run.0123456789ab.old'));
    await (await RunFolder.take(folder)).close();
    expect(await modelOfRun()).toBe('old');
    expect(await left()).toEqual(['run']);
  });

  it('is mended by who reads the run, and by many at once', async () => {
    await makeRun('old');
    await fs.rename(folder, path.join(home, '.run.0123456789ab.old'));
    await Promise.all([1, 2, 3].map(() => RunFolder.open(folder).catch(() => undefined)));
    expect((await RunFolder.open(folder)).path).toBe(folder);
    expect(await modelOfRun()).toBe('old');
    expect(await left()).toEqual(['run']);
  });

  it('is nothing where no run ever was, and nothing is made there', async () => {
    await expect(RunFolder.take(folder)).rejects.toThrow('there is no such run');
    await expect(RunFolder.take(path.join(home, 'no', 'run'))).rejects.toThrow('no such run');
    expect(await left()).toEqual([]);
  });

  it('is swept where the new run has its place', async () => {
    await makeRun('new');
    await fs.cp(folder, path.join(home, '.run.0123456789ab.old'), { recursive: true });
    await fs.writeFile(path.join(home, '.run.notes.old'), 'not ours');
    await (await RunFolder.take(folder)).close();
    expect(await left()).toEqual(['.run.notes.old', 'run']);
  });
});

/** Valid JSON that no reader should follow. */
const DEEP = '['.repeat(99) + ']'.repeat(99);

describe('the lock', () => {
  it('lets one trainer at a time in, and says who has it', async () => {
    await makeRun('old');
    const first = await RunFolder.take(folder);
    await expect(RunFolder.take(folder)).rejects.toThrow(
      new RegExp(`is being trained by process ${process.pid} on `),
    );
    await expect(RunFolder.create(folder, true)).rejects.toThrow(/one trainer at a time/);
    await first.close();
    await (await RunFolder.take(folder)).close();
    expect(await left()).toEqual(['run']);
  });

  it('holds while a run is not there yet', async () => {
    const first = await RunFolder.create(folder);
    await expect(RunFolder.create(folder)).rejects.toThrow(/one trainer at a time/);
    await first.close();
  });

  it('of a process that is gone is none; of one with the same number neither', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const gone = { pid, host: os.hostname(), since: '', begun: '1', token: '' };
    await fs.writeFile(lockFile(folder), JSON.stringify(gone));
    await (await lockRun(folder)).release();
    await fs.writeFile(lockFile(folder), JSON.stringify({ ...gone, pid: process.pid }));
    if (process.platform === 'linux') await (await lockRun(folder)).release();
    else await fs.rm(lockFile(folder));
    expect(await left()).toEqual([]);
  });

  it('of another host, or that cannot be read, is believed', async () => {
    const other = { pid: 1, host: 'elsewhere', since: 'noon', begun: null, token: '' };
    await fs.writeFile(lockFile(folder), JSON.stringify(other));
    await expect(lockRun(folder)).rejects.toThrow(/process 1 on elsewhere since noon[\s\S]*remove/);
    for (const text of ['half', JSON.stringify({ ...other, more: JSON.parse(DEEP) })]) {
      await fs.writeFile(lockFile(folder), text);
      await expect(lockRun(folder)).rejects.toThrow(/is being trained by something/);
    }
  });

  it('is given to exactly one of many that find a stale one', async () => {
    for (let round = 0; round < 50; round++) {
      const gone = { pid: 2 ** 22 + 1, host: os.hostname(), since: '', begun: '1', token: '' };
      await fs.writeFile(lockFile(folder), JSON.stringify(gone));
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(folder)));
      const won = tries.filter((t) => t.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0].value.release();
    }
    expect(await left()).toEqual([]);
  });

  it('half written by a trainer that was killed is swept', async () => {
    await fs.writeFile(`${lockFile(folder)}.0123456789ab`, '');
    await (await lockRun(folder)).release();
    expect(await left()).toEqual([]);
  });

  it('that a broken disk keeps is no reason to fail', async () => {
    const lock = await lockRun(folder);
    vi.spyOn(fs, 'rm').mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }));
    await lock.release();
    expect(await left()).toEqual(['.run.lock']);
  });

  it('is not taken away from somebody else on release', async () => {
    const lock = await lockRun(folder);
    const other = JSON.stringify({ pid: 1, host: 'elsewhere', since: '', begun: null, token: '' });
    await fs.writeFile(lockFile(folder), other);
    await lock.release();
    expect(await fs.readFile(lockFile(folder), 'utf8')).toBe(other);
  });
});
