import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { RandomStream } from '../base/random.ts';
import type { ArraySplit } from '../data/arraySplit.ts';
import { loadDataset } from '../data/index.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { concatenate } from '../nn/layers/shapes/join.ts';
import { reshape } from '../nn/layers/shapes/reshape.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { input, model } from '../nn/model.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { evaluate } from './evaluation/evaluate.ts';
import { score } from './evaluation/score.ts';
import type { FitOptions } from './events.ts';
import { type FitData, fit } from './fit.ts';
import { activations, predictBatch } from './prediction/batchPrediction.ts';
import { openPredictor } from './prediction/predict.ts';
import type { EpochRecord, Snapshot } from './progress.ts';
import { decodeCheckpoint, encodeCheckpoint } from './snapshots/checkpoint.ts';

const opening = openSession({ threads: 1 });
afterAll(async () => (await opening).close());

async function train(spec: ModelSpec, data: FitData, options: FitOptions) {
  const session = await opening;
  const epochs: EpochRecord[] = [];
  const snapshots: Snapshot[] = [];
  for await (const event of fit(session, spec, data, { batchSize: 32, ...options })) {
    if (event.type === 'epoch') epochs.push(event);
    if (event.type === 'checkpoint') snapshots.push(await event.snapshot());
  }
  return { session, epochs, snapshots };
}

describe('an autoencoder on digits', () => {
  const spec = sequential({ inputShape: [28, 28, 1] }, [
    flatten(),
    dense({ units: 32, activation: 'relu' }),
    dense({ units: 784, activation: 'sigmoid' }),
    reshape({ targetShape: [28, 28, 1] }),
  ]);
  const loss = { loss: 'meanSquaredError', target: 'input' } as const;

  it('learns to draw them better than their mean', async () => {
    const data = await loadDataset('digits', { trainCount: 1500, testCount: 200 });
    const optimizer = { kind: 'adam', learningRate: 0.003 };
    const { session, epochs } = await train(spec, data, { epochs: 6, loss, optimizer });
    const losses = epochs.map(({ train: { loss } }) => loss);
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    expect(epochs[0].train).not.toHaveProperty('accuracy');
    expect(epochs[0].train.meanAbsoluteError).toBeGreaterThan(0);

    const { images, count } = data.test;
    const pixel = (row: number, i: number) => images[row * 784 + i] / 255;
    let [spread, error] = [0, 0];
    const { output } = await predictBatch(session, { spec }, images);
    expect(output.shape).toEqual([count, 28, 28, 1]);
    for (let i = 0; i < 784; i++) {
      let mean = 0;
      for (let row = 0; row < count; row++) mean += pixel(row, i) / count;
      for (let row = 0; row < count; row++) {
        spread += (pixel(row, i) - mean) ** 2 / images.length;
        error += (pixel(row, i) - output.data[row * 784 + i]) ** 2 / images.length;
      }
    }
    expect(error).toBeLessThan(spread / 2);
    const scored = await score(session, spec, data.test, { loss });
    expect(scored.loss).toBeCloseTo(error, 6);
    expect(Object.keys(scored).sort()).toEqual(['loss', 'meanAbsoluteError']);
  });

  it('is told apart from a classifier', async () => {
    const session = await opening;
    const data = await loadDataset('digits', { trainCount: 40, testCount: 10 });
    await expect(evaluate(session, spec, data.test, data)).rejects.toThrow(
      /answers with \(28, 28, 1\) for one picture\n.*score measures any model/,
    );
    expect(() => openPredictor(session, { spec, classes: [] })).toThrow(
      /to name what a picture shows/,
    );
    await expect(train(spec, data, {})).rejects.toThrow(
      /answers with \(28, 28, 1\), digits has 10 classes/,
    );
    await expect(train(spec, data, { loss: 'meanSquaredError' })).rejects.toThrow(
      /output "output" wants values; these rows are pictures/,
    );
  });
});

/** Two digits side by side: what the left one is, and the sum of both. */
function pairs(count: number, seed: number): ArraySplit {
  const random = new RandomStream(seed, 'pairs');
  const left = new Float32Array(count * 4).map(() => random.normal());
  const right = new Uint8Array(count * 4).map(() => random.integer(256));
  const sum = Float32Array.from({ length: count }, (_, n) => left[n * 4] + right[n * 4] / 255);
  const sign = Int32Array.from({ length: count }, (_, n) => (left[n * 4 + 1] > 0 ? 1 : 0));
  return { count, inputs: { left, right }, targets: { sign, sum } };
}

