/** @file Where memory cannot be shared, as on a page that is not isolated: one thread, its own memory, the same bits. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadDataset } from '../../data/index.ts';
import { inputNode } from '../../graph/node.ts';
import { modelOf } from '../../models/index.ts';
import { build } from '../../ops/index.ts';
import { evaluate } from '../../train/evaluation/evaluate.ts';
import type { FitOptions } from '../../train/events.ts';
import { fit } from '../../train/fit.ts';
import type { Session } from '../backend.ts';
import { openSession } from '../select.ts';

afterEach(() => vi.unstubAllGlobals());

/** As a page finds it. */
function takeSharedMemory(isolated?: boolean): void {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  if (isolated !== undefined) vi.stubGlobal('crossOriginIsolated', isolated);
}

const OPTIONS = { epochs: 2, batchSize: 48, validationSplit: 0.1 };
const loaded = loadDataset('digits', { trainCount: 300, testCount: 60 });

/** Weights and evaluation after a short training. */
async function train(session: Session, options: FitOptions = OPTIONS, spec = modelOf('lenet5')) {
  for await (const _ of fit(session, spec, await loaded, options));
  const scope = session.scopeOf(spec);
  const weights: Record<string, number[]> = {};
  for (const { name } of scope.states()) weights[name] = [...(await scope.readState(name))];
  const { test, classes } = await loaded;
  return { spec, weights, evaluation: await evaluate(session, spec, test, { classes }) };
}

describe('memory that is not shared', () => {
  it('trains to the same bits on one thread, whatever was asked for, and says so', async () => {
    await using shared = await openSession({ threads: 1 });
    takeSharedMemory(false);
    await using session = await openSession({ backend: 'wasm', threads: 4 });
    expect(session.threads).toBe(1);
    expect(session.plan).toContain('one thread: the page is not cross-origin isolated');
    expect(await train(session)).toEqual(await train(shared));
  });

  it('says where the runtime itself has none, and nothing where one thread was asked for', async () => {
    takeSharedMemory();
    await using session = await openSession({ backend: 'wasm' });
    expect(session.plan).toContain('one thread: this runtime has no shared memory');
    await using single = await openSession({ backend: 'wasm', threads: 1 });
    expect(single.plan).not.toContain('one thread:');
  });

  it('grows, and what was read before is still there', async () => {
    takeSharedMemory();
    await using session = await openSession({ backend: 'wasm' });
    const doubled = session.compile(doubling(8));
    doubled.input('x').fill(3);
    doubled.run();
    const output = await doubled.output('y');
    session.compile(doubling(10_000_000));
    expect([...output]).toEqual(new Array(8).fill(6));
    doubled.input('x').fill(4);
    doubled.run();
    expect([...(await doubled.output('y'))]).toEqual(new Array(8).fill(8));
  });

  it('grows in the midst of a training, and the step after it reads its rows', async () => {
    const options = { epochs: 1, batchSize: 1, eventInterval: 1e6 };
    await using shared = await openSession({ threads: 1 });
    const alone = await train(shared, options);
    takeSharedMemory();
    await using session = await openSession({ backend: 'wasm' });
    const scope = session.scopeOf(alone.spec);
    const reading = vi.spyOn(scope, 'readState').mockImplementationOnce((name) => {
      session.compile(doubling(1e6));
      return scope.readState(name);
    });
    expect((await train(session, options, alone.spec)).weights).toEqual(alone.weights);
    // The ring of results, after 256 of the 300 steps.
    expect(reading.mock.calls[0]?.[0]).toMatch(/^record/);
  });
});

/** y = x + x of so many numbers. */
function doubling(size: number) {
  const x = inputNode('x', [size]);
  return { outputs: { y: build('add', [x, x]) }, updates: [] };
}
