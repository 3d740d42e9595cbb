/** @file Runs that a page keeps, over files in memory: whole or not at all, one trainer at a time, only their own. */
import { zipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';

import { openSession } from '../../backends/select.ts';
import { FoveaError, UsageError } from '../../base/errors.ts';
import { loadDataset } from '../../data/index.ts';
import { modelOf } from '../../models/index.ts';
import type { RunEvent } from '../../records/performRun.ts';
import { packRun } from '../../records/runZip.ts';
import { MemoryFiles } from '../files/storedFiles.ts';
import { freeName } from './runNames.ts';
import { RunStore } from './runStore.ts';
import { type RunOptions, resumeStoredRun, trainStoredRun } from './trainStoredRun.ts';

/** Locks as a browser has them, of one page. */
class Locks {
  readonly held = new Set<string>();
  take = async (name: string) => {
    if (this.held.has(name)) return undefined;
    this.held.add(name);
    return () => void this.held.delete(name);
  };
}

/** Fails at the nth write: by an error, or as a killed writer does, with an empty file and nothing after it. */
class FailingFiles extends MemoryFiles {
  writes = 0;
  failAt = Number.POSITIVE_INFINITY;
  override async write(path: string, bytes: Uint8Array): Promise<void> {
    if (++this.writes >= this.failAt)
      throw new FoveaError({ where: path, problem: 'storage full' });
    await super.write(path, bytes);
  }
}

let files: FailingFiles;
let locks: Locks;
let store: RunStore;
beforeEach(() => {
  [files, locks] = [new FailingFiles(), new Locks()];
  store = new RunStore(files, locks.take);
});

const COUNTS = { trainCount: 60, testCount: 20 };
const OPTIONS: RunOptions = {
  name: 'one',
  settings: { epochs: 2, batchSize: 20, validationSplit: 0.2, seed: 4 },
  ...COUNTS,
};

async function train(options: Partial<RunOptions> = {}, until?: (event: RunEvent) => boolean) {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const place = { session, store, data: await loadDataset('digits', COUNTS), eventInterval: 0 };
  for await (const event of trainStoredRun(modelOf('lenet5'), { ...OPTIONS, ...options }, place)) {
    if (until?.(event)) break;
  }
}

async function resume(name: string, epochs?: number) {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const place = { session, store, data: await loadDataset('digits', COUNTS), eventInterval: 0 };
  const spec = await store.open(name).readSpec();
  for await (const _ of resumeStoredRun(spec, { name, epochs }, place));
}

const weightsOf = async (name: string) => (await store.open(name).readModel()).weights;

describe('a run that a page keeps', () => {
  it('has the files of a run, and is listed', async () => {
    await train();
    const names = [...(await store.open('one').readAll()).keys()];
    expect(names).toEqual([
      'run.json',
      'model.json',
      'weights.safetensors',
      'history.json',
      'history.csv',
      'mistakes.png',
      'report.html',
      'checkpoint/last.safetensors',
      'checkpoint/best.safetensors',
    ]);
    const report = new TextDecoder().decode(await store.open('one').read('report.html'));
    expect(report).toMatch(
      /^<!doctype html>[\s\S]*of 20 test pictures of digits[\s\S]*Filters of the first layer/,
    );
    const [run, ...others] = await store.list();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ name: 'one', fault: null, inUse: false });
    expect(run.record).toMatchObject({ status: 'done', model: 'lenet5', data: COUNTS });
    expect(run.history.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(locks.held.size).toBe(0);
  });

  it('goes on to the bits of a run without a stop, also from the middle of an epoch', async () => {
    await train();
    await train(
      { name: 'two', checkpointEvery: { batches: 1 } },
      (event) => event.type === 'checkpoint' && event.reason === 'interval',
    );
    expect((await store.list()).map(({ record }) => record?.status)).toEqual(['done', 'running']);
    await resume('two');
    expect(await weightsOf('two')).toEqual(await weightsOf('one'));
    await expect(resume('two')).rejects.toThrow(/finished 2 of 2 epochs already/);
    await resume('two', 3);
    expect((await store.list())[1].history).toHaveLength(3);
  });

  it('is whole at every moment, wherever its writer fails', async () => {
    await train();
    const all = files.writes;
    const whole = await weightsOf('one');
    expect(all).toBeGreaterThan(8);
    for (let failAt = 1; failAt <= all; failAt++) {
      [files, locks] = [new FailingFiles(), new Locks()];
      store = new RunStore(files, locks.take);
      files.failAt = failAt;
      await expect(train()).rejects.toThrow('storage full');
      expect(locks.held.size).toBe(0);
      files.failAt = Number.POSITIVE_INFINITY;
      const runs = await store.list();
      expect(runs.map(({ fault }) => fault)).toEqual(runs.map(() => null));
      // Either it never was, or it can be gone on with.
      if (runs.length === 0) expect(await files.list('runs')).toEqual([]);
      else {
        // A report that finds no room costs nothing of the run.
        if (runs[0]?.record?.status !== 'done') await resume('one');
        expect(await weightsOf('one')).toEqual(whole);
      }
    }
  }, 180_000);

  it('that a killed page never placed goes when runs are listed, unless somebody is at it', async () => {
    const run = await store.create('half');
    await run.write('model.json', Uint8Array.of(1));
    expect(await store.list()).toEqual([]);
    expect(await files.list('runs')).toHaveLength(1);
    locks.held.clear(); // as when its page is killed
    expect(await store.list()).toEqual([]);
    expect(await files.list('runs')).toEqual([]);
  });

  it('has one trainer at a time', async () => {
    await train();
    const taken = await store.take('one');
    expect((await store.list())[0].inUse).toBe(true);
    await expect(store.take('one')).rejects.toThrow(/open for training elsewhere.*tab/);
    await expect(store.remove('one')).rejects.toThrow(/open for training elsewhere/);
    await expect(store.create('ONE')).rejects.toThrow(/open for training elsewhere/);
    await taken.close();
    await (await store.take('one')).close();
    expect(locks.held.size).toBe(0);
  });

  it('is not begun over another, and not gone on with as another model or with other data', async () => {
    await train();
    await expect(train()).rejects.toThrow(/exists already in this browser/);
    await expect(train({ name: 'One' })).rejects.toThrow(UsageError);
    await using session = await openSession({ threads: 1, revectorize: 'off' });
    const goOn = async (model: 'lenet5' | 'lenet5-1998', seed: number) => {
      const data = await loadDataset('digits', { ...COUNTS, seed });
      const events = resumeStoredRun(
        modelOf(model),
        { name: 'one', epochs: 3 },
        { session, store, data },
      );
      await events.next();
    };
    await expect(goOn('lenet5-1998', 0)).rejects.toThrow(/another model/);
    await expect(goOn('lenet5', 1)).rejects.toThrow(/not what the run was trained on/);
    expect((await store.list())[0].record?.status).toBe('done');
  });

  it('is removed alone, by its name', async () => {
    await train();
    await train({ name: 'two', settings: { ...OPTIONS.settings, epochs: 1 } });
    await files.write('data/mnist/x', Uint8Array.of(1));
    await store.remove('one');
    expect((await store.list()).map(({ name }) => name)).toEqual(['two']);
    expect(await files.list('data/mnist')).toHaveLength(1);
    await expect(store.remove('../data')).rejects.toThrow(UsageError);
  });

  it('that is broken is listed with its fault', async () => {
    await train();
    await files.write('runs/one/history.json', new TextEncoder().encode('[{"epoch": 1}]'));
    const [run] = await store.list();
    expect(run.fault).toMatch(/history.json: 0.train/);
    expect(run.record?.model).toBe('lenet5');
    await files.write('runs/one/run.json', new TextEncoder().encode('{'));
    expect((await store.list())[0]).toMatchObject({ record: null });
    expect((await store.list())[0].fault).toMatch(/run.json: this is not JSON/);
  });
});

