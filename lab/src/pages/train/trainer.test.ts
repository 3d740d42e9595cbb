/** @file The page's training against an engine behind a message port: the numbers of `fit`, and what may go wrong. */
import { FoveaError, fit, loadDataset, modelOf, openSession, type WorkerSession } from 'fovea/web';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryFiles } from '../../../../src/web/files/storedFiles.ts';
import { RunStore } from '../../../../src/web/store/runStore.ts';
import { Asking, serve } from '../../../../src/web/worker/calls.ts';
import { Engine } from '../../../../src/web/worker/engine.ts';
import type { EngineCalls } from '../../../../src/web/worker/protocol.ts';
import { WorkerSession as Session } from '../../../../src/web/worker/workerSession.ts';
import { readFields } from '../../frame/state/fields.ts';
import { allowed } from './machine.ts';
import { stepOf } from './record.ts';
import { type TrainSettings, trainFields } from './settings.ts';
import { type Surroundings, Trainer } from './trainer.ts';

const COUNTS = { trainCount: 320, testCount: 60 };
const settingsOf = (query: string): TrainSettings =>
  readFields(trainFields, new URLSearchParams(query));

/** Runs that are kept. */
let store = new RunStore(new MemoryFiles(), async () => () => {});

const trainers: Trainer[] = [];
const ports: MessagePort[] = [];
/** The pages' sides of the engines that were opened. */
const askings: Asking<EngineCalls>[] = [];
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.close();
  for (const port of ports.splice(0)) port.close();
  askings.length = 0;
  store = new RunStore(new MemoryFiles(), async () => () => {});
});

/** As when the browser ends every worker. */
function endWorkers(): void {
  for (const port of ports.splice(0)) port.close();
  for (const asking of askings.splice(0)) asking.lose(new FoveaError('the worker is gone'));
}

async function openEngine(): Promise<WorkerSession> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(port2, new Engine(async () => store).calls());
  const asking = new Asking<EngineCalls>(port1);
  askings.push(asking);
  port1.start();
  port2.start();
  const facts = await asking.calls.open({ threads: 1, revectorize: 'off' });
  return new Session(asking, facts, () => port1.close());
}

function openTrainer(others: Partial<Surroundings> = {}): Trainer {
  const trainer = new Trainer({
    openEngine,
    loadData: (session, { name }) => session.loadDataset(name as never, COUNTS),
    dataKey: ({ name }) => name,
    ...others,
  });
  trainers.push(trainer);
  return trainer;
}

const until = (trainer: Trainer, holds: (trainer: Trainer) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!holds(trainer)) return;
      stop();
      resolve();
    };
    const stop = trainer.listen(look);
    look();
  });
const phaseIs =
  (...phases: string[]) =>
  (trainer: Trainer) =>
    phases.includes(trainer.state.phase);
const sideOf = (trainer: Trainer, i = 0) => trainer.state.sides[i]!;
const losses = (trainer: Trainer, i = 0) =>
  sideOf(trainer, i).history.map(({ train }) => train.loss);

/** What `fit` gives in this thread. */
async function fitted(options: Record<string, unknown>, query: { epochs: number; batch: number }) {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const digits = await loadDataset('digits', COUNTS);
  const found: number[] = [];
  const { epochs, batch: batchSize } = query;
  const optimizer = { kind: 'adam', learningRate: 0.003 };
  const events = fit(session, modelOf('lenet5', options), digits, {
    epochs,
    batchSize,
    seed: 5,
    optimizer,
  });
  for await (const event of events) if (event.type === 'epoch') found.push(event.train.loss);
  return found;
}

