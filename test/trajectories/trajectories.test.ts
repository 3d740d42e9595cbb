/**
 * @file `fit` held to trajectories step by step: losses, rates, moving statistics and weights against plain float64 loops.
 */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/backends/select.ts';
import type { Split } from '../../src/data/dataset.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { StateValue } from '../../src/nn/trained.ts';
import type { FitOptions } from '../../src/train/events.ts';
import { fit } from '../../src/train/fit.ts';
import type { EpochRecord } from '../../src/train/progress.ts';
import { splitRunner } from '../../src/train/runners/split.ts';
import {
  CLASSES,
  FILTERS,
  type Numbers,
  type PlainEpoch,
  type PlainSettings,
  type Row,
  SIDE,
  trainPlainly,
} from './plainTraining.ts';

const { batchNormalization, conv2d, dense, dropout, flatten } = layers;

const [SEED, EPOCHS, BATCH] = [6, 4, 4];
/** Eleven are trained on: batches of 4, 4 and 3. */
const [COUNT, TRAINED] = [15, 11];
const [RATE, MOMENTUM, EPSILON, L2] = [0.3, 0.85, 0.002, 0.02];
/** Of the plateau: less counts as no improvement. */
const MIN_DELTA = 0.01;
const preprocessing = { mean: [90], scale: 1 / 100, offset: 0.3 };

const network = () =>
  sequential({ inputShape: [SIDE, SIDE, 1], preprocessing }, [
    conv2d({ filters: FILTERS, kernelSize: 3, activation: 'tanh', name: 'conv' }),
    batchNormalization({ momentum: MOMENTUM, epsilon: EPSILON, name: 'norm' }),
    dropout({ rate: RATE, name: 'dropout' }),
    flatten(),
    dense({ units: CLASSES, activation: 'softmax', l2: L2, name: 'dense' }),
  ]);

const data: { train: Split } = {
  train: {
    count: COUNT,
    images: Uint8Array.from({ length: COUNT * SIDE ** 2 }, (_, i) => (i * i * 41 + 7 * i) % 253),
    labels: Uint8Array.from({ length: COUNT }, (_, n) => (n * 5 + (n >> 2)) % CLASSES),
  },
};

const rows: Row[] = Array.from({ length: COUNT }, (_, n) => ({
  pixels: Array.from(
    data.train.images.subarray(n * SIDE ** 2, (n + 1) * SIDE ** 2),
    (byte) => (byte - 90) / 100 + 0.3,
  ),
  label: data.train.labels[n],
}));

interface Trained {
  readonly first: ReadonlyMap<string, StateValue>;
  readonly last: ReadonlyMap<string, StateValue>;
  readonly running: number[][];
  readonly records: EpochRecord[];
}

async function trained(backend: 'reference' | 'wasm', options: FitOptions): Promise<Trained> {
  await using session = await openSession({ backend, threads: 1 });
  const given = { epochs: EPOCHS, batchSize: BATCH, seed: SEED, eventInterval: 0, ...options };
  const states: ReadonlyMap<string, StateValue>[] = [];
  const running = Array.from({ length: EPOCHS }, (): number[] => []);
  const records: EpochRecord[] = [];
  const split = { validationSplit: (COUNT - TRAINED) / COUNT };
  for await (const event of fit(session, network(), data, { ...given, ...split })) {
    if (event.type === 'checkpoint') states.push((await event.snapshot()).states);
    if (event.type === 'batch') running[event.epoch - 1].push(event.loss);
    if (event.type === 'epoch') records.push(event);
  }
  return { first: states[0], last: states[states.length - 1], running, records };
}

type Plan = Pick<PlainSettings, 'update' | 'rate'>;