function twoOfEach(): ModelSpec {
  const [left, right] = [input({ shape: [4] }), input({ shape: [2, 2, 1] })];
  const both = concatenate()(left, flatten()(right));
  const hidden = dense({ units: 16, activation: 'tanh' })(both);
  const sign = dense({ units: 2, activation: 'softmax', name: 'signs' })(hidden);
  const sum = dense({ units: 1, name: 'sums' })(hidden);
  return model({ inputs: { left, right }, outputs: { sign, sum } });
}

const losses = {
  sign: 'sparseCategoricalCrossentropy',
  sum: { loss: 'meanSquaredError', weight: 0.5 },
} as const;

describe('several inputs and outputs', () => {
  const data = { train: pairs(330, 1), validation: pairs(70, 2) };
  const options: FitOptions = {
    losses,
    epochs: 8,
    optimizer: { kind: 'adam', learningRate: 0.02 },
  };

  it('learn both, and say how well', async () => {
    const spec = twoOfEach();
    const { session, epochs } = await train(spec, data, options);
    const { train: last, validation } = epochs[epochs.length - 1];
    const { sign, sum } = last.outputs ?? {};
    expect(last.loss).toBeCloseTo(sign.loss + 0.5 * sum.loss, 5);
    expect(sign.accuracy).toBeGreaterThan(0.9);
    expect(sum.meanAbsoluteError).toBeLessThan(0.3);
    expect(sum).not.toHaveProperty('accuracy');
    expect(last).not.toHaveProperty('accuracy');
    expect(validation?.outputs?.sign.accuracy).toBeGreaterThan(0.85);
    const scored = await score(session, spec, data.validation, { losses, batchSize: 32 });
    expect(scored.loss).toBeCloseTo(validation?.loss ?? 0, 5);
    const found = await predictBatch(session, { spec }, data.validation.inputs, { batchSize: 32 });
    expect(Object.keys(found)).toEqual(['sign', 'sum']);
    const { count, targets } = data.validation;
    const right = Array.from({ length: count }, (_, n) => {
      const isOne = found.sign.data[2 * n + 1] > found.sign.data[2 * n] ? 1 : 0;
      return isOne === targets?.sign[n];
    });
    expect(right.filter(Boolean).length / count).toBeCloseTo(scored.outputs?.sign.accuracy ?? 0, 6);
  });

  it('go on from a checkpoint in the middle of an epoch to the same bits', async () => {
    const short = { ...options, epochs: 2, checkpointEvery: { batches: 7 } };
    const whole = await train(twoOfEach(), data, short);
    const middle = whole.snapshots.find(({ progress }) => progress.batch > 0);
    expect(middle?.progress.sums).toBeDefined();
    const resume = decodeCheckpoint(encodeCheckpoint(middle!), 'here');
    const rest = await train(twoOfEach(), data, { ...short, resume });
    const [a, b] = [whole.snapshots.at(-1)!, rest.snapshots.at(-1)!];
    const records = ({ progress }: Snapshot) =>
      progress.history.map(({ train, validation }) => ({ train, validation }));
    expect(records(b)).toEqual(records(a));
    expect(b.states).toEqual(a.states);
  });

  it('take part of the rows for validation', async () => {
    const { epochs } = await train(
      twoOfEach(),
      { train: data.train },
      { ...options, epochs: 1, validationSplit: 0.2 },
    );
    expect(epochs[0].validation?.outputs?.sum.loss).toBeGreaterThan(0);
  });

  const { train: rows } = data;
  it.each<[string, ArraySplit, RegExp]>([
    [
      'an input too few',
      { ...rows, inputs: { left: rows.inputs.left } },
      /input "right": the rows lack it/,
    ],
    [
      'too few numbers',
      { ...rows, count: 300 },
      /input "left": it has 1320 numbers\n.*1200 numbers: 300 rows of \(4,\)/,
    ],
    [
      'a class beyond the last',
      { ...rows, targets: { ...rows.targets, sign: new Int32Array(330).fill(2) } },
      /target "sign": row 0 is of class 2\n.*from 0 to 1/,
    ],
    ['no targets', { count: 330, inputs: rows.inputs }, /target "sign"/],
    [
      'values for classes',
      { ...rows, targets: { sign: new Float32Array(330), sum: rows.targets!.sum } },
      /compares classes/,
    ],
  ])('refuse rows with %s', async (_, wrong, message) => {
    await expect(train(twoOfEach(), { train: wrong }, options)).rejects.toThrow(message);
  });

  it('refuse pictures with one class each, and commands for one picture', async () => {
    const digits = await loadDataset('digits', { trainCount: 40, testCount: 10 });
    await expect(train(twoOfEach(), digits, {})).rejects.toThrow(
      /has 2 inputs and 2 outputs; these rows are pictures with one class each\n.*rows by name/,
    );
    const session = await opening;
    expect(() => openPredictor(session, { spec: twoOfEach(), classes: [] })).toThrow(
      /has 2 inputs \(left, right\) and 2 outputs \(sign, sum\)\n.*to name what a picture shows/,
    );
  });
});

