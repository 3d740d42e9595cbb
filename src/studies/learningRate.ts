/**
 * @file learning-rate: what comes of too small and of too large a rate, and whether Adam is less particular.
 */

import { modelOf } from '../models/index.ts';
import { bySeed, formatSpread, intervalOf, judged } from './engine/findings.ts';
import { seriesFigure } from './engine/series.ts';
import { meanOf, pairedDifference } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface RateForm extends Form {
  readonly epochs: number;
}

interface RateSettings {
  readonly optimizer: 'sgd' | 'adam';
  readonly learningRate: number;
}

/** Half a power of ten apart. */
const RATES: Readonly<Record<RateSettings['optimizer'], readonly number[]>> = {
  sgd: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
  adam: [0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
};

const NAMES = { sgd: 'gradient descent', adam: 'Adam' } as const;
const KINDS = ['sgd', 'adam'] as const;
const conditionOf = (optimizer: string, rate: number): string => `${optimizer}-${rate}`;

const CONDITIONS: Readonly<Record<string, RateSettings>> = Object.fromEntries(
  KINDS.flatMap((optimizer) =>
    RATES[optimizer].map((learningRate) => [
      conditionOf(optimizer, learningRate),
      { optimizer, learningRate },
    ]),
  ),
);

export const learningRate: Study<RateForm, RateSettings> = {
  name: 'learning-rate',
  revision: 1,
  title: 'How much does the learning rate matter?',
  question: 'How far from the best learning rate may one be, and is Adam less particular about it?',
  text: "model.compile(..., optimizer=keras.optimizers.Adam(), ...): the notebooks take Keras's rate of 0.001 for both networks.",
  expected:
    'too small a rate learns little in the same time, too large a rate nothing; rates within a factor of three of the best are alike (common experience; Goodfellow, Bengio, Courville 2016, section 11.4.1)',
  design: ({ epochs }) =>
    `LeNet-5 (Keras version), batches of 64, ${epochs} epochs, gradient descent with momentum 0.9 and Adam at eight rates each, constant. A run whose loss becomes infinite counts with the accuracy of guessing, 10 %. The best rate is that of the largest mean accuracy; the same seeds chose it, which favours it a little.`,
  forms: {
    quick: { data: 'digits', trainCount: 1000, testCount: 500, seeds: 3, epochs: 2 },
    full: { data: 'mnist', trainCount: 6000, testCount: 5000, seeds: 3, epochs: 2 },
  },
  trials: ({ seeds }) => eachSeed(seeds, CONDITIONS),
  runTrial: ({ settings: { optimizer: kind, learningRate: rate }, seed }, context) => {
    const { form, data } = context;
    const momentum = kind === 'sgd' ? { momentum: 0.9 } : {};
    const optimizer = { kind, learningRate: rate, ...momentum };
    const options = { epochs: form.epochs, batchSize: 64, seed, optimizer };
    const spec = modelOf('lenet5', { classes: data.classes.length });
    return withTrained(context, spec, options, async ({ diverged, accuracy }) => ({
      numbers: {
        accuracy: diverged ? 1 / data.classes.length : await accuracy(data.test),
        diverged: diverged ? 1 : 0,
      },
    }));
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [
      {
        title: 'Test accuracy by learning rate',
        head: ['optimizer', 'rate', 'accuracy', 'diverged'],
        rows: KINDS.flatMap((kind) =>
          RATES[kind].map((rate) => [
            NAMES[kind],
            String(rate),
            formatSpread(accuracyAt(results, kind, rate).interval, 'share'),
            `${[...bySeed(results, conditionOf(kind, rate), 'diverged').values()].filter(Boolean).length} of ${results.form.seeds}`,
          ]),
        ),
        note: '± is half of the 95 % interval over seeds.',
      },
    ],
    figures: [
      seriesFigure(
        results,
        KINDS.map((kind) => ({
          name: NAMES[kind],
          points: RATES[kind].map((rate) => [Math.log10(rate), conditionOf(kind, rate)] as const),
        })),
        'accuracy',
        {
          name: 'rates',
          title: 'Accuracy by learning rate',
          xLabel: 'learning rate, as a power of ten (-3: 0.001)',
          yLabel: 'test accuracy',
          caption: 'Means over seeds.',
          yRange: [0, 1],
        },
      ),
    ],
  }),
};

type RateResults = Results<RateForm, RateSettings>;

function accuracyAt(results: RateResults, kind: RateSettings['optimizer'], rate: number) {
  const values = bySeed(results, conditionOf(kind, rate), 'accuracy');
  return { values, interval: intervalOf(values) };
}

/** The rate of the largest mean accuracy. */
function bestRate(results: RateResults, kind: RateSettings['optimizer']): number {
  const means = RATES[kind].map((rate) => accuracyAt(results, kind, rate).interval.mean);
  return RATES[kind][means.indexOf(Math.max(...means))] ?? Number.NaN;
}

/** For each seed: how many of the eight rates come within 2 points of that seed's best. */
function goodRates(results: RateResults, kind: RateSettings['optimizer']): Map<number, number> {
  const all = RATES[kind].map((rate) => accuracyAt(results, kind, rate).values);
  const seeds = [...(all[0]?.keys() ?? [])];
  return new Map(
    seeds.map((seed) => {
      const values = all.map((by) => by.get(seed) ?? 0);
      return [seed, values.filter((value) => value >= Math.max(...values) - 0.02).length];
    }),
  );
}

function findingsOf(results: RateResults): Finding[] {
  const lost = (kind: RateSettings['optimizer'], rate: number, words: string): Finding => {
    const best = bestRate(results, kind);
    return judged({
      claim: `${NAMES[kind]} at ${words} loses more than 5 points against its best rate (${best})`,
      expected: 'yes',
      interval: pairedDifference(
        accuracyAt(results, kind, best).values,
        accuracyAt(results, kind, rate).values,
      ),
      unit: 'points',
      is: 'above',
      than: 0.05,
    });
  };
  const ends = KINDS.flatMap((kind) => {
    const [least, most] = [Math.min(...RATES[kind]), Math.max(...RATES[kind])];
    return [
      lost(kind, least, `the least rate, ${least},`),
      lost(kind, most, `the largest, ${most},`),
    ];
  });
  const [adam, sgd] = [goodRates(results, 'adam'), goodRates(results, 'sgd')];
  return [
    judged({
      claim: 'More rates suit Adam than suit gradient descent with momentum',
      expected: 'yes (common opinion)',
      interval: pairedDifference(adam, sgd),
      unit: 'number',
      is: 'above',
      than: 0,
      note: `Of eight rates, half a power of ten apart, those within 2 points of the best: Adam ${meanOf([...adam.values()]).toFixed(1)}, gradient descent ${meanOf([...sgd.values()]).toFixed(1)}; measured is the difference.`,
    }),
    ...ends,
    judged({
      claim: 'At its best rate Adam is better than gradient descent at its own',
      expected: 'no opinion: with its rate searched, gradient descent does as well',
      interval: pairedDifference(
        accuracyAt(results, 'adam', bestRate(results, 'adam')).values,
        accuracyAt(results, 'sgd', bestRate(results, 'sgd')).values,
      ),
      unit: 'points',
      is: 'above',
      than: 0,
    }),
  ];
}
