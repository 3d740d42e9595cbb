import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { withCrops } from '../data/augment/index.ts';
import type { Split } from '../data/dataset.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import type { MetricChoice, OwnMetric } from '../nn/losses/chosenMetrics.ts';
import { input, model } from '../nn/model.ts';
import { sequential } from '../nn/sequential.ts';
import { evaluate } from './evaluation/evaluate.ts';
import { score } from './evaluation/score.ts';
import type { FitOptions } from './events.ts';
import { fit } from './fit.ts';
import { predictBatch } from './prediction/batchPrediction.ts';
import type { Snapshot } from './progress.ts';
import { splitRunner } from './runners/split.ts';
import { decodeCheckpoint, encodeCheckpoint } from './snapshots/checkpoint.ts';

const CLASSES = ['a', 'b', 'c', 'd'];

/** Four classes that noise hides in part. */
const data: Split = {
  count: 45,
  images: Uint8Array.from({ length: 45 * 8 }, (_, i) => (i * 89 + ((i * i) % 13) * 31) % 256),
  labels: Uint8Array.from({ length: 45 }, (_, i) => (i * i * 7 + i) % 4),
};
const netOf = () => sequential({ inputShape: [8] }, [dense({ units: 4, activation: 'softmax' })]);

/** The probability of the right class. */
const confidence: OwnMetric = {
  name: 'confidence',
  better: 'higher',
  rows: (output, truth, build) => {
    const right = build('mul', [output, truth]);
    const sums = build('sumTo', [right], { shape: [right.shape[0], 1] });
    return build('reshape', [sums], { shape: [right.shape[0]] });
  },
};
const metrics: readonly MetricChoice[] = ['top2Accuracy', 'meanSquaredError', confidence];
const base: FitOptions = { epochs: 3, batchSize: 8, validationSplit: 0.4, metrics };

async function trained(changes: FitOptions, backend: 'reference' | 'wasm' = 'reference') {
  const session = await openSession({ backend, threads: 1 });
  const spec = netOf();
  const kept: Snapshot[] = [];
  for await (const event of fit(session, spec, { train: data }, { ...base, ...changes })) {
    if (event.type === 'checkpoint') kept.push(await event.snapshot());
  }
  const { progress, states } = kept[kept.length - 1];
  return { session, spec, kept, states, progress, history: progress.history };
}

