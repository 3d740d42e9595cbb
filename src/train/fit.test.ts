import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSession } from '../backends/select.ts';
import type { Split } from '../data/dataset.ts';
import { layers } from '../nn/layers/index.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { sequential } from '../nn/sequential.ts';
import type { StateValue } from '../nn/trained.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';
import type { Snapshot } from './progress.ts';
import { decodeCheckpoint, encodeCheckpoint } from './snapshots/checkpoint.ts';

afterEach(() => vi.restoreAllMocks());

const { conv2d, dense, dropout, flatten, maxPooling2d } = layers;

const spec = sequential({ inputShape: [6, 6, 1] }, [
  conv2d({ filters: 2, kernelSize: 3, activation: 'tanh' }),
  maxPooling2d({ poolSize: 2 }),
  flatten(),
  dropout({ rate: 0.2 }),
  dense({ units: 3, activation: 'softmax' }),
]);

/** A bar in the upper, middle or lower third; noise elsewhere. */
function bars(count: number): Split {
  const images = new Uint8Array(count * 36);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = (i * 7) % 3;
    for (let p = 0; p < 36; p++) {
      const row = Math.floor(p / 6);
      const noise = (i * 31 + p * 17) % 60;
      images[i * 36 + p] = Math.floor(row / 2) === labels[i] ? 250 - noise : noise;
    }
  }
  return { count, images, labels };
}

const data = { train: bars(53) };

async function run(options: FitOptions, use: (event: FitEvent) => unknown = () => {}) {
  const session = await openSession({ backend: 'reference' });
  const events: FitEvent[] = [];
  let end: Snapshot | undefined;
  for await (const event of fit(session, spec, data, options)) {
    events.push(event);
    if (event.type === 'checkpoint') end = await event.snapshot();
    await use(event);
  }
  return { events, end: end as Snapshot, session };
}

/** As written to disk and read back: what a resumed process has. */
const throughDisk = (snapshot: Snapshot) => decodeCheckpoint(encodeCheckpoint(snapshot), 'test');

function sameNumbers(a: Snapshot, b: Snapshot): void {
  expect([...a.states.keys()].sort()).toEqual([...b.states.keys()].sort());
  for (const [name, { data: numbers }] of a.states) {
    expect(numbers, name).toEqual(b.states.get(name)?.data);
  }
  const timeless = ({ seconds, waiting, history, ...rest }: Snapshot['progress']) => ({
    ...rest,
    history: history.map(({ seconds: _, waiting: __, ...record }) => record),
    known: seconds >= 0,
  });
  expect(timeless(a.progress)).toEqual(timeless(b.progress));
}