describe('training on the page', () => {
  it('gives the losses of fit, for one network and for two side by side', async () => {
    const one = openTrainer();
    await one.play(settingsOf('epochs=2&batch=64&seed=5'));
    await until(one, phaseIs('done', 'failed'));
    expect(one.state.failure).toBeNull();
    expect(losses(one)).toEqual(await fitted({}, { epochs: 2, batch: 64 }));

    await one.reset();
    await one.play(settingsOf('epochs=2&batch=64&seed=5&two=1&activation=relu&pooling2=max'));
    await until(one, phaseIs('done', 'failed'));
    expect(losses(one, 0)).toEqual(await fitted({ activation: 'relu' }, { epochs: 2, batch: 64 }));
    expect(losses(one, 1)).toEqual(await fitted({ pooling: 'max' }, { epochs: 2, batch: 64 }));
    expect(one.state.sides.map(({ label }) => label)).toEqual([
      'ReLU, its own pooling',
      'its own activation, max pooling',
    ]);
  });

  it('ends at the same numbers when it was stepped, paused and resumed', async () => {
    const trainer = openTrainer();
    const settings = settingsOf('epochs=1&batch=64&seed=5');
    await trainer.step(settings);
    await until(trainer, (t) => stepOf(sideOf(t)) === 1);
    expect(trainer.state.phase).toBe('paused');
    expect(sideOf(trainer).points).toHaveLength(1);
    await trainer.step(settings);
    await until(trainer, (t) => stepOf(sideOf(t)) === 2);
    await trainer.play(settings);
    await trainer.pause();
    expect(allowed(trainer.state)).toEqual({ pause: false, step: true, reset: true });
    await trainer.play(settings);
    await until(trainer, phaseIs('done', 'failed'));
    expect(losses(trainer)).toEqual(await fitted({}, { epochs: 1, batch: 64 }));
  });

  it('tests after an epoch, with pictures of the mistakes', async () => {
    const trainer = openTrainer();
    await trainer.play(settingsOf('epochs=1&batch=64'));
    await until(trainer, (t) => t.state.sides[0]?.tested != null);
    const { evaluation, pictures } = sideOf(trainer).tested!;
    expect(evaluation.confusion.flat().reduce((a, b) => a + b)).toBe(COUNTS.testCount);
    expect(pictures.images.length).toBe(28 * 28 * pictures.mistakes.length);
    expect(pictures.mistakes.length).toBeGreaterThan(0);
    expect(sideOf(trainer).weights?.weights.get('conv2d/kernel')?.shape).toEqual([5, 5, 1, 6]);
  });

  it('starts anew in the midst of a run, and hears nothing of the old one', async () => {
    const trainer = openTrainer();
    await trainer.play(settingsOf('epochs=50&batch=64'));
    await until(trainer, (t) => sideOf(t).points.length > 0);
    const reset = trainer.reset();
    expect(trainer.state.sides).toEqual([]);
    await reset;
    await trainer.play(settingsOf('epochs=1&batch=64&seed=5'));
    await until(trainer, phaseIs('done', 'failed'));
    expect(losses(trainer)).toEqual(await fitted({}, { epochs: 1, batch: 64 }));
  });
});

describe('a run that is kept', () => {
  const openStore = async () => store;

  it('is gone on with, to the same bits, and gets more epochs where it is done', async () => {
    const first = openTrainer({ openStore });
    await first.step(settingsOf('epochs=2&batch=64&seed=5'));
    await until(first, (t) => stepOf(sideOf(t)) === 1);
    await first.play(settingsOf('epochs=2&batch=64&seed=5'));
    await until(first, (t) => sideOf(t).history.length === 1);
    await first.close();

    const trainer = openTrainer({ openStore });
    await trainer.play(settingsOf('run=lenet5'));
    await until(trainer, phaseIs('done', 'failed'));
    expect(trainer.state.failure).toBeNull();
    const straight = await fitted({}, { epochs: 3, batch: 64 });
    expect(losses(trainer)).toEqual(straight.slice(0, 2));
    expect(trainer.state.settings).toMatchObject({
      model: 'lenet5',
      batch: 64,
      seed: 5,
      epochs: 2,
    });
    expect(sideOf(trainer)).toMatchObject({ keptAs: 'lenet5', epochs: 2 });
    expect(sideOf(trainer).points[0]).toMatchObject({ epoch: 1, loss: straight[0] });

    await trainer.play(settingsOf('run=lenet5&until=3'));
    await until(trainer, phaseIs('done', 'failed'));
    expect(trainer.state.failure).toBeNull();
    expect(losses(trainer)).toEqual(straight);
    expect((await store.list()).map(({ name }) => name)).toEqual(['lenet5']);
  });

  it.each([
    ['run=nowhere', /no such run in this browser/],
    ['run=../x', /name/],
  ])('%s is refused in words', async (query, words) => {
    const trainer = openTrainer({ openStore });
    await trainer.play(settingsOf(query));
    expect(trainer.state.failure?.words).toMatch(words);
  });
});

