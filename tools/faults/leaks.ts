/**
 * @file Many sessions one after the other, and many evaluations in one: threads and memory must stay as they are.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { wasmBackend } from '../../src/backends/wasm/index.ts';
import { loadDataset } from '../../src/data/index.ts';
import { modelOf } from '../../src/models/index.ts';
import { evaluate } from '../../src/train/evaluation/evaluate.ts';
import { fit } from '../../src/train/fit.ts';

/** Rounds after which caches are warm. */
const WARM = 20;
const MOST_GROWTH_MB = 64;

const TASKS = '/proc/self/task';
const threads = () => (existsSync(TASKS) ? readdirSync(TASKS).length : 0);
const megabytes = () => process.memoryUsage().rss / 2 ** 20;

/** Throws where threads are left or memory grows; says what it was. */
async function repeat(what: string, times: number, task: () => Promise<unknown>): Promise<string> {
  for (let i = 0; i < WARM; i++) await task();
  const before = { threads: threads(), megabytes: megabytes() };
  for (let i = WARM; i < times; i++) await task();
  const growth = megabytes() - before.megabytes;
  assert.ok(threads() <= before.threads, `${what}: ${threads() - before.threads} threads left`);
  assert.ok(growth < MOST_GROWTH_MB, `${what}: ${growth.toFixed(0)} MB more`);
  return `${what}: ${times}, ${growth.toFixed(1)} MB more after the first ${WARM}, no thread left`;
}

/** A network of LeNet-5's size, trained for one epoch, is evaluated `times` times. */
export async function searchLeaks(times: number): Promise<string[]> {
  const sessions = await repeat('sessions', times, async () => {
    await using session = await wasmBackend.open({ threads: 3 });
    session.compile({ outputs: {}, updates: [] }).close();
  });
  const { train, classes } = await loadDataset('digits', { trainCount: 256, testCount: 1 });
  const spec = modelOf('lenet5');
  await using session = await wasmBackend.open({ threads: 2 });
  for await (const _ of fit(session, spec, { train }, { epochs: 1 }));
  const reserved = session.memory.buffer.byteLength;
  const evaluations = await repeat('evaluations', times, () =>
    evaluate(session, spec, train, { classes }),
  );
  assert.equal(session.memory.buffer.byteLength, reserved, "the session's memory has grown");
  return [sessions, evaluations];
}
