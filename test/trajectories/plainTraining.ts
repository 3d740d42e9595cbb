/**
 * @file One small network trained in float64 by plain loops: what `fit` must do, said a second time and another way.
 *
 * Pictures of 4x4 pixels, two 3x3 filters with tanh, batch normalisation, dropout, three classes. Gradients are central
 * differences of the loss, so nothing here knows a derivative. Previous stop: `plainRandom.ts`. Next stop:
 * `trajectories.test.ts`.
 */
import { orderOfEpoch, uniforms } from './plainRandom.ts';

export const SIDE = 4;
export const FILTERS = 2;
export const CLASSES = 3;
const PLACES = (SIDE - 2) ** 2;
const FEATURES = PLACES * FILTERS;

export interface Row {
  /** SIDE^2 numbers. */
  readonly pixels: readonly number[];
  readonly label: number;
}

/** Numbers by the name of the state. */
export type Numbers = Record<string, number[]>;

export interface PlainSettings {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly dropoutRate: number;
  /** Share of a moving statistic that stays. */
  readonly momentum: number;
  readonly epsilon: number;
  /** Of the dense kernel. */
  readonly l2: number;
  /** Changes the parameters by their gradients; `step` from 1. */
  update(parameters: Numbers, gradients: Numbers, rate: number, step: number): void;
  /** The rate of a step: `epoch` counts fractions; `watched` are the validation losses so far. */
  rate(epoch: number, watched: readonly number[]): number;
}

export interface PlainEpoch {
  /** Mean loss over the rows so far, after each batch. */
  readonly running: number[];
  readonly rates: number[];
  readonly accuracy: number;
  readonly validation: { readonly loss: number; readonly accuracy: number };
}

const TRAINED = [
  'conv/kernel',
  'conv/bias',
  'norm/gamma',
  'norm/beta',
  'dense/kernel',
  'dense/bias',
];

/** (rows, places, filters): tanh of the sums under each window. */
function features(p: Numbers, rows: readonly Row[]): number[][][] {
  return rows.map(({ pixels }) =>
    Array.from({ length: PLACES }, (_, place) => {
      const [top, left] = [Math.floor(place / (SIDE - 2)), place % (SIDE - 2)];
      return Array.from({ length: FILTERS }, (_, filter) => {
        let sum = p['conv/bias'][filter];
        for (let i = 0; i < 9; i++) {
          const pixel = pixels[(top + Math.floor(i / 3)) * SIDE + left + (i % 3)];
          sum += pixel * p['conv/kernel'][i * FILTERS + filter];
        }
        return Math.tanh(sum);
      });
    }),
  );
}

/** Mean and variance of each filter over all rows and places. */
function statistics(maps: readonly (readonly number[][])[]): {
  mean: number[];
  variance: number[];
} {
  const of = (filter: number) => maps.flatMap((map) => map.map((place) => place[filter]));
  const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const each = Array.from({ length: FILTERS }, (_, filter) => of(filter));
  const mean = each.map(meanOf);
  return { mean, variance: each.map((v, f) => meanOf(v.map((x) => (x - mean[f]) ** 2))) };
}

/** Loss and answer of each row; `mask` multiplies what the dense layer reads. */
function answers(
  p: Numbers,
  rows: readonly Row[],
  { mean, variance }: { mean: readonly number[]; variance: readonly number[] },
  epsilon: number,
  mask?: readonly number[],
) {
  return features(p, rows).map((map, n) => {
    const read = map.flat().map((x, i) => {
      const f = i % FILTERS;
      const normal = (x - mean[f]) / Math.sqrt(variance[f] + epsilon);
      const y = p['norm/gamma'][f] * normal + p['norm/beta'][f];
      return y * (mask?.[n * FEATURES + i] ?? 1);
    });
    const scores = Array.from({ length: CLASSES }, (_, c) =>
      read.reduce((sum, y, i) => sum + y * p['dense/kernel'][i * CLASSES + c], p['dense/bias'][c]),
    );
    const total = scores.reduce((sum, s) => sum + Math.exp(s), 0);
    const loss = Math.log(total) - scores[rows[n].label];
    return { loss, isRight: scores.indexOf(Math.max(...scores)) === rows[n].label };
  });
}

const meanLoss = (found: readonly { readonly loss: number }[]): number =>
  found.reduce((sum, { loss }) => sum + loss, 0) / found.length;

const shareRight = (found: readonly { readonly isRight: boolean }[]): number =>
  found.filter(({ isRight }) => isRight).length / found.length;

/** Central differences along every number that is trained. */
function gradientsOf(p: Numbers, loss: () => number): Numbers {
  const h = 1e-5;
  const gradients: Numbers = {};
  for (const name of TRAINED) {
    gradients[name] = p[name].map((value, i) => {
      p[name][i] = value + h;
      const above = loss();
      p[name][i] = value - h;
      const below = loss();
      p[name][i] = value;
      return (above - below) / (2 * h);
    });
  }
  return gradients;
}

/** Trains `p` in place and tells of each epoch. */
export function trainPlainly(
  p: Numbers,
  train: readonly Row[],
  validation: readonly Row[],
  settings: PlainSettings,
): PlainEpoch[] {
  const { seed, batchSize, dropoutRate, momentum, epsilon, l2 } = settings;
  const perEpoch = Math.ceil(train.length / batchSize);
  const penalty = () => l2 * p['dense/kernel'].reduce((sum, w) => sum + w * w, 0);
  const watched: number[] = [];
  let step = 0;
  return Array.from({ length: settings.epochs }, (_, epoch): PlainEpoch => {
    const order = orderOfEpoch(seed, epoch, train.length);
    const seen: { loss: number; isRight: boolean }[] = [];
    const [running, rates]: number[][] = [[], []];
    for (let batch = 0; batch < perEpoch; batch++) {
      const rows = order.slice(batch * batchSize, (batch + 1) * batchSize).map((i) => train[i]);
      const drawn = uniforms(seed, 'dropout', step, rows.length * FEATURES);
      const mask = drawn.map((u) => (u < dropoutRate ? 0 : 1 / (1 - dropoutRate)));
      const forward = () => answers(p, rows, statistics(features(p, rows)), epsilon, mask);
      const found = forward();
      const own = statistics(features(p, rows));
      const carried = penalty();
      const gradients = gradientsOf(p, () => meanLoss(forward()) + penalty());
      const rate = settings.rate(step / perEpoch, watched);
      step++;
      settings.update(p, gradients, rate, step);
      const moved = (old: number[], now: number[]) =>
        old.map((x, f) => momentum * x + (1 - momentum) * now[f]);
      p['norm/movingMean'] = moved(p['norm/movingMean'], own.mean);
      p['norm/movingVariance'] = moved(p['norm/movingVariance'], own.variance);
      seen.push(...found.map(({ loss, isRight }) => ({ loss: loss + carried, isRight })));
      running.push(meanLoss(seen));
      rates.push(rate);
    }
    const moving = { mean: p['norm/movingMean'], variance: p['norm/movingVariance'] };
    const tested = answers(p, validation, moving, epsilon);
    const loss = meanLoss(tested) + penalty();
    watched.push(loss);
    const accuracy = shareRight(tested);
    return { running, rates, accuracy: shareRight(seen), validation: { loss, accuracy } };
  });
}
