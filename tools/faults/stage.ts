/**
 * @file The place where runs meet their faults, and the judge of what a fault left.
 *
 * `ready` puts there what stands before; `judge` reads what is left, goes on as a person would (with another
 * number of threads), and throws unless the end has the bits of a run that nothing happened to.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { OpenOptions } from '../../src/backends/select.ts';
import type { RunEvent } from '../../src/records/performRun.ts';
import { loadModel, readSpec } from '../../src/runs/folder/modelFiles.ts';
import { RunFolder } from '../../src/runs/folder/runFolder.ts';
import { isTemporary } from '../../src/runs/folder/wholeFile.ts';
import { resumeRun, type TrainRequest, trainRun } from '../../src/runs/trainRun.ts';
import type { EpochRecord } from '../../src/train/progress.ts';
import type { Kind } from './kinds.ts';

/** How far a run had said to be before it met its fault. */
export interface Told {
  readonly epoch: number;
  readonly batch: number;
}

export interface Stage {
  /** Where the run is; nothing else is in the folder around it. */
  readonly folder: string;
  /** Clears the place and puts there what this kind begins with. */
  ready(): Promise<void>;
  /** Runs the kind as its user would. */
  perform(backend: OpenOptions): AsyncGenerator<RunEvent, void, void>;
  /** Throws where something is half, lost, left over, or in the end of other bits. */
  judge(told: Told | undefined, backend: OpenOptions): Promise<void>;
}

/** Trains the kind once without a fault, to know its bits. `home` is made and kept. */
export async function openStage(home: string, kind: Kind, backend: OpenOptions): Promise<Stage> {
  const [before, whole] = [path.join(home, 'before'), path.join(home, 'whole')];
  const around = path.join(home, 'around');
  const folder = path.join(around, 'run');
  const request: TrainRequest = { ...kind.request, folder, overwrite: kind.before === 'other' };
  await exhaust(trainRun({ ...request, folder: whole, backend }));
  if (kind.before === 'stopped') await trainHalf({ ...request, folder: before, backend });
  if (kind.before === 'other') {
    const settings = { ...request.settings, seed: 99, epochs: 1 };
    await exhaust(trainRun({ ...request, folder: before, settings, backend }));
  }
  const expected = await resultsOf(whole);
  const files = await filesOf(whole);
  const old = kind.before === 'other' ? await filesOf(before) : undefined;
  const perform = (on: OpenOptions) =>
    kind.before === 'stopped'
      ? resumeRun({ ...kind.request, folder, backend: on })
      : trainRun({ ...request, backend: on });
  return {
    folder,
    perform,
    async ready() {
      await fs.rm(around, { recursive: true, force: true });
      await fs.mkdir(around, { recursive: true });
      if (kind.before !== undefined) await fs.cp(before, folder, { recursive: true });
    },
    async judge(told, on) {
      await checkAround(around);
      await bringBack(request, old !== undefined, on);
      const isOld = old !== undefined && isSame(await filesOf(folder), old);
      const isNew = !isOld && (await isThere(folder));
      if (isNew || told !== undefined || kind.before === 'stopped') {
        assert.ok(!isOld, 'the old run stands where the new one had been');
        await checkReached(folder, told);
      }
      if (!isNew) await exhaust(perform(on));
      else await goOn(folder, on);
      assert.deepEqual(await resultsOf(folder), expected);
      assert.deepEqual([...(await filesOf(folder)).keys()], [...files.keys()]);
      assert.deepEqual(await fs.readdir(around), ['run'], 'something is left over');
    },
  };
}

/** A lock file says whose it is; a process that has ended in this one's stead is one that is gone. */
export async function endOfProcess(folder: string): Promise<void> {
  const around = path.dirname(folder);
  for (const name of await fs.readdir(around)) {
    if (!name.startsWith('.run.lock')) continue;
    const file = path.join(around, name);
    const holder = JSON.parse((await fs.readFile(file, 'utf8')) || '{}');
    await fs.writeFile(file, JSON.stringify({ ...holder, pid: 2 ** 22 + 1, begun: '1' }));
  }
}

async function exhaust(events: AsyncIterable<RunEvent>): Promise<void> {
  for await (const _ of events);
}

/** Stops in the middle of the second epoch. */
async function trainHalf(request: TrainRequest): Promise<void> {
  const stop = new AbortController();
  const pace = { checkpointEvery: { batches: 1 }, eventInterval: 0, signal: stop.signal };
  for await (const event of trainRun({ ...request, ...pace })) {
    if (event.type === 'batch' && event.epoch === 2 && event.batch === 2) stop.abort();
  }
}

/** Nothing but the run and what its next trainer clears away. */
async function checkAround(around: string): Promise<void> {
  const ours = /^(run|\.run\.lock(\.[0-9a-f]{12}|\.takeover)?|\.run\.[0-9a-f]{12}\.(new|old))$/;
  for (const name of await fs.readdir(around)) assert.match(name, ours);
}

/** A run that lost its place between two renames comes back by whoever asks for the place. */
async function bringBack(request: TrainRequest, replaces: boolean, on: OpenOptions): Promise<void> {
  if (!replaces || (await isThere(request.folder))) return;
  await assert.rejects(
    exhaust(trainRun({ ...request, overwrite: false, backend: on })),
    /this run exists already/,
  );
}

/** Every file that bears its name is whole, and the last checkpoint is no older than what was told. */
async function checkReached(folder: string, told: Told | undefined): Promise<void> {
  const run = await RunFolder.open(folder);
  await run.readRecord();
  await readSpec(run.file('model.json'));
  if (await isThere(run.file('weights.safetensors'))) await loadModel(folder);
  if (await isThere(run.file('history.json'))) await historyOf(folder);
  await run.readCheckpoint('best');
  const last = await run.readCheckpoint('last');
  assert.ok(last !== undefined, 'the run has no checkpoint');
  const { epoch, batch } = last.progress;
  const reached = (at: Told) => at.epoch * 1e6 + at.batch;
  assert.ok(
    told === undefined || reached({ epoch, batch }) >= reached(told),
    `epoch ${told?.epoch}, batch ${told?.batch} was told of; saved is ${epoch}, ${batch}`,
  );
}

async function goOn(folder: string, backend: OpenOptions): Promise<void> {
  const { status } = await (await RunFolder.open(folder)).readRecord();
  if (status === 'done') await (await RunFolder.take(folder)).close();
  else await exhaust(resumeRun({ folder, backend }));
}

/** What must have the same bits: weights, and history but for the clock. */
async function resultsOf(folder: string): Promise<unknown> {
  const { status, results } = await (await RunFolder.open(folder)).readTrainedRecord();
  return {
    status,
    results: { ...results, seconds: 0 },
    history: (await historyOf(folder)).map((epoch) => ({ ...epoch, seconds: 0, waiting: 0 })),
    weights: await fs.readFile(path.join(folder, 'weights.safetensors')),
  };
}

async function historyOf(folder: string): Promise<EpochRecord[]> {
  return JSON.parse(await fs.readFile(path.join(folder, 'history.json'), 'utf8'));
}

/** Path -> bytes, temporary files left out, in order. */
async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  if (!(await isThere(folder))) return files;
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile() && !isTemporary(entry.name));
  for (const file of paths.map((entry) => path.join(entry.parentPath, entry.name)).sort()) {
    files.set(path.relative(folder, file), await fs.readFile(file));
  }
  return files;
}

function isSame(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): boolean {
  return a.size === b.size && [...a].every(([name, bytes]) => b.get(name)?.equals(bytes) === true);
}

async function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
