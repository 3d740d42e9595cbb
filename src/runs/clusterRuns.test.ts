/** @file Run folders of several ranks, here tasks of one process: what they keep, and how others go on with them. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Collectives } from '../cluster/collectives.ts';
import { inProcessRanks } from '../cluster/inProcess.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import type { RunEvent } from '../records/performRun.ts';
import type { Cluster } from '../train/events.ts';
import { RunFolder } from './folder/runFolder.ts';
import { resumeRun, trainRun } from './trainRun.ts';

const { batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d } = layers;

const spec = sequential({ name: 'towers', inputShape: [28, 28, 1] }, [
  conv2d({ name: 'conv1', filters: 4, kernelSize: 5, strides: 4 }),
  batchNormalization({ name: 'bn' }),
  maxPooling2d({ poolSize: 2 }),
  conv2d({ name: 'conv2', filters: 4, kernelSize: 3, groups: 2, activation: 'relu' }),
  flatten(),
  dropout({ rate: 0.2 }),
  dense({ name: 'fc', units: 10, activation: 'softmax' }),
]);

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-cluster-'));
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

const conditions = { backend: { backend: 'reference' }, load: {} } as const;
const request = () => ({
  ...conditions,
  folder: path.join(home, 'run'),
  spec,
  data: 'digits',
  trainCount: 24,
  testCount: 20,
  settings: { epochs: 1, batchSize: 12, optimizer: { kind: 'sgd', learningRate: 0.05 } },
});

async function ended(events: AsyncIterable<RunEvent>): Promise<void> {
  for await (const _ of events);
}

/** What every rank calls, with its place among them. */
const together = (size: number, run: (ranks: Collectives) => AsyncIterable<RunEvent>) =>
  Promise.all(inProcessRanks(size).map((ranks) => ended(run(ranks))));

const begin = (size: number, how: Omit<Cluster, 'ranks'> = {}) =>
  together(size, (ranks) => trainRun({ ...request(), cluster: { ranks, ...how } }));
const goOn = (size: number, how: Omit<Cluster, 'ranks'> = {}) => {
  const { folder } = request();
  return together(size, (ranks) =>
    resumeRun({ ...conditions, folder, epochs: 2, cluster: { ranks, ...how } }),
  );
};

const recordHere = async () => (await RunFolder.open(request().folder)).readTrainedRecord();
const statesHere = async () => {
  const last = await (await RunFolder.open(request().folder)).readCheckpoint('last');
  return new Map([...last!.states].map(([name, { data }]) => [name, [...data]]));
};
const kept = () => path.join(home, 'kept');
const keep = () => fs.cp(request().folder, kept(), { recursive: true });
const fresh = () => fs.rm(request().folder, { recursive: true });
const putBack = async () => {
  await fresh();
  await fs.cp(kept(), request().folder, { recursive: true });
};

function largestDifference(a: Map<string, number[]>, b: Map<string, number[]>): number {
  expect([...a.keys()]).toEqual([...b.keys()]);
  return Math.max(
    ...[...a].flatMap(([name, own]) => own.map((x, i) => Math.abs(x - b.get(name)![i]))),
  );
}

describe('a run of ranks that share rows', () => {
  it('goes on as it was begun, without being told again', async () => {
    const how = { gradients: 'float16', synchronizedStatistics: true } as const;
    await begin(2, how);
    expect((await recordHere()).cluster).toEqual({ ranks: 2, towers: false, ...how });
    await keep();
    await goOn(2);
    const unsaid = await statesHere();
    expect((await recordHere()).cluster).toEqual({ ranks: 2, towers: false, ...how });
    await putBack();
    await goOn(2, how);
    expect(largestDifference(unsaid, await statesHere())).toBe(0);
    await expect(goOn(2, { gradients: 'float32' })).rejects.toThrow(
      /gradients: is float32, in the run float16/,
    );
  });

  it('keeps what they did while one process goes on', async () => {
    await begin(2);
    await ended(resumeRun({ ...conditions, folder: request().folder, epochs: 2 }));
    const cluster = { ranks: 2, gradients: 'float32', synchronizedStatistics: false };
    expect((await recordHere()).cluster).toMatchObject(cluster);
  });
});

describe('a run of two towers', () => {
  it('is an ordinary one on disk, for one process to go on with', async () => {
    const { folder } = request();
    await ended(trainRun(request()));
    await keep();
    await ended(resumeRun({ ...conditions, folder, epochs: 2 }));
    const whole = await statesHere();
    await putBack();
    await goOn(2, { towers: true });
    expect(largestDifference(whole, await statesHere())).toBeLessThan(1e-6);
    await fresh();
    await begin(2, { towers: true });
    expect((await recordHere()).cluster).toMatchObject({ ranks: 2, towers: true });
    await ended(resumeRun({ ...conditions, folder, epochs: 2 }));
    expect(largestDifference(whole, await statesHere())).toBeLessThan(1e-6);
  });

  it('is refused before its folder is made where the model has none', async () => {
    const single = sequential({ name: 'single', inputShape: [28, 28, 1] }, [
      flatten(),
      dense({ units: 10, activation: 'softmax' }),
    ]);
    const refused = together(2, (ranks) =>
      trainRun({ ...request(), spec: single, cluster: { ranks, towers: true } }),
    );
    await expect(refused).rejects.toThrow(/single has no towers/);
    expect(await fs.readdir(home)).toEqual([]);
  });
});
