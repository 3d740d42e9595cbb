/**
 * @file lenet-c3-table: the parts of LeNet-5 of 1998 that no network has today, each against what took its place.
 *
 * Before: `lenetVariants.ts`. Next stop: `docs/lenet5.md`, the network as it was published.
 */

import { sizeOf } from '../base/shape.ts';
import { drawIntervals } from '../draw/intervals.ts';
import { parametersOf } from '../nn/network.ts';
import { bySeed, formatSpread, intervalOf, judged } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { type LenetPart, lenetWith } from './lenetVariants.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface TableForm extends Form {
  readonly epochs: number;
}

interface TableSettings {
  readonly part: LenetPart;
  readonly loss?: 'mle' | 'map';
  /** Default: that of 1998. */
  readonly optimizer?: 'sgd' | 'adam';
}

const CONDITIONS = {
  paper: { part: 'none' },
  fullC3: { part: 'fullC3' },
  average: { part: 'average' },
  max: { part: 'max' },
  softmax: { part: 'softmax' },
  mle: { part: 'none', loss: 'mle' },
  sgd: { part: 'none', optimizer: 'sgd' },
  adam: { part: 'none', optimizer: 'adam' },
} as const satisfies Readonly<Record<string, TableSettings>>;

type Condition = keyof typeof CONDITIONS;

const WORDS: Readonly<Record<Condition, string>> = {
  paper: 'as in 1998',
  fullC3: 'C3 fully connected',
  average: 'average pooling',
  max: 'max pooling',
  softmax: 'softmax output',
  mle: 'eq. 8 (MLE)',
  sgd: 'gradient descent',
  adam: 'Adam',
};

const NAMES = Object.keys(CONDITIONS) as readonly Condition[];

/** How each is trained: one picture at a time as in 1998, but for Adam, which takes 32. */
function trainingOf({ part, loss, optimizer }: TableSettings, epochs: number) {
  // The table of 1998, 2 + 3 + 3 + 4 + 8 passes, shortened.
  const falling = [1, 1, 0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.02];
  const table = (rate: number) => ({
    kind: 'table',
    rates: Array.from({ length: epochs }, (_, epoch) => rate * (falling[epoch] ?? 0.02)),
  });
  const own = { epochs, ...(loss === undefined ? {} : { loss }) };
  if (optimizer === 'adam') {
    const adam = { kind: 'adam', learningRate: 0.002 };
    return { ...own, batchSize: 32, optimizer: adam, schedule: table(0.002) };
  }
  const options = { ...own, batchSize: 1, shuffle: 'once' } as const;
  if (optimizer === 'sgd') {
    return {
      ...options,
      optimizer: { kind: 'sgd', learningRate: 0.0005 },
      schedule: table(0.0005),
    };
  }
  // A distance is a sum over 84 numbers, a cross-entropy is not.
  const lossUnit = part === 'softmax' ? 1 : 42;
  const levenbergMarquardt = {
    ...{ kind: 'levenbergMarquardt', learningRate: 0.0005, mu: 0.02 },
    ...{ patterns: 500, lossUnit },
  };
  return { ...options, optimizer: levenbergMarquardt, schedule: table(0.0005) };
}

