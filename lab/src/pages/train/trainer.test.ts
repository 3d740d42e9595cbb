/** @file The page's training against an engine behind a message port: the numbers of `fit`, and what may go wrong. */
import { fit, loadDataset, modelOf, openSession, type WorkerSession } from 'fovea/web';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Asking, serve } from '../../../../src/web/worker/calls.ts';
import { Engine } from '../../../../src/web/worker/engine.ts';
import type { EngineCalls } from '../../../../src/web/worker/protocol.ts';
import { WorkerSession as Session } from '../../../../src/web/worker/workerSession.ts';
import { readFields } from '../../frame/state/fields.ts';
import { allowed } from './machine.ts';
import { stepOf } from './record.ts';
import { type TrainSettings, trainFields } from './settings.ts';
import { Trainer } from './trainer.ts';

const COUNTS = { trainCount: 320, testCount: 60 };
const settingsOf = (query: string): TrainSettings =>
  readFields(trainFields, new URLSearchParams(query));

const trainers: Trainer[] = [];
const ports: MessagePort[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const trainer of trainers.splice(0)) await trainer.close();
  for (const port of ports.splice(0)) port.close();
});

async function openEngine(): Promise<WorkerSession> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serve(port2, new Engine().calls());
  const asking = new Asking<EngineCalls>(port1);
  port1.start();
  port2.start();
  const facts = await asking.calls.open({ threads: 1, revectorize: 'off' });
  return new Session(asking, facts, () => port1.close());
}

function openTrainer(hidden = () => false): Trainer {
  const trainer = new Trainer({
    openEngine,
    loadData: (session, { data }) => session.loadDataset(data as never, COUNTS),
    isHidden: hidden,
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
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    let hidden = true;
    const trainer = openTrainer(() => hidden);
    const settings = settingsOf('epochs=3&batch=64&seed=5');
    await trainer.step(settings);
    for (let i = 1; i <= 6; i++) {
      await until(trainer, (t) => stepOf(sideOf(t)) === i);
      await trainer.step(settings);
    }
    await until(trainer, (t) => stepOf(sideOf(t)) === 7);
    for (const port of ports.splice(0)) port.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(trainer.state.phase, 'a hidden page waits').toBe('paused');
    hidden = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(trainer.state.failure?.words).toContain('has not answered for 10 seconds');
    expect(trainer.state.failure?.resumesAt).toBe(5);
    await trainer.play(settings);
    await until(trainer, phaseIs('done', 'failed'));
    expect(losses(trainer)).toEqual(await fitted({}, { epochs: 3, batch: 64 }));
  });
});