describe('a run as a zip', () => {
  it('is the same run when it is opened again, under a name that is free', async () => {
    await train();
    const zip = await store.save('one');
    const { name, notes } = await store.openZip(zip);
    expect([name, notes]).toEqual(['one-2', []]);
    expect(await store.open('one-2').readAll()).toEqual(await store.open('one').readAll());
  });

  it('of a run that was being trained can be gone on with', async () => {
    await train({}, (event) => event.type === 'epoch');
    const { name } = await store.openZip(await store.save('one'));
    expect((await store.open(name).readRecord()).status).toBe('stopped');
    await resume('one');
    await resume(name);
    expect(await weightsOf(name)).toEqual(await weightsOf('one'));
  });

  it("is opened without a folder, and leaves out what is no run's", async () => {
    await train();
    const contents = Object.fromEntries(await store.open('one').readAll());
    const others = { '__MACOSX/x': Uint8Array.of(1), 'notes.txt': Uint8Array.of(1) };
    const { name, notes } = await store.openZip(new Blob([zipSync({ ...contents, ...others })]));
    expect(name).toBe('lenet5');
    expect(notes).toEqual(['Left out "notes.txt": no file of a run']);
  });

  it('keeps nothing where a file in it is broken', async () => {
    await train();
    const whole = await store.open('one').readAll();
    const text = new TextEncoder();
    const broken = [
      ['run.json', '{"format": "fovea-run-1"}', /run.json/],
      ['model.json', '{"layers": 3}', /model.json/],
      ['weights.safetensors', 'x', /weights.safetensors/],
      ['checkpoint/last.safetensors', 'x', /last.safetensors/],
      ['history.json', '[{}]', /history.json/],
      ['mistakes.png', 'x', /mistakes.png: this is no PNG/],
    ] as const;
    for (const [file, content, words] of broken) {
      const zip = packRun('x', new Map([...whole, [file, text.encode(content)]]));
      await expect(store.openZip(new Blob([zip]))).rejects.toThrow(words);
    }
    const lacking = (...names: string[]) =>
      store.openZip(
        new Blob([packRun('x', new Map([...whole].filter(([name]) => !names.includes(name))))]),
      );
    await expect(lacking('run.json')).rejects.toThrow(/holds no run.json/);
    await expect(lacking('model.json')).rejects.toThrow(/no model.json/);
    await expect(lacking('weights.safetensors')).rejects.toThrow(/no weights.safetensors/);
    const two = zipSync({ 'a/run.json': whole.get('run.json')!, 'b/run.json': text.encode('{}') });
    await expect(store.openZip(new Blob([two]))).rejects.toThrow(/holds 2 runs/);
    expect((await store.list()).map(({ name }) => name)).toEqual(['one']);
  });
});

describe('names of runs', () => {
  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    '.x',
    '-x',
    'con',
    'COM1.txt',
    'x.',
    'a\nb',
    'x'.repeat(81),
  ])('are not %j', async (name) => {
    await expect(store.create(name)).rejects.toThrow(UsageError);
  });

  it('are made free and fit', () => {
    expect(freeName('lenet5', new Set(['lenet5', 'LeNet5-2']))).toBe('lenet5-3');
    expect(freeName('../x', new Set())).toBe('run..-x');
    expect(freeName('a:b', new Set())).toBe('a-b');
    expect(freeName('x'.repeat(300), new Set(['x'.repeat(76)]))).toBe(`${'x'.repeat(76)}-2`);
  });
});