/** The plain loops from the same first numbers. */
function plainly(first: Trained['first'], plan: Plan): { numbers: Numbers; epochs: PlainEpoch[] } {
  const numbers = Object.fromEntries(
    [...first]
      .filter(([name]) => /^(conv|norm|dense)\//.test(name))
      .map(([name, { data: values }]) => [name, Array.from(values)]),
  );
  const settings = { seed: SEED, epochs: EPOCHS, batchSize: BATCH };
  const layerSettings = { dropoutRate: RATE, momentum: MOMENTUM, epsilon: EPSILON, l2: L2 };
  const [train, validation] = [rows.slice(0, TRAINED), rows.slice(TRAINED)];
  const epochs = trainPlainly(numbers, train, validation, {
    ...settings,
    ...layerSettings,
    ...plan,
  });
  return { numbers, epochs };
}

function expectSame({ first, last, running, records }: Trained, plan: Plan): PlainEpoch[] {
  const { numbers, epochs } = plainly(first, plan);
  epochs.forEach((plain, e) => {
    const { train, validation, learningRate } = records[e];
    expect(running[e]).toHaveLength(plain.running.length);
    plain.running.forEach((loss, b) => {
      expect(running[e][b], `loss after batch ${b + 1} of epoch ${e + 1}`).toBeCloseTo(loss, 4);
    });
    expect(train.loss).toBeCloseTo(plain.running.at(-1)!, 4);
    expect(train.accuracy).toBeCloseTo(plain.accuracy, 6);
    expect(validation?.loss, `validation of epoch ${e + 1}`).toBeCloseTo(plain.validation.loss, 4);
    expect(validation?.accuracy).toBeCloseTo(plain.validation.accuracy, 6);
    expect(learningRate / plain.rates.at(-1)!).toBeCloseTo(1, 9);
  });
  for (const [name, values] of Object.entries(numbers)) {
    values.forEach((value, i) => {
      expect(Math.abs(value - last.get(name)!.data[i]), `${name}[${i}]`).toBeLessThan(2e-4);
    });
  }
  return epochs;
}

/** `change` gives the new value of one number from its gradient and two numbers of memory. */
function updating(
  change: (w: number, g: number, rate: number, memory: number[], step: number) => number,
): Plan['update'] {
  const memories = new Map<string, number[]>();
  return (parameters, gradients, rate, step) => {
    for (const [name, gradient] of Object.entries(gradients)) {
      parameters[name] = parameters[name].map((w, i) => {
        const key = `${name} ${i}`;
        const memory = memories.get(key) ?? [0, 0];
        memories.set(key, memory);
        return change(w, gradient[i], rate, memory, step);
      });
    }
  };
}

const adam = (decay: number) =>
  updating((w, g, rate, memory, step) => {
    memory[0] = 0.8 * memory[0] + 0.2 * g;
    memory[1] = 0.95 * memory[1] + 0.05 * g * g;
    const mean = memory[0] / (1 - 0.8 ** step);
    const square = memory[1] / (1 - 0.95 ** step);
    return w - rate * decay * w - (rate * mean) / (Math.sqrt(square) + 0.01);
  });

const adamOptions = { learningRate: 0.02, beta1: 0.8, beta2: 0.95, epsilon: 0.01 };

/** As the 2012 paper has it: v = 0.7 v - rate (g + 0.03 w). */
const momentum = () =>
  updating((w, g, rate, memory) => {
    memory[0] = 0.7 * memory[0] - rate * (g + 0.03 * w);
    return w + memory[0];
  });

const sgdOptions = {
  kind: 'sgd',
  learningRate: 0.1,
  momentum: 0.7,
  velocity: 'steps',
  weightDecay: 0.03,
};

describe.each(['reference', 'wasm'] as const)('fit goes the way of the plain loops on %s', (on) => {
  it('with Adam, a rate that never moves', async () => {
    const run = await trained(on, { optimizer: { kind: 'adam', ...adamOptions } });
    expectSame(run, { update: adam(0), rate: () => 0.02 });
  });

  it('with AdamW in two programs, a cosine after a warm-up, step by step', async () => {
    const run = await trained(on, {
      optimizer: { kind: 'adamw', ...adamOptions, weightDecay: 0.2 },
      schedule: { kind: 'cosine', duration: 3.5, minimum: 0.001, warmup: 1.5 },
      runner: splitRunner(),
    });
    const rate = (epoch: number) => {
      const done = Math.min(1, Math.max(0, epoch - 1.5) / 2);
      const fallen = 0.001 + (0.019 * (1 + Math.cos(Math.PI * done))) / 2;
      return Math.min(1, epoch / 1.5) * fallen;
    };
    const epochs = expectSame(run, { update: adam(0.2), rate });
    expect(new Set(epochs.flatMap(({ rates }) => rates)).size).toBeGreaterThan(9);
  });

  it('with momentum and weight decay, the rate falling within epochs', async () => {
    const schedule = { kind: 'exponential', factor: 0.5 };
    const run = await trained(on, { optimizer: sgdOptions, schedule });
    expectSame(run, { update: momentum(), rate: (epoch) => 0.1 * 0.5 ** epoch });
  });

  it('with a plateau of the validation loss, which the training loss does not have', async () => {
    const watching = (values: readonly number[]): number => {
      let [scale, best, waited] = [1, Number.POSITIVE_INFINITY, 0];
      for (const value of values) {
        waited = value < best - MIN_DELTA ? 0 : waited + 1;
        best = waited === 0 ? value : best;
        if (waited === 1) [scale, waited] = [scale * 0.4, 0];
      }
      return 0.1 * scale;
    };
    const run = await trained(on, {
      optimizer: sgdOptions,
      schedule: { kind: 'reduceOnPlateau', patience: 1, minDelta: MIN_DELTA, factor: 0.4 },
    });
    const epochs = expectSame(run, {
      update: momentum(),
      rate: (_, watched) => watching(watched),
    });
    const trainLosses = epochs.map(({ running }) => running.at(-1)!);
    const rates = epochs.map(({ rates: all }) => all[0]);
    expect(rates.map((_, e) => watching(trainLosses.slice(0, e)))).not.toEqual(rates);
    expect(new Set(rates).size).toBeGreaterThan(1);
  });
});
