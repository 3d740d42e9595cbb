/** @file Training in half precision: what is told, kept and gone on with; what ranks agree on; what is refused. */
import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { inProcessRanks } from '../cluster/inProcess.ts';
import type { Split } from '../data/dataset.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { fit } from './fit.ts';
import type { EpochRecord, Snapshot } from './progress.ts';
import { splitRunner } from './runners/split.ts';
import { decodeCheckpoint, encodeCheckpoint } from './snapshots/checkpoint.ts';

const { conv2d, dense, flatten } = layers;

const netOf = () =>
  sequential({ inputShape: [6, 6, 1], name: 'bars' }, [
    conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
    flatten(),
    dense({ name: 'hidden', units: 8, activation: 'tanh' }),
    dense({ name: 'last', units: 3, activation: 'softmax' }),
  ]);

/** Three classes of 6x6 pictures: a third of the rows is light. */
function bars(count: number): Split {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const images = Uint8Array.from({ length: count * 36 }, (_, i) => {
    const noise = (i * 31) % 60;
    return Math.floor((i % 36) / 12) === labels[Math.floor(i / 36)] ? 250 - noise : noise;
  });
  return { count, images, labels };
}

/** The scale is too large at first, and grows every third step. */
const float16 = { kind: 'float16', lossScale: 2 ** 21, growthInterval: 3 } as const;
/** 40 rows: 5 batches an epoch. */
const given: FitOptions = {
  epochs: 3,
  batchSize: 8,
  seed: 2,
  optimizer: { kind: 'adam', learningRate: 0.01 },
  precision: float16,
  validationSplit: 0.2,
};

async function train(options: FitOptions = {}, net = netOf()) {
  await using session = await openSession({ backend: 'wasm', threads: 1 });
  const events: FitEvent[] = [];
  const snapshots: Snapshot[] = [];
  for await (const event of fit(session, net, { train: bars(50) }, { ...given, ...options })) {
    events.push(event);
    if (event.type !== 'checkpoint') continue;
    snapshots.push(decodeCheckpoint(encodeCheckpoint(await event.snapshot()), 'test'));
  }
  const records = snapshots.at(-1)!.progress.history;
  return { events, snapshots, records, end: snapshots.at(-1)! };
}

const numbersOf = ({ states }: Snapshot) => new Map([...states].map(([name, s]) => [name, s.data]));
const scalingOf = (records: readonly EpochRecord[]) => records.map((r) => r.lossScaling);

describe('training in half precision', () => {
  it('tells of steps that were skipped and of the scale, epoch by epoch', async () => {
    const { events, records, end } = await train();
    const scalings = scalingOf(records);
    expect(scalings.map((s) => s!.skipped).reduce((a, b) => a + b)).toBeGreaterThan(3);
    expect(scalings[0]!.skipped).toBeGreaterThan(1);
    expect(scalings[0]!.skipped).toBeLessThan(5);
    // Each epoch counts its own: from then on three steps go on between two that are skipped.
    for (const { skipped } of [scalings[1]!, scalings[2]!]) expect(skipped).toBeLessThan(3);
    const told = events.flatMap((event) => (event.type === 'epoch' ? [event.lossScaling] : []));
    expect(told).toEqual(scalings);
    const [scale] = end.states.get('lossScale')!.data;
    expect([0.5, 1, 2].map((times) => times * scalings[2]!.scale)).toContain(scale);
    expect(records[2]!.train.accuracy).toBeGreaterThan(0.5);
    expect(records[2]!.train.loss).toBeLessThan(records[0]!.train.loss);
  });

  it('goes on from a checkpoint in the middle of an epoch to the same bits', async () => {
    const whole = await train({ checkpointEvery: { batches: 1 }, eventInterval: 0 });
    // After the third step: two were skipped, and the fifth is the end of an epoch.
    const middle = whole.snapshots.find(({ progress }) => progress.step === 3)!;
    expect(middle.progress.lossScaling).toMatchObject({ skipped: 2 });
    const resumed = await train({ resume: middle });
    expect(numbersOf(resumed.end)).toEqual(numbersOf(whole.end));
    expect(scalingOf(resumed.records)).toEqual(scalingOf(whole.records));
  });

  it('is not gone on with in float32, and the other way round', async () => {
    const { end } = await train({ epochs: 1 });
    const plain = await train({ epochs: 1, precision: 'float32' });
    expect(plain.end.states.has('lossScale')).toBe(false);
    expect(scalingOf(plain.records)).toEqual([undefined]);
    await expect(train({ resume: end, precision: 'float32' })).rejects.toThrow(/lossScale/);
    await expect(train({ resume: plain.end })).rejects.toThrow(/it has no "lossScale"/);
  });

  it('computes other numbers than float32, and close ones', async () => {
    const losses = async (options: FitOptions) =>
      (await train({ epochs: 1, ...options })).records[0]!.train.loss;
    // Without a step that is skipped.
    const half = await losses({ precision: { kind: 'float16', lossScale: 256 } });
    const plain = await losses({ precision: 'float32' });
    expect(half).not.toBe(plain);
    expect(Math.abs(half - plain)).toBeLessThan(2e-3);
  });

  it('is skipped by all ranks or by none, by the sums over all rows', async () => {
    const alone = await train();
    const ranks = await Promise.all(
      inProcessRanks(2).map((rank) => train({ cluster: { ranks: rank } })),
    );
    expect(numbersOf(ranks[0]!.end)).toEqual(numbersOf(ranks[1]!.end));
    expect(scalingOf(ranks[0]!.records)).toEqual(scalingOf(alone.records));
    const [one, both] = [alone, ranks[0]!].map(({ records }) => records[2]!.train.loss);
    expect(Math.abs(one! - both!)).toBeLessThan(1e-2);
  });

  it('ends where gradients do not fit at any scale, and says at which step', async () => {
    // Numbers forward are 0 and the loss is that of chance; what comes back grows by 60,000 a layer.
    const net = sequential({ inputShape: [6, 6, 1] }, [
      flatten(),
      dense({ name: 'first', units: 4, kernelInitializer: 'zeros' }),
      dense({ name: 'second', units: 4 }),
      dense({ name: 'last', units: 3, activation: 'softmax' }),
    ]);
    const steep = (rows: number, columns: number) => ({
      shape: [rows, columns],
      data: Float32Array.from({ length: rows * columns }, (_, i) => (i % columns === 0 ? 6e4 : 0)),
    });
    const initialWeights = new Map([
      ['second/kernel', steep(4, 4)],
      ['last/kernel', steep(4, 3)],
    ]);
    const run = train({ initialWeights, precision: { kind: 'float16', lossScale: 8 } }, net);
    await expect(run).rejects.toThrow(
      /a gradient became larger than half precision holds at step \d+ \(epoch/,
    );
  });

  it.each([
    [{ precision: 'float64' as 'float32' }, /float32 or float16/],
    [{ precision: { kind: 'float16', lossScale: 3 } as const }, /loss scale of 3/],
    [{ precision: { kind: 'float16', lossScale: 2 ** 25 } as const }, /power of two from 1/],
    [{ precision: { kind: 'float16', growthInterval: 0 } as const }, /interval of 0 steps/],
    [{ runner: splitRunner() }, /in two programs/],
  ])('refuses %o', async (options, problem) => {
    await expect(train(options)).rejects.toThrow(problem);
  });
});
