/**
 * @file batch-size: the same passes in few large steps or many small ones.
 */
import { modelOf } from '../models/index.ts';
import { bySeed, formatSpread, intervalOf, judged } from './engine/findings.ts';
import { seriesFigure } from './engine/series.ts';
import { pairedDifference } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface BatchForm extends Form {
  readonly epochs: number;
}

interface BatchSettings {
  readonly batchSize: number;
  /** 'fixed': one rate for all; 'scaled': in proportion to the batch. */
  readonly rates: 'fixed' | 'scaled';
}

const SIZES = [8, 16, 32, 64, 128, 256, 512] as const;
/** Where both rules give the same rate. */
const REFERENCE = 64;
const RATE = 0.02;
const RULES = ['fixed', 'scaled'] as const;
const WORDS = { fixed: 'one rate for all', scaled: 'rate in proportion' } as const;

const conditionOf = (rates: string, size: number): string => `${rates}-${size}`;

const CONDITIONS: Readonly<Record<string, BatchSettings>> = Object.fromEntries(
  RULES.flatMap((rates) =>
    SIZES.map((batchSize) => [conditionOf(rates, batchSize), { batchSize, rates }]),
  ),
);

export const batchSize: Study<BatchForm, BatchSettings> = {
  name: 'batch-size',
  revision: 1,
  title: 'What does the size of a batch change?',
  question:
    'Do large batches learn less from the same pictures, and does a larger rate make up for it?',
  text: 'batch_size=128 for LeNet-5, batch_size=64 for AlexNet, 3 epochs each; the text does not say why.',
  expected:
    'large batches take fewer steps and learn less in the same passes; a rate in proportion to the batch makes up for it up to a point (Goyal et al. 2017)',
  design: ({ epochs }) =>
    `LeNet-5 (Keras version), gradient descent with momentum 0.9, ${epochs} epochs, batches of 8 to 512. The rate is ${RATE} for all of them, or ${RATE} times the size of the batch / ${REFERENCE}.`,
  forms: {
    quick: { data: 'digits', trainCount: 1500, testCount: 500, seeds: 3, epochs: 2 },
    full: { data: 'mnist', trainCount: 8192, testCount: 5000, seeds: 3, epochs: 3 },
  },
  trials: ({ seeds }) => eachSeed(seeds, CONDITIONS),
  runTrial: ({ settings, seed }, context) => {
    const { form, data } = context;
    const { batchSize: size, rates } = settings;
    const learningRate = rates === 'fixed' ? RATE : (RATE * size) / REFERENCE;
    const optimizer = { kind: 'sgd', learningRate, momentum: 0.9 };
    const options = { epochs: form.epochs, batchSize: size, seed, optimizer };
    const spec = modelOf('lenet5', { classes: data.classes.length });
    return withTrained(context, spec, options, async ({ history, diverged, accuracy }) => ({
      numbers: {
        accuracy: diverged ? 1 / data.classes.length : await accuracy(data.test),
        trainLoss: history.at(-1)?.train.loss ?? null,
        steps: form.epochs * Math.ceil(form.trainCount / size),
      },
      times: { secondsPerEpoch: history.at(-1)?.seconds ?? Number.NaN },
    }));
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [
      {
        title: 'Test accuracy by size of the batch',
        head: ['batch', 'steps', ...RULES.map((rule) => WORDS[rule])],
        rows: SIZES.map((size) => [
          String(size),
          intervalOf(bySeed(results, conditionOf('fixed', size), 'steps')).mean.toLocaleString(
            'en-US',
          ),
          ...RULES.map((rule) =>
            formatSpread(intervalOf(accuracies(results, rule, size)), 'share'),
          ),
        ]),
        note: `Rates are ${RATE} or ${RATE} x batch / ${REFERENCE}; ± is half of the 95 % interval over seeds.`,
      },
    ],
    figures: [
      seriesFigure(
        results,
        RULES.map((rule) => ({
          name: WORDS[rule],
          points: SIZES.map((size) => [Math.log2(size), conditionOf(rule, size)] as const),
        })),
        'accuracy',
        {
          name: 'sizes',
          title: 'Accuracy by size of the batch',
          xLabel: 'batch, as a power of two (6: 64 pictures)',
          yLabel: 'test accuracy',
          caption: 'Means over seeds; the same number of pictures was seen at each point.',
        },
      ),
    ],
  }),
};

type BatchResults = Results<BatchForm, BatchSettings>;

const accuracies = (results: BatchResults, rule: string, size: number) =>
  bySeed(results, conditionOf(rule, size), 'accuracy');

function findingsOf(results: BatchResults): Finding[] {
  const claim = (
    words: string,
    expected: string,
    [a, b]: readonly [readonly [string, number], readonly [string, number]],
  ): Finding =>
    judged({
      claim: words,
      expected,
      interval: pairedDifference(accuracies(results, ...a), accuracies(results, ...b)),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  return [
    claim('At one rate, batches of 32 learn more in the same passes than batches of 512', 'yes', [
      ['fixed', 32],
      ['fixed', 512],
    ]),
    claim(
      'A rate in proportion to the batch makes batches of 512 learn more than at one rate for all',
      'yes (Goyal et al. 2017)',
      [
        ['scaled', 512],
        ['fixed', 512],
      ],
    ),
    claim(
      'Batches of 64 still learn more than batches of 512 at a rate in proportion',
      'no, up to a point (Goyal et al. 2017, for batches up to 8,192 of 1.28 million pictures)',
      [
        ['scaled', 64],
        ['scaled', 512],
      ],
    ),
    claim(
      "The text's 128 for LeNet-5 learns less than 32, at one rate for all",
      'yes, if a little',
      [
        ['fixed', 32],
        ['fixed', 128],
      ],
    ),
  ];
}