describe('one input and one output with names', () => {
  it('are like those without, by their names', async () => {
    const picture = input({ shape: [28, 28, 1] });
    const digit = dense({ units: 10, activation: 'softmax' })(flatten()(picture));
    const spec = model({ inputs: { picture }, outputs: { digit } });
    const data = await loadDataset('digits', { trainCount: 300, testCount: 50 });
    const { session, epochs } = await train(spec, data, { epochs: 3 });
    expect(epochs[2].train.accuracy).toBeGreaterThan(0.4);
    const { accuracy, confusion } = await evaluate(session, spec, data.test, data);
    expect(confusion).toHaveLength(10);
    expect((await score(session, spec, data.test)).accuracy).toBe(accuracy);
    const found = await predictBatch(session, { spec }, { picture: data.test.images });
    expect(found.digit.shape).toEqual([50, 10]);
    const [pixels, width, height] = [data.test.images.subarray(0, 784), 28, 28];
    const read = openPredictor(session, { spec, classes: data.classes });
    const { answers } = await read(
      { pixels, width, height, channels: 1 },
      { invert: false, centre: false, top: 10 },
    );
    const first = [...found.digit.data.subarray(0, 10)].sort((a, b) => b - a);
    answers.forEach(({ probability }, i) => {
      expect(probability).toBeCloseTo(first[i], 6);
    });
    const rows = {
      count: 300,
      inputs: { picture: data.train.images },
      targets: { digit: data.train.labels },
    };
    const byName = await train(
      model({ inputs: { picture }, outputs: { digit } }),
      { train: rows },
      { epochs: 3 },
    );
    expect(byName.epochs[2].train).toEqual(epochs[2].train);
  });
});

describe('activations', () => {
  const spec = sequential({ inputShape: [3, 3, 1] }, [
    conv2d({ filters: 2, kernelSize: 2, name: 'corners', kernelInitializer: 'ones' }),
    flatten(),
    dense({ units: 2, activation: 'softmax', kernelInitializer: 'ones' }),
  ]);
  const weights = new Map([
    ['corners/kernel', { shape: [2, 2, 1, 2], data: new Float32Array(8).fill(1) }],
    ['corners/bias', { shape: [2], data: Float32Array.of(0, 10) }],
    ['dense/kernel', { shape: [8, 2], data: new Float32Array(16) }],
    ['dense/bias', { shape: [2], data: Float32Array.of(0, Math.log(3)) }],
  ]);

  it('are what named layers give for each row; bytes are scaled, floats are not', async () => {
    const session = await opening;
    const floats = Float32Array.from({ length: 5 * 9 }, (_, i) => i % 9);
    const found = await activations(session, { spec, weights }, floats, ['corners'], {
      batchSize: 2,
    });
    expect(Object.keys(found)).toEqual(['corners']);
    expect(found.corners.shape).toEqual([5, 2, 2, 2]);
    for (let row = 0; row < 5; row++) {
      expect(Array.from(found.corners.data.subarray(row * 8, row * 8 + 8))).toEqual([
        8, 18, 12, 22, 20, 30, 24, 34,
      ]);
    }
    const bytes = Uint8Array.from({ length: 9 }, () => 255);
    const scaled = await activations(session, { spec, weights }, bytes, ['corners']);
    expect(scaled.corners.data[0]).toBeCloseTo(4, 5);
    const { output } = await predictBatch(session, { spec, weights }, bytes);
    expect(Array.from(output.data, (p) => Number(p.toFixed(5)))).toEqual([0.25, 0.75]);
    await expect(activations(session, { spec, weights }, floats, ['corner'])).rejects.toThrow(
      /unknown layer "corner"\n.*\n.*did you mean "corners"/,
    );
    await expect(predictBatch(session, { spec, weights }, floats.subarray(1))).rejects.toThrow(
      /received 44 numbers for "input"\n.*of \(3, 3, 1\) for "input"/,
    );
  });
});
