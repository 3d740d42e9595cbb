import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import type { Split } from '../data/dataset.ts';
import type { Node } from '../graph/node.ts';
import { dense } from '../nn/layers/dense.ts';
import type { LossFunction } from '../nn/losses/losses.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { sequential } from '../nn/sequential.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { FitEvent, FitOptions } from './events.ts';
import { type FitData, fit } from './fit.ts';
import type { Snapshot } from './progress.ts';
import { Mixup, mixRows, treatmentOf } from './rowTreatment.ts';

const COUNT = 22;
const labels = Uint8Array.from({ length: COUNT }, (_, i) => (i % 5 === 0 ? 2 : i % 2));
const train: Split = {
  count: COUNT,
  images: Uint8Array.from({ length: COUNT * 5 }, (_, i) => (i * 61 + (i % 3) * 17) % 256),
  labels,
};
const data: FitData = { train, classes: ['a', 'b', 'c'] };
const net = () => sequential({ inputShape: [5] }, [dense({ units: 3, activation: 'softmax' })]);
const backends = ['reference', 'wasm'] as const;

async function run(
  options: FitOptions,
  backend: (typeof backends)[number] = 'reference',
  threads = 1,
) {
  const session = await openSession({ backend, threads });
  const spec = net();
  const kept: Snapshot[] = [];
  const events: FitEvent[] = [];
  for await (const event of fit(session, spec, data, { seed: 4, ...options })) {
    events.push(event);
    if (event.type === 'checkpoint') kept.push(await event.snapshot());
  }
  const epoch = events.find((event) => event.type === 'epoch');
  return { session, spec, kept, epoch, first: kept[0], end: kept[kept.length - 1] };
}

/** Probabilities of each row by the weights of a snapshot. */
async function probabilities({ session, spec, first }: Awaited<ReturnType<typeof run>>) {
  const kernel = first.states.get('dense/kernel')?.data ?? [];
  const bias = first.states.get('dense/bias')?.data ?? [];
  expect(spec.layers.length).toBe(1);
  expect(session.backend).toBeDefined();
  return Array.from({ length: COUNT }, (_, n) => {
    const z = [0, 1, 2].map((k) => {
      let sum = bias[k];
      for (let i = 0; i < 5; i++) sum += (train.images[n * 5 + i] / 255) * kernel[i * 3 + k];
      return Math.exp(sum);
    });
    const total = z[0] + z[1] + z[2];
    return z.map((one) => one / total);
  });
}

/** One step over all rows in order: its loss is measured before the step. */
const once: FitOptions = { epochs: 1, batchSize: COUNT, shuffle: false, optimizer: sgd() };
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