describe('what may go wrong', () => {
  it('a loss that is no number is said, and the curve stays', async () => {
    const trainer = openTrainer();
    await trainer.play(settingsOf('epochs=9&batch=32&activation=leakyRelu&optimizer=sgd&rate=10'));
    await until(trainer, phaseIs('done', 'failed'));
    expect(trainer.state.failure?.words).toMatch(/loss.*(NaN|Infinity|no number|not a number)/i);
    expect(allowed(trainer.state)).toMatchObject({ step: false, reset: true });
    await trainer.reset();
    expect(trainer.state.phase).toBe('idle');
  });

  it('one network of two may fail while the other goes on', async () => {
    const trainer = openTrainer();
    const query = 'epochs=3&batch=32&two=1&activation=leakyRelu&optimizer=sgd&rate=10';
    await trainer.play(settingsOf(query));
    await until(trainer, phaseIs('done', 'failed'));
    expect(trainer.state.sides.map(({ status }) => status)).toEqual(['failed', 'done']);
    expect(losses(trainer, 1)).toHaveLength(3);
  });

  it.each([
    ['data=cats', /cats/],
    ['model=lenet6', /lenet6/],
    ['model=lenet5,dense.removed=true,dense_1.removed=true&dropout=0.5', /no place for dropout/],
    ['model=lenet5-1998&pooling=max', /pooling/],
  ])('%s is refused in words', async (query, words) => {
    const trainer = openTrainer();
    await trainer.play(settingsOf(query));
    expect(trainer.state.phase).toBe('failed');
    expect(trainer.state.failure?.words).toMatch(words);
    expect(trainer.state.failure?.words).not.toMatch(/\n\s+at /);
  });

  it('a worker that was ended is noticed, and training goes on from what was kept', async () => {
    const trainer = openTrainer();
    const settings = settingsOf('epochs=3&batch=64&seed=5');
    await trainer.step(settings);
    for (let i = 1; i <= 6; i++) {
      await until(trainer, (t) => stepOf(sideOf(t)) === i);
      await trainer.step(settings);
    }
    await until(trainer, (t) => stepOf(sideOf(t)) === 7);
    endWorkers();
    await until(trainer, phaseIs('failed'));
    expect(trainer.state.failure).toEqual({ words: 'the worker is gone', resumesAt: 5 });
    await trainer.play(settings);
    await until(trainer, phaseIs('done', 'failed'));
    expect(losses(trainer)).toEqual(await fitted({}, { epochs: 3, batch: 64 }));
  });

  it('a worker that had nothing left to do is not missed', async () => {
    const trainer = openTrainer();
    const settings = settingsOf('epochs=1&batch=64&seed=5');
    await trainer.play(settings);
    await until(trainer, (t) => t.state.phase === 'done' && sideOf(t).tested !== null);
    endWorkers();
    await Promise.resolve();
    expect(trainer.state.phase).toBe('done');
    await trainer.play(settings);
    await until(trainer, phaseIs('done', 'failed'));
    expect(losses(trainer)).toEqual(await fitted({}, { epochs: 1, batch: 64 }));
  });
});

describe('what is done ahead of time', () => {
  const opened = () => ({ openEngine: vi.fn(openEngine), loadData: vi.fn(loadDigits) });
  const loadDigits: Surroundings['loadData'] = (session) => session.loadDataset('digits', COUNTS);
  const settings = settingsOf('epochs=1&batch=64&seed=5');

  it('is used by the start, and changes none of its numbers', async () => {
    const parts = opened();
    const trainer = openTrainer(parts);
    const leave = trainer.prepare(settings);
    await until(trainer, (t) => t.state.plan !== '');
    expect(trainer.state.phase).toBe('idle');
    await trainer.play(settings);
    leave();
    await until(trainer, phaseIs('done', 'failed'));
    expect(losses(trainer)).toEqual(await fitted({}, { epochs: 1, batch: 64 }));
    expect(parts.openEngine).toHaveBeenCalledTimes(1);
    expect(parts.loadData).toHaveBeenCalledTimes(1);
  });

  it('is nothing where it was left before it began, and fetches nothing', async () => {
    const parts = opened();
    const trainer = openTrainer(parts);
    trainer.prepare(settings)();
    trainer.prepare({ ...settings, data: 'mnist' });
    await until(trainer, (t) => t.state.plan !== '');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(parts.openEngine).toHaveBeenCalledTimes(1);
    expect(parts.loadData).not.toHaveBeenCalled();
  });

  it('is closed when the page is left, and opened anew for a start', async () => {
    const parts = opened();
    const trainer = openTrainer(parts);
    const leave = trainer.prepare(settings);
    await until(trainer, (t) => t.state.plan !== '');
    leave();
    await trainer.play(settings);
    await until(trainer, phaseIs('done', 'failed'));
    expect(trainer.state.failure).toBeNull();
    expect(parts.openEngine).toHaveBeenCalledTimes(2);
  });
});