describe('fit', () => {
  it('learns, tells of epochs in order, and ends', async () => {
    const { events, session } = await run({
      epochs: 12,
      batchSize: 8,
      validationSplit: 0.25,
      optimizer: { kind: 'adam', learningRate: 0.03 },
    });
    expect(events[0]).toMatchObject({ type: 'start', epochs: 12, batches: 5 });
    expect(events[1]).toMatchObject({ type: 'checkpoint', reason: 'start' });
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'epochs' });
    const epochs = events.filter((event) => event.type === 'epoch');
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(epochs.at(-1)?.validation?.accuracy).toBeGreaterThan(0.9);
    const { accuracy } = await evaluate(session, spec, data.train, { classes: ['a', 'b', 'c'] });
    expect(accuracy).toBeGreaterThan(0.9);
  });

  it('weighs the last, smaller batch by its rows', async () => {
    // Weights that do not move: every mean over an epoch must be the mean over the 53 rows.
    const still = { optimizer: sgd({ learningRate: 1e-30 }), epochs: 1, shuffle: false };
    const losses = await Promise.all(
      [8, 53, 64].map(async (batchSize) => {
        const quiet = sequential({ inputShape: [6, 6, 1] }, [flatten(), dense({ units: 3 })]);
        const session = await openSession({ backend: 'reference' });
        for await (const event of fit(session, quiet, data, { ...still, batchSize })) {
          if (event.type === 'epoch') return event.train;
        }
        return undefined;
      }),
    );
    expect(losses[0]?.accuracy).toBe(losses[1]?.accuracy);
    expect(losses[0]?.loss).toBeCloseTo(losses[1]?.loss ?? 0, 6);
    expect(losses[2]).toEqual(losses[1]);
  });

  it('goes on from any step to the same bits', async () => {
    const options: FitOptions = {
      epochs: 3,
      batchSize: 8,
      validationSplit: 0.25,
      seed: 5,
      schedule: { kind: 'reduceOnPlateau', patience: 1, minDelta: 10, factor: 0.5 },
      checkpointEvery: { batches: 1 },
    };
    const kept: Snapshot[] = [];
    const whole = await run(options, async (event) => {
      if (event.type === 'checkpoint') kept.push(throughDisk(await event.snapshot()));
    });
    const middle = kept.filter(({ progress }) => progress.batch > 0);
    expect(middle.length).toBe(15);
    for (const resume of [middle[2], middle[4], middle[6], kept[0]]) {
      const rest = await run({ ...options, resume });
      sameNumbers(rest.end, whole.end);
    }
    expect(new Set(whole.end.progress.history.map((h) => h.learningRate)).size).toBeGreaterThan(1);
  });

  it('refuses a snapshot that is not of this run, or contradicts itself', async () => {
    const options: FitOptions = { epochs: 3, batchSize: 8, checkpointEvery: { batches: 1 } };
    const kept: Snapshot[] = [];
    await run(options, async (event) => {
      if (event.type === 'checkpoint') kept.push(throughDisk(await event.snapshot()));
    });
    const good = kept.find(({ progress }) => progress.epoch === 2 && progress.batch === 3);
    if (good === undefined) throw new Error('no such snapshot');
    const at = (changes: Partial<Snapshot['progress']>): Snapshot => ({
      ...good,
      progress: { ...structuredClone(good.progress), ...changes },
    });
    const { history, schedule, rows } = good.progress;
    const [name] = good.states.keys();
    const withState = (value: StateValue | undefined): Snapshot => ({
      ...good,
      states: new Map(
        [...good.states].flatMap(([n, old]) =>
          n !== name ? [[n, old] as const] : value === undefined ? [] : [[n, value] as const],
        ),
      ),
    });
    const { shape, data: numbers } = good.states.get(name) as StateValue;
    const withNaN = Float32Array.from(numbers);
    withNaN[0] = Number.NaN;
    const wrong: [Snapshot, RegExp][] = [
      [at({ step: good.progress.step + 1 }), /step 18 is not epoch 2, batch 3 of 7/],
      [at({ epoch: 1 }), /step 17 is not epoch 1/],
      [at({ batch: 4 }), /step 17 is not epoch 2, batch 4/],
      [at({ batch: 10, epoch: 1 }), /batch 10 of 7/],
      [at({ history: history.slice(1) }), /history is not of epochs 1 to 2/],
      [at({ history: history.toReversed() }), /history is not of epochs 1 to 2/],
      [at({ rows: 25 }), /25 rows/],
      [at({ rows: 2 }), /2 rows/],
      [at({ correct: rows + 1 }), /rows, 25 of them right/],
      [at({ correct: -1 }), /-1 of them right/],
      [at({ best: null }), /epoch none as the best/],
      [at({ best: { epoch: 3, loss: 1 } }), /epoch 3 as the best/],
      [at({ best: { epoch: 1, loss: 0.001 } }), /epoch 1 as the best/],
      [at({ schedule: { ...schedule, scale: 0 } }), /the schedule/],
      [at({ schedule: { ...schedule, waited: 3 } }), /the schedule/],
      [withState(undefined), /it has no "/],
      [withState({ shape: [5], data: new Float32Array(5) }), /has 5 numbers instead of/],
      [withState({ shape, data: Int32Array.from(numbers) }), /not of float32/],
      [withState({ shape, data: withNaN }), /holds NaN or Infinity/],
      [
        {
          ...good,
          states: new Map([...good.states, ['other', { shape: [1], data: new Float32Array(1) }]]),
        },
        /it has "other"/,
      ],
    ];
    for (const [resume, message] of wrong) {
      await expect(run({ ...options, resume }), String(message)).rejects.toThrow(message);
    }
    expect((await run({ ...options, resume: good })).end.progress.epoch).toBe(3);
  });

  it('spends no more than a twentieth of the time on checkpoints by the clock', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const at: number[] = [];
    const options = { epochs: 4, batchSize: 1, eventInterval: 0, checkpointEvery: { seconds: 0 } };
    await run(options, (event) => {
      if (event.type === 'batch') now += 10;
      if (event.type !== 'checkpoint') return;
      if (event.reason === 'interval') at.push(now);
      now += 3;
    });
    // 3 ms of saving each are paid for by 60 ms of training: six steps, and once more where an epoch ends.
    const gaps = at.slice(1).map((time, i) => time - at[i] - 3);
    expect(new Set(gaps.slice(0, 8))).toEqual(new Set([60]));
    expect(Math.min(...gaps)).toBe(60);
    expect(at.length).toBe(33);
    expect((3 * at.length) / now).toBeLessThan(0.05);
  });

  it('gives the same bits for the same seed, others for another', async () => {
    const options = { epochs: 1, batchSize: 16, seed: 7 };
    const [a, b, c] = [await run(options), await run(options), await run({ ...options, seed: 8 })];
    sameNumbers(a.end, b.end);
    expect(a.end.states.get('dense/kernel')?.data).not.toEqual(
      c.end.states.get('dense/kernel')?.data,
    );
  });

  it('stops between two steps when asked to, with a checkpoint', async () => {
    const controller = new AbortController();
    const { events, end } = await run(
      { epochs: 5, batchSize: 8, eventInterval: 0, signal: controller.signal },
      (event) => {
        if (event.type === 'batch' && event.epoch === 2 && event.batch === 3) controller.abort();
      },
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'stopped' });
    expect(events.at(-2)).toMatchObject({ type: 'checkpoint', reason: 'stop' });
    expect(end.progress).toMatchObject({ epoch: 1, batch: 3 });
  });

  it('loses patience when nothing improves', async () => {
    const { events } = await run({
      epochs: 50,
      batchSize: 53,
      patience: 3,
      // Too small to change a float32 weight: the loss stays.
      optimizer: sgd({ learningRate: 1e-30 }),
      validationSplit: 0.25,
      shuffle: false,
    });
    expect(events.filter((event) => event.type === 'epoch').length).toBe(4);
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'patience' });
  });

  it('says at which step the loss left the numbers', async () => {
    const diverging = run({
      epochs: 3,
      batchSize: 8,
      optimizer: { kind: 'sgd', learningRate: 1e38 },
    });
    await expect(diverging).rejects.toThrow(
      /(the loss became (NaN|Infinity) at step \d+ \(epoch 1, batch \d of 7\)|holds NaN or Infinity)/,
    );
    await expect(diverging).rejects.toThrow(/smaller learning rate \(it was 1e\+38\)/);
  });

  it('trains on one-hot targets where the loss wants them', async () => {
    const sparse = await run({ epochs: 2, batchSize: 16, loss: 'sparseCategoricalCrossentropy' });
    const oneHot = await run({ epochs: 2, batchSize: 16, loss: 'categoricalCrossentropy' });
    const [a, b] = [sparse, oneHot].map(({ end }) => end.progress.history[1].train);
    expect(b.loss).toBeCloseTo(a.loss, 5);
    expect(b.accuracy).toBeCloseTo(a.accuracy!, 5);
  });
});