describe.each(backends)('rows in training, on %s', (backend) => {
  it('have smoothed labels, which validation has not', async () => {
    const found = await run({ ...once, labelSmoothing: 0.3, validationSplit: 0 }, backend);
    const p = await probabilities(found);
    const losses = p.map((row, n) => {
      const target = row.map((_, k) => (k === labels[n] ? 0.7 : 0) + 0.3 / 3);
      return -row.reduce((sum, pk, k) => sum + target[k] * Math.log(pk), 0);
    });
    expect(found.epoch?.train.loss).toBeCloseTo(mean(losses), 5);
    const plain = await run({ ...once, validationSplit: 0.5 }, backend);
    const smooth = await run({ ...once, validationSplit: 0.5, labelSmoothing: 0.3 }, backend);
    const hard = await evaluate(
      smooth.session,
      smooth.spec,
      {
        count: 11,
        images: train.images.subarray(55),
        labels: labels.subarray(11),
      },
      { classes: ['a', 'b', 'c'] },
    );
    expect(smooth.epoch?.validation?.loss).toBe(hard.loss);
    expect(smooth.epoch?.train.accuracy).toBe(plain.epoch?.train.accuracy);
  });

  it('are weighed by class and by row: the sum of both over the number of rows', async () => {
    const sampleWeights = Array.from({ length: COUNT }, (_, n) => (n % 4) / 2);
    const found = await run({ ...once, classWeights: { b: 3, c: 0.5 }, sampleWeights }, backend);
    const p = await probabilities(found);
    const ofClass = [1, 3, 0.5];
    const losses = p.map(
      (row, n) => -Math.log(row[labels[n]]) * ofClass[labels[n]] * sampleWeights[n],
    );
    expect(found.epoch?.train.loss).toBeCloseTo(mean(losses), 5);
    // The gradient carries them too: bias -= rate * mean of weight * (p - target).
    const moved = [...(found.end.states.get('dense/bias')?.data ?? [])];
    const wanted = [0, 1, 2].map((k) => {
      const slopes = p.map(
        (row, n) => ofClass[labels[n]] * sampleWeights[n] * (row[k] - (k === labels[n] ? 1 : 0)),
      );
      return -0.01 * mean(slopes);
    });
    wanted.forEach((w, k) => {
      expect(moved[k]).toBeCloseTo(w, 6);
    });
  });

  it('balanced: every class weighs the same', async () => {
    const rows = [0, 1, 2].map((k) => labels.filter((label) => label === k).length);
    const byHand = rows.map((n) => COUNT / (3 * n));
    const [a, b] = [
      await run({ ...once, classWeights: 'balanced' }, backend),
      await run({ ...once, classWeights: byHand }, backend),
    ];
    expect(a.end.states).toEqual(b.end.states);
    expect(new Set(rows).size).toBeGreaterThan(1);
  });

  it('balanced: a class without rows takes nothing from the others', () => {
    const four = sequential({ inputShape: [5] }, [dense({ units: 4, activation: 'softmax' })]);
    const { weights } = treatmentOf(four, train, undefined, { classWeights: 'balanced' });
    const sums = [0, 0, 0, 0];
    weights?.forEach((weight, n) => {
      sums[labels[n]] += weight;
    });
    expect(sums).toEqual([...new Array(3).fill(expect.closeTo(COUNT / 3, 4)), 0]);
  });

  it('are mixed in pairs, labels and weights with them', async () => {
    const share = new Mixup(0.4, 4).share(0);
    const found = await run({ ...once, mixup: 0.4, classWeights: [1, 2, 3] }, backend);
    const kernel = found.first.states.get('dense/kernel')?.data ?? [];
    const pixel = (n: number, i: number) => train.images[n * 5 + i] / 255;
    const losses = Array.from({ length: COUNT }, (_, n) => {
      const m = COUNT - 1 - n;
      const mixed = (a: number, b: number) => share * a + (1 - share) * b;
      // Of a pair, the second row is the same mixture seen from its side.
      const z = [0, 1, 2].map((k) => {
        let sum = 0;
        for (let i = 0; i < 5; i++) sum += mixed(pixel(n, i), pixel(m, i)) * kernel[i * 3 + k];
        return sum;
      });
      const norm = Math.log(z.reduce((sum, one) => sum + Math.exp(one), 0));
      const loss = z.reduce((sum, one, k) => {
        const target = mixed(labels[n] === k ? 1 : 0, labels[m] === k ? 1 : 0);
        return sum - target * (one - norm);
      }, 0);
      return loss * mixed(1 + labels[n], 1 + labels[m]);
    });
    expect(found.epoch?.train.loss).toBeCloseTo(mean(losses), 5);
  });

  it('are mixed by another share at every step of every epoch', async () => {
    const still = { ...once, optimizer: sgd({ learningRate: 1e-12 }), epochs: 3, mixup: 0.4 };
    const { kept } = await run(still, backend);
    const { history } = kept[kept.length - 1].progress;
    expect(new Set(history.map(({ train: { loss } }) => loss)).size).toBe(3);
  });

  it('give the same bits from any step on', async () => {
    const options: FitOptions = {
      epochs: 2,
      batchSize: 5,
      mixup: 0.3,
      labelSmoothing: 0.1,
      classWeights: 'balanced',
      checkpointEvery: { batches: 1 },
    };
    const whole = await run(options, backend);
    for (const at of [1, 3, 7]) {
      const rest = await run({ ...options, resume: whole.kept[at] }, backend);
      expect(rest.end.states).toEqual(whole.end.states);
    }
    if (backend === 'wasm') {
      expect((await run(options, backend, 2)).end.states).toEqual(whole.end.states);
    }
    expect((await run({ ...options, seed: 5 }, backend)).end.states).not.toEqual(whole.end.states);
  });

  it('are judged by a function of one’s own', async () => {
    const squared: LossFunction = (output, truth, build): Node => {
      const squares = build('square', [build('sub', [output, truth])]);
      const sums = build('sumTo', [squares], { shape: [output.shape[0], 1] });
      return build('reshape', [sums], { shape: [output.shape[0]] });
    };
    const own = await run({ ...once, epochs: 3, batchSize: 8, loss: squared }, backend);
    // The named one is the mean over three classes: a third of the sum, so a third of the rate.
    const named = await run(
      {
        ...once,
        epochs: 3,
        batchSize: 8,
        loss: 'meanSquaredError',
        optimizer: sgd({ learningRate: 0.03 }),
      },
      backend,
    );
    expect((own.epoch?.train.loss ?? 0) / 3).toBeCloseTo(named.epoch?.train.loss ?? 1, 5);
    const [a, b] = [own, named].map(({ end }) => end.states.get('dense/kernel')?.data ?? []);
    a.forEach((w, i) => {
      expect(w).toBeCloseTo(b[i], 5);
    });
    expect(own.epoch?.train.accuracy).toBe(named.epoch?.train.accuracy);
  });
});

