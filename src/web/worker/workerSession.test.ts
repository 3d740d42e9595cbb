/** @file The typed client against an engine behind a message port, without a browser: the same numbers as `fit`. */
import { afterEach, describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { loadDataset } from '../../data/index.ts';
import { modelOf } from '../../models/index.ts';
import { adam } from '../../nn/optimizers/adam.ts';
import { evaluate } from '../../train/evaluation/evaluate.ts';
import type { FitOptions } from '../../train/events.ts';
import { fit } from '../../train/fit.ts';
import { exciting } from '../../train/prediction/excites.ts';
import type { Snapshot } from '../../train/progress.ts';
import { Asking, serve } from './calls.ts';
import { Engine } from './engine.ts';
import type { EngineCalls, WorkerFitEvent, WorkerFitOptions } from './protocol.ts';
import { WorkerSession } from './workerSession.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

async function openEngine(): Promise<WorkerSession> {
  const { port1, port2 } = new MessageChannel();
  serve(port2, new Engine().calls());
  const asking = new Asking<EngineCalls>(port1);
  port1.start();
  port2.start();
  const facts = await asking.calls.open({ threads: 1, revectorize: 'off' });
  const session = new WorkerSession(asking, facts, () => port1.close());
  opened.push(() => session.close());
  return session;
}

const COUNTS = { trainCount: 200, testCount: 50 };
const OPTIONS = { epochs: 2, batchSize: 64, validationSplit: 0.1 } satisfies WorkerFitOptions;

/** What `fit` gives in this thread. */
async function trainedHere(options: FitOptions = OPTIONS) {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const spec = modelOf('lenet5');
  const digits = await loadDataset('digits', COUNTS);
  let snapshot: Snapshot | undefined;
  for await (const event of fit(session, spec, digits, options)) {
    if (event.type === 'checkpoint') snapshot = await event.snapshot();
  }
  return { snapshot: snapshot!, evaluation: await evaluate(session, spec, digits.test, digits) };
}

/** Means and weights, without seconds. */
const told = ({ states, progress }: Snapshot) => ({
  weights: [...states].map(([name, { data }]) => [name, [...data]]),
  history: progress.history.map(({ seconds: _, waiting: __, ...record }) => record),
});

describe('a session in a worker', () => {
  it('trains and evaluates as a session here does', async () => {
    const engine = await openEngine();
    expect(engine.plan).toMatch(/^wasm, 1 thread, 128-bit lanes/);
    const spec = modelOf('lenet5');
    const digits = await engine.loadDataset('digits', COUNTS);
    const types: string[] = [];
    let snapshot: Snapshot | undefined;
    for await (const event of engine.fit(spec, digits, OPTIONS)) {
      if (event.type !== 'batch') types.push(event.type);
      if (event.type === 'checkpoint') snapshot = await event.snapshot();
    }
    const here = await trainedHere();
    expect(told(snapshot!)).toEqual(told(here.snapshot));
    expect(types).toEqual(['start', 'checkpoint', ...twice('epoch', 'checkpoint'), 'done']);
    const evaluation = await engine.evaluate(spec, digits.test, digits);
    expect(evaluation).toEqual(here.evaluation);
    const weights = await engine.weightsOf(spec, ['conv2d/kernel']);
    expect(weights.get('conv2d/kernel')).toEqual(snapshot!.states.get('conv2d/kernel'));
    const { labels, images } = await engine.pictures(digits.test, [3, 1]);
    const all = await loadDataset('digits', COUNTS);
    expect([...labels]).toEqual([all.test.labels[3], all.test.labels[1]]);
    expect(images.subarray(784)).toEqual(all.test.images.subarray(784, 2 * 784));
  });

  it('finds what excites units as a session here does, with the pictures, borders around them', async () => {
    const engine = await openEngine();
    const digits = await engine.loadDataset('digits', COUNTS);
    const spec = modelOf('lenet5-1998');
    for await (const _ of engine.fit(spec, digits, { epochs: 1, seed: 2 }));
    const options = { units: [1, 4], most: 3 };
    const layer = spec.layers[0]?.name ?? '';
    const { rows, images, labels, ...found } = await engine.exciting(
      { spec },
      digits.test,
      layer,
      options,
    );
    const weights = await engine.weightsOf(spec);
    const session = await openSession({ threads: 1, revectorize: 'off' });
    const all = await loadDataset('digits', COUNTS);
    expect(found).toEqual(await exciting(session, { spec, weights }, all.test, layer, options));
    await session.close();
    const [row = 0] = rows;
    expect(found.units.flatMap(({ pictures }) => pictures.map(({ index }) => index))).toContain(
      row,
    );
    expect(labels[0]).toBe(all.test.labels[row]);
    const middle = Array.from({ length: 28 }, (_, y) =>
      images.subarray(32 * (y + 2) + 2).slice(0, 28),
    );
    expect(middle.flatMap((line) => [...line])).toEqual([
      ...all.test.images.subarray(row * 784, (row + 1) * 784),
    ]);
    expect(images.length).toBe(rows.length * 32 * 32);
  });

  it('takes data of the page, an optimizer made here, and a snapshot to go on from', async () => {
    const engine = await openEngine();
    const digits = await loadDataset('digits', COUNTS);
    const options = { ...OPTIONS, optimizer: adam({ learningRate: 0.01 }) };
    const snapshots: Snapshot[] = [];
    for await (const event of engine.fit(modelOf('lenet5'), digits, options)) {
      if (event.type === 'checkpoint') snapshots.push(await event.snapshot());
    }
    const [, middle, end] = snapshots;
    const again = engine.fit(modelOf('lenet5'), digits, { ...options, resume: middle! });
    let resumed: Snapshot | undefined;
    for await (const event of again) {
      if (event.type === 'checkpoint') resumed = await event.snapshot();
    }
    expect(told(resumed!)).toEqual(told(end!));
    expect(told(end!)).toEqual(told((await trainedHere(options)).snapshot));
  });

  it('steps one batch at a time, shows weights at each, rests, and stops with a checkpoint', async () => {
    const engine = await openEngine();
    const digits = await engine.loadDataset('digits', COUNTS);
    const watch = { weights: ['conv2d/kernel'], every: 1000 };
    const training = engine.fit(modelOf('lenet5'), digits, {
      ...OPTIONS,
      batchSize: 32,
      watch,
      paused: true,
    });
    const next = async (): Promise<WorkerFitEvent> => (await training.next()).value!;
    expect([(await next()).type, (await next()).type]).toEqual(['start', 'weights']);
    expect(await next()).toMatchObject({ type: 'checkpoint', reason: 'start' });
    const seen: Float32Array[] = [];
    for (const batch of [1, 2, 3]) {
      const batchEvent = next();
      await training.step();
      expect(await batchEvent).toMatchObject({ type: 'batch', epoch: 1, batch });
      const event = await next();
      if (event.type !== 'weights') throw new Error(event.type);
      expect(event.step).toBe(batch);
      seen.push(event.weights.get('conv2d/kernel')!.data as Float32Array);
    }
    expect(seen[0]).not.toEqual(seen[1]);
    const stopped = next();
    await training.stop();
    expect(await stopped).toMatchObject({ type: 'checkpoint', reason: 'stop' });
    expect(await next()).toMatchObject({ type: 'done', reason: 'stopped', progress: { step: 3 } });
    expect(await training.next()).toEqual({ done: true, value: undefined });
  });

  it('counts steps that were asked for before it rested', async () => {
    const engine = await openEngine();
    const digits = await engine.loadDataset('digits', COUNTS);
    const options = { ...OPTIONS, batchSize: 32, paused: true };
    const training = engine.fit(modelOf('lenet5'), digits, options);
    await Promise.all([training.step(), training.step()]);
    const batches: number[] = [];
    while (batches.at(-1) !== 2) {
      const { value } = await training.next();
      if (value?.type === 'batch') batches.push(value.batch);
    }
    await training.stop();
    for await (const event of training) {
      if (event.type === 'done') expect(event.progress.step).toBe(2);
    }
  });

  it('runs two trainings side by side, each as if it were alone', async () => {
    const engine = await openEngine();
    const digits = await engine.loadDataset('digits', COUNTS);
    const run = async (spec = modelOf('lenet5')) => {
      let snapshot: Snapshot | undefined;
      for await (const event of engine.fit(spec, digits, OPTIONS)) {
        if (event.type === 'checkpoint') snapshot = await event.snapshot();
      }
      return told(snapshot!);
    };
    const [one, other] = await Promise.all([run(), run()]);
    const here = told((await trainedHere()).snapshot);
    expect(one).toEqual(here);
    expect(other).toEqual(here);
  });

  it('looks at and reads a picture with the weights of a training that goes on', async () => {
    const engine = await openEngine();
    const spec = modelOf('lenet5');
    const digits = await engine.loadDataset('digits', COUNTS);
    const training = engine.fit(spec, digits, { ...OPTIONS, paused: true });
    for (const _ of [1, 2]) await training.next();
    const { images } = await engine.pictures(digits.test, [0]);
    const view = await engine.openViewer({ spec, classes: digits.classes });
    const before = await view(images);
    const batch = training.next();
    await training.step();
    await batch;
    const after = await view(images);
    expect(before.stages.map(({ name }) => name)).toEqual(after.stages.map(({ name }) => name));
    expect(after.probabilities).not.toEqual(before.probabilities);
    const read = await engine.openPredictor({ spec, classes: digits.classes });
    const picture = { width: 28, height: 28, channels: 1, pixels: images } as const;
    const { answers } = await read(picture, { asIs: true, top: 10 });
    expect(answers[0]!.class).toBe(digits.classes[after.answer]);
    await Promise.all([view.close(), read.close(), training.return()]);
  });

  it('ends training when the loop is left, and the spec can be trained anew', async () => {
    const engine = await openEngine();
    const spec = modelOf('lenet5');
    const digits = await engine.loadDataset('digits', COUNTS);
    for await (const event of engine.fit(spec, digits, OPTIONS)) if (event.type === 'start') break;
    const types: string[] = [];
    for await (const { type } of engine.fit(spec, digits, { ...OPTIONS, epochs: 1 }))
      types.push(type);
    expect(types.at(-1)).toBe('done');
  });

  it('says faults in our words: wrong settings, functions, what is not there, a closed session', async () => {
    const engine = await openEngine();
    const spec = modelOf('lenet5');
    const digits = await engine.loadDataset('digits', COUNTS);
    const start = (options: WorkerFitOptions) => engine.fit(spec, digits, options).next();
    await expect(start({ epochs: 0 })).rejects.toThrow(/epochs.*received 0/);
    await expect(start({ schedule: () => 0.1 })).rejects.toThrow(/cannot be sent.*plain data/s);
    await expect(engine.evaluate(spec, digits.test, digits)).rejects.toThrow(/holds no weights/);
    await expect(engine.loadDataset('digit' as 'digits')).rejects.toThrow(/did you mean "digits"/);
    await expect(engine.pictures(digits.test, [100])).rejects.toThrow(/row 100.*0 to 49/s);
    await engine.release(digits.test);
    await expect(engine.pictures(digits.test, [0])).rejects.toThrow(
      /another worker, or was released/,
    );
    await engine.close();
    await expect(engine.weightsOf(spec)).rejects.toThrow(/session was closed/);
  });
});

const twice = (...words: string[]): string[] => [...words, ...words];
