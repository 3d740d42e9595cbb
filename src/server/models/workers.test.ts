/** @file Workers that end by themselves: what they had in hand fails, and others take their place. */
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digits } from '../../../test/support/modelServers.ts';
import type { Task } from './tasks.ts';
import { openWorkers, type Workers } from './workers.ts';

const threads: Worker[] = [];
const note = (worker: Worker) => threads.push(worker);
const bugs: unknown[] = [];
let workers: Workers;
beforeAll(async () => {
  process.on('worker', note);
  workers = await openWorkers({
    ...{ folders: [path.resolve(digits)], workers: 1, threads: 1, maxBatch: 1, maxPixels: 1e6 },
    onBug: (error) => bugs.push(error),
  });
});
afterAll(async () => {
  await workers?.close();
  process.off('worker', note);
});

const task = (count: number): Task => ({
  ...{ kind: 'rows', count, rows: { input: new Float32Array(count * 784) } },
});

it('are started again, and nobody waits for one that is gone', async () => {
  expect(workers.restarts).toBe(0);
  const [first] = await workers.run(0, [task(1)]);
  expect(first?.kind).toBe('outputs');
  // Gone while it had nothing to do.
  await threads.at(-1)?.terminate();
  expect(await workers.run(0, [task(1)])).toEqual([first]);
  expect(workers.restarts).toBe(1);
  // Gone with many rows in hand: they fail, the next are answered.
  const [lost, next] = [workers.run(0, [task(4000)]), workers.run(0, [task(1)])];
  const told = expect(lost).rejects.toThrow(/a worker ended \(1\) in the middle of this batch/);
  await threads.at(-1)?.terminate();
  await told;
  expect(await next).toEqual([first]);
  expect(workers.restarts).toBe(2);
  expect(bugs).toEqual([]);
});

it('fail at a batch that is a fault of ours, say so, and go on', async () => {
  await expect(workers.run(9, [task(1)])).rejects.toThrow(/failed at this batch/);
  expect(String(bugs.at(-1))).toMatch(/no model 9/);
  expect((await workers.run(0, [task(1)]))[0]?.kind).toBe('outputs');
});