describe('the share of a mixed pair', () => {
  it('is drawn from a symmetric beta distribution', () => {
    for (const alpha of [0.01, 0.2, 1, 2]) {
      const mixup = new Mixup(alpha, 1);
      const shares = Array.from({ length: 20000 }, (_, step) => mixup.share(step));
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(mean(shares)).toBeCloseTo(0.5, 1.5);
      const variance = mean(shares.map((share) => (share - 0.5) ** 2));
      expect(variance / (1 / (4 * (2 * alpha + 1))), String(alpha)).toBeCloseTo(1, 1.3);
    }
    expect(new Mixup(0.5, 1).share(3)).not.toBe(new Mixup(0.5, 2).share(3));
  });

  it('leaves the row in the middle, and rows behind the batch', () => {
    const values = Float32Array.of(1, 2, 10, 20, 5, 6, 100, 100);
    mixRows(values, 2, 3, 0.75);
    expect([...values]).toEqual([2, 3, 10, 20, 4, 5, 100, 100]);
  });
});

describe('what is refused', () => {
  it.each<[FitOptions, RegExp]>([
    [{ labelSmoothing: 1 }, /below 1/],
    [{ mixup: 0 }, /at most 2/],
    [{ mixup: 0.2, loss: 'meanSquaredError' }, /the loss is meanSquaredError/],
    [{ labelSmoothing: 0.1, loss: 'meanSquaredError' }, /the loss is meanSquaredError/],
    [{ classWeights: [1, 2] }, /received 2 for 3 classes/],
    [{ classWeights: { d: 1 } }, /unknown class "d"/],
    [{ classWeights: [1, -1, 1] }, /the weight -1/],
    [{ classWeights: [0, 0, 0] }, /all weights are 0/],
    [{ classWeights: 'balance' as 'balanced' }, /unknown way to weigh classes/],
    [{ sampleWeights: [1, 2] }, /received 2 for 22 rows/],
    [{ loss: 'huberr' as 'huber' }, /did you mean "huber"/],
    [{ loss: (output) => output }, /the function gave \(22, 3\)/],
    [{ loss: (() => undefined) as unknown as LossFunction }, /the function gave undefined/],
  ])('%o', async (options, message) => {
    await expect(run({ ...once, ...options })).rejects.toThrow(message);
  });
});
