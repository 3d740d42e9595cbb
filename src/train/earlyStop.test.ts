import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import type { Split } from '../data/dataset.ts';
import { dense } from '../nn/layers/dense.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { sequential } from '../nn/sequential.ts';
import { isBetter } from './earlyStop.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';
import type { Snapshot } from './progress.ts';

/** Labels that no rule gives: what is learned of the first rows is wrong for the last. */
const train: Split = {
  count: 30,
  images: Uint8Array.from({ length: 30 * 8 }, (_, i) => (i * 89 + ((i * i) % 13) * 31) % 256),
  labels: Uint8Array.from({ length: 30 }, (_, i) => (i * i * 7 + i) % 3),
};
const options: FitOptions = {
  epochs: 40,
  batchSize: 5,
  validationSplit: 0.4,
  patience: 3,
  optimizer: adam({ learningRate: 0.1 }),
};

async function run(changes: FitOptions) {
  const session = await openSession({ backend: 'reference' });
  const spec = sequential({ inputShape: [8] }, [dense({ units: 3, activation: 'softmax' })]);
  const kept: Snapshot[] = [];
  let best: Snapshot | undefined;
  let done: FitEvent | undefined;
  for await (const event of fit(session, spec, { train }, { ...options, ...changes })) {
    if (event.type === 'checkpoint') kept.push(await event.snapshot());
    if (event.type === 'checkpoint' && event.isBest) best = kept[kept.length - 1];
    done = event;
  }
  if (done?.type !== 'done' || best === undefined) throw new Error('no end');
  const kernel = await session.scopeOf(spec).readState('dense/kernel');
  return { kept, best, done, kernel: Float32Array.from(kernel) };
}

const measured = (loss: number, accuracy = 0.5) => ({
  train: { loss: 9, accuracy: 0 },
  validation: { loss, accuracy },
});
const record = (epoch: number, loss: number, accuracy: number) => ({
  epoch,
  ...measured(loss, accuracy),
  learningRate: 1,
  seconds: 1,
  waiting: 0,
});

describe('the best epoch', () => {
  it('is better by more than minDelta, by what is monitored, on validation rows', () => {
    const before = { best: { epoch: 2, loss: 1 }, history: [record(1, 3, 0.9), record(2, 1, 0.6)] };
    expect(isBetter(measured(0.9), before, {})).toBe(true);
    expect(isBetter(measured(1), before, {})).toBe(false);
    expect(isBetter(measured(0.9), before, { minDelta: 0.2 })).toBe(false);
    expect(isBetter(measured(2, 0.7), before, { monitor: 'accuracy' })).toBe(true);
    expect(isBetter(measured(0.5, 0.6), before, { monitor: 'accuracy' })).toBe(false);
    expect(isBetter(measured(5), { best: null, history: [] }, {})).toBe(true);
    expect(() => isBetter(measured(1), before, { monitor: 'meanAbsoluteError' })).toThrow(
      'is not measured',
    );
  });

  it('is left in the model where restoreBest asks for it, averages or not', async () => {
    const last = await run({});
    expect(last.done).toMatchObject({
      reason: 'patience',
      keptEpoch: last.best.progress.epoch + 3,
    });
    const { best, done, kernel } = await run({ restoreBest: true });
    expect(done).toMatchObject({ reason: 'patience', keptEpoch: best.progress.epoch });
    expect(kernel).toEqual(best.states.get('dense/kernel')?.data);
    expect(kernel).not.toEqual(last.kernel);
    const averaged = await run({
      restoreBest: true,
      optimizer: adam({ learningRate: 0.1, ema: 0.8 }),
    });
    expect(averaged.kernel).toEqual(averaged.best.states.get('adam/ema/dense/kernel')?.data);
  });

  it('is left in the model too where the epochs are over before the patience', async () => {
    const { best, done, kernel } = await run({ restoreBest: true, patience: 40, epochs: 12 });
    expect(best.progress.epoch).toBeLessThan(12);
    expect(done).toMatchObject({ reason: 'epochs', keptEpoch: best.progress.epoch });
    expect(kernel).toEqual(best.states.get('dense/kernel')?.data);
  });

  it('is found again by a run that resumes, by accuracy and minDelta too', async () => {
    const asked: FitOptions = {
      monitor: 'accuracy',
      minDelta: 0.01,
      checkpointEvery: { batches: 2 },
    };
    const whole = await run(asked);
    for (const at of [2, 5]) {
      const rest = await run({ ...asked, resume: whole.kept[at] });
      expect(rest.kernel).toEqual(whole.kernel);
      expect(rest.done.progress.epoch).toBe(whole.done.progress.epoch);
    }
  });

  it('is refused a name and a distance that mean nothing', async () => {
    await expect(run({ monitor: 'acuracy' as 'accuracy' })).rejects.toThrow('"accuracy"');
    await expect(run({ minDelta: -1 })).rejects.toThrow('at least 0');
    await expect(run({ monitor: 'meanAbsoluteError' })).rejects.toThrow('not measured by');
  });
});