/** By hand, of rows of probabilities: [within the best two, squared error, probability of the right class]. */
function byHand(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number[] {
  const sums = [0, 0, 0];
  for (let n = 0; n < labels.length; n++) {
    const row = Array.from(CLASSES, (_, c) => probabilities[n * 4 + c]);
    sums[0] += Number(row.filter((p) => p > row[labels[n]]).length < 2);
    sums[1] += row.reduce((sum, p, c) => sum + (p - Number(c === labels[n])) ** 2, 0) / 4;
    sums[2] += row[labels[n]];
  }
  return sums.map((sum) => sum / labels.length);
}

describe('metrics that are asked for', () => {
  // Class numbers, one-hot rows, and one-hot rows that are smoothed for the loss alone.
  it.each([
    ['reference', { loss: 'sparseCategoricalCrossentropy' }],
    ['wasm', { loss: 'sparseCategoricalCrossentropy' }],
    ['reference', { loss: 'categoricalCrossentropy' }],
    ['wasm', { labelSmoothing: 0.3 }],
  ] as const)('are what they are by hand (%s, %o)', async (backend, changes) => {
    const { session, spec, history } = await trained(changes, backend);
    const validation = {
      count: 18,
      images: data.images.subarray(27 * 8),
      labels: data.labels.subarray(27),
    };
    const { metrics: found = {} } = history[2].validation ?? {};
    const probabilities = await predictBatch(session, { spec }, validation.images);
    const expected = byHand(probabilities.output.data, validation.labels);
    expect(Object.keys(found)).toEqual(['top2Accuracy', 'meanSquaredError', 'confidence']);
    Object.values(found).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
    const options = { classes: CLASSES, metrics, topK: [2] };
    const report = await evaluate(session, spec, validation, options);
    expect(report.metrics?.top2Accuracy).toBe(report.topK['2']);
    expect(report.metrics).toEqual(found);
    expect((await score(session, spec, validation, { metrics })).metrics).toEqual(found);
    await session.close();
  });

  it('of training are means over its steps', async () => {
    // A rate so small that no step changes what the next one measures.
    const optimizer = { kind: 'sgd', learningRate: 1e-12 };
    const changes = { epochs: 2, validationSplit: 0, optimizer };
    for (const loss of ['sparseCategoricalCrossentropy', 'categoricalCrossentropy'] as const) {
      const { history, session, spec } = await trained({ ...changes, loss });
      const { metrics: now = {} } = await score(session, spec, data, { metrics });
      for (const { train } of history) {
        for (const [name, value] of Object.entries(now)) {
          expect(train.metrics?.[name]).toBeCloseTo(value, 5);
        }
      }
    }
  });

  it('leave the numbers of training alone', async () => {
    for (const backend of ['reference', 'wasm'] as const) {
      const [plain, measured] = [
        await trained({ metrics: [] }, backend),
        await trained({}, backend),
      ];
      expect(measured.states).toEqual(plain.states);
      expect(plain.history[2].train.accuracy).toBeDefined();
      const without = measured.history.map(({ train: { metrics: _, ...train } }) => train);
      expect(without).toEqual(plain.history.map(({ train }) => train));
    }
  });

  it('go on to the same bits from the middle of an epoch', async () => {
    const whole = await trained({ checkpointEvery: { batches: 1 }, eventInterval: 0 });
    const middle = whole.kept.find(({ progress: { epoch, batch } }) => epoch === 1 && batch === 2);
    if (middle === undefined) throw new Error('no checkpoint within the epoch');
    expect(middle.progress.sums).toHaveProperty(['metric.confidence']);
    const resume = decodeCheckpoint(encodeCheckpoint(middle), 'a test');
    const metricsIn = ({ history }: typeof whole) =>
      history.map(({ train, validation }) => ({ train, validation }));
    expect(metricsIn(await trained({ resume }))).toEqual(metricsIn(whole));
    await expect(trained({ resume, metrics: ['top2Accuracy'] })).rejects.toThrow(
      'measured by top2Accuracy, meanSquaredError, confidence beside the loss, not top2Accuracy',
    );
  });

  it('are kept by a checkpoint where they are no numbers', async () => {
    const broken: OwnMetric = {
      name: 'broken',
      rows: (output, _, build) => {
        const rows = build('sumTo', [output], { shape: [output.shape[0], 1] });
        return build('reshape', [build('log', [build('neg', [rows])])], { shape: [rows.shape[0]] });
      },
    };
    const { kept } = await trained({ metrics: [broken] });
    const { progress } = decodeCheckpoint(encodeCheckpoint(kept[kept.length - 1]), 'a test');
    expect(progress.history[0].train.metrics).toEqual({ broken: Number.NaN });
  });

  it('add up over gradients and update as two programs', async () => {
    const [fused, split] = [await trained({}), await trained({ runner: splitRunner() })];
    for (const [epoch, { train }] of fused.history.entries()) {
      for (const [name, value] of Object.entries(train.metrics ?? {})) {
        expect(split.history[epoch].train.metrics?.[name]).toBeCloseTo(value, 6);
      }
    }
  });

  it('decide which epoch is the best, higher or lower as each is', async () => {
    for (const [monitor, sign] of [
      ['confidence', -1],
      ['meanSquaredError', 1],
    ] as const) {
      const { history, progress } = await trained({
        monitor,
        epochs: 6,
        optimizer: { kind: 'adam', learningRate: 0.3 },
      });
      const values = history.map(({ validation }) => sign * (validation?.metrics?.[monitor] ?? 0));
      expect(new Set(values).size).toBeGreaterThan(1);
      expect(progress.best?.epoch).toBe(1 + values.indexOf(Math.min(...values)));
    }
  });

  it('count right answers of the averages of ten crops', async () => {
    const session = await openSession({ backend: 'reference' });
    const spec = sequential({ inputShape: [4, 4, 1] }, [
      flatten(),
      dense({ units: 4, activation: 'softmax' }),
    ]);
    const pictures = {
      ...data,
      count: 30,
      images: Uint8Array.from({ length: 30 * 36 }, (_, i) => (i * i * 31 + i * 7) % 256),
      labels: data.labels.subarray(0, 30),
    };
    const none = { steps: [], mean: null };
    const reading = {
      augmentation: withCrops(none, [4, 4, 1]),
      stored: [6, 6, 1] as const,
      workers: 0,
    };
    const train = { count: 4, images: new Uint8Array(4 * 16), labels: Uint8Array.of(0, 1, 2, 3) };
    for await (const _ of fit(session, spec, { train }, { epochs: 1 }));
    const options = { classes: CLASSES, reading, crops: 10, topK: [1, 2] } as const;
    const asked = ['accuracy', 'top2Accuracy', confidence] as const;
    const report = await evaluate(session, spec, pictures, { ...options, metrics: asked });
    expect(report.metrics).toMatchObject({
      accuracy: report.accuracy,
      top2Accuracy: report.topK['2'],
    });
    expect(report.metrics?.confidence).toBeGreaterThan(0);
  });
});

describe('metrics of several outputs and of values', () => {
  it("are each output's own, where they suit it", async () => {
    const session = await openSession({ backend: 'reference' });
    const x = input({ shape: [8] });
    const outputs = {
      kind: dense({ units: 4, activation: 'softmax' })(x),
      size: dense({ units: 1 })(x),
    };
    const spec = model({ inputs: { x }, outputs });
    const rows = {
      count: 45,
      inputs: { x: Float32Array.from(data.images, (byte) => byte / 255) },
      targets: { kind: data.labels, size: Float32Array.from({ length: 45 }, (_, i) => i / 45) },
    };
    const options = {
      losses: { kind: 'sparseCategoricalCrossentropy', size: 'huber' },
      metrics: ['top2Accuracy', 'meanSquaredError'],
    } as const;
    const history = [];
    for await (const event of fit(
      session,
      spec,
      { train: rows, validation: rows },
      { ...options, epochs: 1 },
    )) {
      if (event.type === 'epoch') history.push(event);
    }
    for (const measured of [history[0].train, history[0].validation]) {
      const { kind, size } = measured?.outputs ?? {};
      expect(Object.keys(kind?.metrics ?? {})).toEqual(['top2Accuracy', 'meanSquaredError']);
      expect(Object.keys(size?.metrics ?? {})).toEqual(['meanSquaredError']);
    }
    const { outputs: scored } = await score(session, spec, rows, options);
    const answers = await predictBatch(session, { spec }, rows.inputs);
    const squares = rows.targets.size.map((truth, i) => (answers.size.data[i] - truth) ** 2);
    const mean = squares.reduce((sum, square) => sum + square, 0) / 45;
    expect(scored?.size.metrics?.meanSquaredError).toBeCloseTo(mean, 5);
    const monitor = fit(
      session,
      spec,
      { train: rows },
      { ...options, monitor: 'meanSquaredError' },
    );
    await expect(monitor.next()).rejects.toThrow('one of loss');
  });
});

describe('metrics that mean nothing', () => {
  const refused: readonly (readonly [string, FitOptions, string])[] = [
    ['an unknown name', { metrics: ['acuracy' as 'accuracy'] }, 'did you mean "accuracy"'],
    ['all classes', { metrics: ['top4Accuracy'] }, 'top4Accuracy of 4 classes is always 1'],
    ['one name twice', { metrics: ['accuracy', 'accuracy'] }, '"accuracy" is asked for twice'],
    ['a name that is taken', { metrics: [{ ...confidence, name: 'loss' }] }, 'is called "loss"'],
    [
      'a sum over all rows',
      { metrics: [{ name: 'all', rows: (y, _, build) => build('sumTo', [y], { shape: [] }) }] },
      'one number for every row',
    ],
    ['one that is not measured', { monitor: 'top3Accuracy' }, 'ask for it too'],
    [
      'one without a direction',
      { metrics: [{ ...confidence, better: undefined as never }], monitor: 'confidence' },
      'whether a high confidence is good',
    ],
  ];
  it.each(refused)('are refused: %s', async (_, changes, message) => {
    await expect(trained(changes)).rejects.toThrow(message);
  });
});
