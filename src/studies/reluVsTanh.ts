/**
 * @file relu-vs-tanh: epochs to 25 % training error, with the best learning rate of each activation.
 *
 * Figure 1 of the 2012 paper. Its four-layer network is described nowhere; `models/cifarQuick.ts` is a stand-in. Each
 * rate is tried with every seed, and an activation is judged by the rate that gets there first in the mean.
 */
import { drawCurves } from '../draw/curves.ts';
import { modelOf } from '../models/index.ts';
import type { EpochRecord } from '../train/progress.ts';
import { bySeed, formatInterval, judge, meanList } from './engine/findings.ts';
import { type BySeed, meanOf, pairedRatio } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface SpeedForm extends Form {
  /** Training ends there, whatever the error. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly rates: Readonly<Record<Activation, readonly number[]>>;
}

const ACTIVATIONS = ['relu', 'tanh', 'sigmoid'] as const;
type Activation = (typeof ACTIVATIONS)[number];

interface SpeedSettings {
  readonly activation: Activation;
  readonly learningRate: number;
}

const TARGET = 0.25;

/** The same for all activations: N(0, 0.01), as published, takes thousands of steps to leave. */
const GLOROT = Object.fromEntries(
  ['conv1', 'conv2', 'conv3', 'fc10'].map((layer) => [
    `${layer}.kernelInitializer`,
    'glorotUniform',
  ]),
);
const MOMENTUM = 0.9;

export const reluVsTanh: Study<SpeedForm, SpeedSettings> = {
  name: 'relu-vs-tanh',
  revision: 1,
  title: 'How much faster ReLU trains',
  question:
    'How many epochs does a network with tanh need to come to 25 % training error, against ReLU?',
  text: 'ReLU-based deep convolutional networks are trained several times faster than tanh and sigmoid- based networks. The following figure shows the number of iterations for a four-layer convolutional network based on CIFAR-10 that reached 25% training error in tanh and ReLU',
  expected:
    'about six times as many epochs with tanh (2012, Figure 1: a network that is described nowhere, on all of CIFAR-10)',
  design: ({ trainCount, data, epochs, batchSize, rates }) =>
    `cifar-quick, a stand-in for the unknown four-layer network, on the first ${trainCount} pictures of ${data} (the paper: 50,000), without regularisation, first weights by Glorot: SGD, momentum ${MOMENTUM}, batches of ${batchSize}. Learning rates searched for each activation: ${ACTIVATIONS.map((activation) => `${activation} ${rates[activation].join(', ')}`).join('; ')}. Training ends with the first epoch whose error, measured while it trains, is at most 25 %, or after ${epochs}; where between two epochs the line was crossed is interpolated. An activation is judged by the rate with the fewest epochs in the mean over seeds.`,
  forms: {
    quick: {
      data: 'digits',
      trainCount: 300,
      testCount: 100,
      seeds: 2,
      epochs: 12,
      batchSize: 16,
      rates: { relu: [0.03, 0.1], tanh: [0.03, 0.1], sigmoid: [0.1] },
    },
    full: {
      data: 'cifar10',
      trainCount: 2000,
      testCount: 100,
      seeds: 3,
      epochs: 30,
      batchSize: 32,
      rates: {
        relu: [0.003, 0.01, 0.03, 0.1],
        tanh: [0.003, 0.01, 0.03, 0.1],
        sigmoid: [0.03, 0.1, 0.3],
      },
    },
  },
  trials: ({ seeds, rates }) =>
    eachSeed<SpeedSettings>(
      seeds,
      Object.fromEntries(
        ACTIVATIONS.flatMap((activation) =>
          rates[activation].map((learningRate) => [
            conditionOf(activation, learningRate),
            { activation, learningRate },
          ]),
        ),
      ),
    ),
  runTrial: ({ settings: { activation, learningRate }, seed }, context) => {
    const { form, data } = context;
    const spec = modelOf('cifar-quick', {
      activation,
      input: data.imageShape,
      classes: data.classes.length,
      ...GLOROT,
    });
    const options = {
      epochs: form.epochs,
      batchSize: form.batchSize,
      optimizer: { kind: 'sgd', learningRate, momentum: MOMENTUM },
      seed,
      until: (epoch: EpochRecord) => errorOf(epoch) <= TARGET,
    };
    return withTrained(context, spec, options, async ({ history, diverged }) => {
      const errors = history.map(errorOf);
      return {
        numbers: { epochs: epochsTo(errors, TARGET), diverged: diverged ? 1 : 0 },
        lists: { error: errors },
      };
    });
  },
  conclude: (results) => {
    const best = bestConditions(results);
    return {
      findings: findingsOf(results, best),
      tables: [searchTable(results, best)],
      figures: [
        {
          name: 'error',
          caption:
            'Means over seeds; with the best rate of each. A curve goes on as far as its slowest seed.',
          svg: drawCurves(
            ACTIVATIONS.map((activation) => ({
              name: `${activation}, rate ${best[activation].rate}`,
              points: meanList(results, best[activation].condition, 'error').map(
                (error, i) => [i + 1, error] as const,
              ),
            })),
            { title: 'Training error by epoch', xLabel: 'epoch', yLabel: 'error while training' },
          ),
        },
      ],
    };
  },
};

type SpeedResults = Results<SpeedForm, SpeedSettings>;

const conditionOf = (activation: Activation, rate: number): string => `${activation}-${rate}`;
const errorOf = ({ train }: EpochRecord): number => 1 - (train.accuracy ?? 0);

/** Where the errors of epoch 1, 2, ... come down to `target`, on the line between two of them; null: nowhere. */
export function epochsTo(errors: readonly number[], target: number): number | null {
  const at = errors.findIndex((error) => error <= target);
  if (at < 0) return null;
  const [before, after] = [errors[at - 1], errors[at]];
  if (before === undefined || after === undefined || before === after) return at + 1;
  return at + (before - target) / (before - after);
}

interface Best {
  readonly condition: string;
  readonly rate: number;
  /** Of each seed; all epochs where it did not get there. */
  readonly epochs: BySeed;
  /** Seeds that did not. */
  readonly missed: number;
}

function bestConditions(results: SpeedResults): Readonly<Record<Activation, Best>> {
  const bestOf = (activation: Activation): Best => {
    const tried = results.form.rates[activation].map((rate) =>
      reached(results, conditionOf(activation, rate), rate),
    );
    const mean = ({ epochs }: Best): number => meanOf([...epochs.values()]);
    return tried.reduce((best, one) => (mean(one) < mean(best) ? one : best));
  };
  return { relu: bestOf('relu'), tanh: bestOf('tanh'), sigmoid: bestOf('sigmoid') };
}

function reached(results: SpeedResults, condition: string, rate: number): Best {
  const found = bySeed(results, condition, 'epochs');
  const epochs = new Map(
    Array.from({ length: results.form.seeds }, (_, i) => [
      i + 1,
      found.get(i + 1) ?? results.form.epochs,
    ]),
  );
  return { condition, rate, epochs, missed: epochs.size - found.size };
}

function findingsOf(results: SpeedResults, best: Readonly<Record<Activation, Best>>): Finding[] {
  const against = (activation: 'tanh' | 'sigmoid', expected: string): Finding[] => {
    const slow = best[activation];
    const interval = pairedRatio(slow.epochs, best.relu.epochs);
    const isBound = slow.missed > 0;
    const measured = isBound
      ? `at least ${interval.mean.toFixed(2)} times as many (${slow.missed} of ${slow.epochs.size} seeds were not there after ${results.form.epochs} epochs)`
      : formatInterval(interval, 'times');
    // Where the slower one was cut off, it is slower still than measured.
    const more = judge(isBound ? { ...interval, high: Infinity } : interval, 'above', 1);
    const sixTimes = judge(isBound ? { ...interval, high: Infinity } : interval, 'above', 6);
    return [
      {
        claim: `${activation} needs more epochs than ReLU`,
        expected: 'yes (text: "several times")',
        measured,
        verdict: more,
      },
      ...(activation === 'tanh'
        ? [
            {
              claim: 'tanh needs more than six times as many epochs',
              expected,
              measured,
              verdict: sixTimes,
            },
          ]
        : []),
    ];
  };
  if (best.relu.missed > 0) return [reluMissed(results, best.relu)];
  return [
    ...against('tanh', 'about six times (2012, Fig. 1)'),
    ...against('sigmoid', 'more (text)'),
  ];
}

/** Against a network that did not get there itself nothing can be said. */
function reluMissed({ form }: SpeedResults, { missed, epochs }: Best): Finding {
  return {
    claim: 'tanh needs more epochs than ReLU',
    expected: 'about six times (2012, Fig. 1)',
    measured: `with ReLU, ${missed} of ${epochs.size} seeds were not at 25 % after ${form.epochs} epochs`,
    verdict: 'undecided',
    note: 'More epochs or other learning rates are needed to tell.',
  };
}

function searchTable(results: SpeedResults, best: Readonly<Record<Activation, Best>>) {
  const { rates, seeds, epochs } = results.form;
  const rows = ACTIVATIONS.flatMap((activation) =>
    rates[activation].map((rate) => {
      const tried = reached(results, conditionOf(activation, rate), rate);
      const found = bySeed(results, tried.condition, 'epochs');
      const isBest = best[activation].condition === tried.condition && found.size > 0;
      return [
        `${activation}, rate ${rate}${isBest ? ' (best)' : ''}`,
        ...Array.from(
          { length: seeds },
          (_, i) => found.get(i + 1)?.toFixed(2) ?? `over ${epochs}`,
        ),
      ];
    }),
  );
  return {
    title: 'Epochs to 25 % training error',
    head: ['', ...Array.from({ length: seeds }, (_, i) => `seed ${i + 1}`)],
    rows,
    note: edgeWords(results, best),
  };
}

/** Of activations whose best rate is the largest or the smallest that was tried. */
function edgeWords(
  { form }: SpeedResults,
  best: Readonly<Record<Activation, Best>>,
): string | undefined {
  const words = ACTIVATIONS.flatMap((activation) => {
    const rates = form.rates[activation];
    const { rate, missed, epochs } = best[activation];
    // Where none got there, no rate is the best.
    if (missed === epochs.size) return [];
    if (rate === Math.max(...rates)) return [`${activation}: a larger rate may be faster still`];
    return rate === Math.min(...rates) ? [`${activation}: a smaller rate may be faster still`] : [];
  });
  return words.length === 0
    ? undefined
    : `The best rate is the last that was tried. ${words.join('; ')}.`;
}