export const lenetTable: Study<TableForm, TableSettings> = {
  name: 'lenet-c3-table',
  revision: 1,
  title: 'What the parts of LeNet-5 of 1998 are worth',
  question:
    'Which parts of 1998 made the network better: Table I, sub-sampling, codes, eq. 9, second derivatives?',
  text: 'One way is that the first 6 feature maps of C3 take 3 adjacent feature map subsets in S2 as input [...]; each pooling core has two training parameters; a radial basis function (RBF) network connection is used.',
  expected:
    'Table I loses nothing with two thirds of the kernels and breaks symmetry (1998, section II.B); eq. 9 is better than eq. 8 (II.C); second derivatives train faster than plain gradients (appendix C); today one takes max pooling, softmax and Adam',
  design: ({ trainCount, epochs }) =>
    `lenet5-1998 with one part changed at a time, ${epochs} passes over ${trainCount.toLocaleString('en-US')} pictures, one picture at a time, diagonal Levenberg-Marquardt with the rates of 1998 in fewer passes. Pooling keeps the squashing function behind it. "Gradient descent" is at the same rates without second derivatives; Adam takes batches of 32 at 0.002, falling alike.`,
  forms: {
    quick: { data: 'digits', trainCount: 1000, testCount: 500, seeds: 3, epochs: 4 },
    full: { data: 'mnist', trainCount: 8000, testCount: 10_000, seeds: 5, epochs: 6 },
  },
  trials: ({ seeds }) => eachSeed<TableSettings>(seeds, CONDITIONS),
  runTrial: ({ settings, seed }, context) => {
    const { form, data } = context;
    const spec = lenetWith(settings.part);
    const options = { ...trainingOf(settings, form.epochs), seed };
    const trainable = parametersOf(spec).filter((parameter) => parameter.trainable);
    return withTrained(context, spec, options, async ({ history, diverged, accuracy }) => ({
      numbers: {
        accuracy: diverged ? 1 / data.classes.length : await accuracy(data.test),
        trainAccuracy: history.at(-1)?.train.accuracy ?? null,
        trainLoss: history.at(-1)?.train.loss ?? null,
        parameters: trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      },
    }));
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [
      {
        title: 'One part changed at a time',
        head: [
          'changed',
          'trained parameters',
          'training accuracy',
          'test accuracy',
          'points above 1998',
        ],
        rows: NAMES.map((name) => [
          WORDS[name],
          intervalOf(bySeed(results, name, 'parameters')).mean.toLocaleString('en-US'),
          formatSpread(intervalOf(bySeed(results, name, 'trainAccuracy')), 'share'),
          formatSpread(intervalOf(bySeed(results, name, 'accuracy')), 'share'),
          name === 'paper' ? '' : formatSpread(gain(results, name, 'paper'), 'points'),
        ]),
        note: 'Differences are paired by seed; ± is half of the 95 % interval.',
      },
    ],
    figures: [
      {
        name: 'parts',
        caption:
          'Test accuracy against the network of 1998 in points, paired by seed, with 95 % intervals.',
        svg: drawIntervals(
          NAMES.filter((name) => name !== 'paper').map((name) => {
            const { mean, low, high } = gain(results, name, 'paper');
            return { name: WORDS[name], mean: 100 * mean, low: 100 * low, high: 100 * high };
          }),
          { title: 'What another part changes', xLabel: 'points of test accuracy', against: 0 },
        ),
      },
    ],
  }),
};

type TableResults = Results<TableForm, TableSettings>;

const gain = (results: TableResults, a: Condition, b: Condition) =>
  pairedDifference(bySeed(results, a, 'accuracy'), bySeed(results, b, 'accuracy'));

function findingsOf(results: TableResults): Finding[] {
  const better = (a: Condition, b: Condition, claim: string, expected: string): Finding =>
    judged({
      claim,
      expected,
      interval: gain(results, a, b),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  return [
    judged({
      claim:
        'C3 by Table I is at most 0.3 points behind a fully connected one, with 900 weights fewer',
      expected: 'yes (1998: fewer connections, broken symmetry)',
      interval: gain(results, 'fullC3', 'paper'),
      unit: 'points',
      is: 'below',
      than: 0.003,
      note: 'Measured is what full connection gains.',
    }),
    better('paper', 'average', 'Trainable sub-sampling is better than plain averages', 'not said'),
    better('max', 'paper', 'Max pooling is better than trainable sub-sampling', 'yes (today)'),
    better('softmax', 'paper', 'A softmax output is better than codes', 'yes (today; text)'),
    better(
      'paper',
      'mle',
      'Eq. 9 is better than eq. 8',
      'yes (1998, section II.C: it discriminates)',
    ),
    better(
      'paper',
      'sgd',
      'Second derivatives are better than plain gradients at the same rates',
      'yes (1998, appendix C)',
    ),
    better('adam', 'paper', 'Adam is better than second derivatives', 'yes (today)'),
  ];
}
