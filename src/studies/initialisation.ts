/**
 * @file initialisation: first weights of a network of eight layers without normalisation, with ReLU and with tanh.
 */

import { drawCurves } from '../draw/curves.ts';
import type { Initializer } from '../nn/initializers.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { bySeed, formatSpread, intervalOf, judged, meanList } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { withTrained } from './engine/training.ts';
import type { Pictures } from './networks.ts';
import { eachSeed, type Finding, type Form, type Results, type Study } from './study.ts';

interface InitialForm extends Form {
  readonly epochs: number;
}

type Activation = 'relu' | 'tanh';

interface InitialSettings {
  readonly activation: Activation;
  readonly initializer: keyof typeof INITIALIZERS;
}

const INITIALIZERS = {
  zeros: 'zeros',
  small: { kind: 'normal', stddev: 0.01 },
  fanIn: { kind: 'fanIn' },
  glorot: 'glorotUniform',
  he: 'heNormal',
} as const satisfies Readonly<Record<string, Initializer>>;

const WORDS: Readonly<Record<keyof typeof INITIALIZERS, string>> = {
  zeros: 'zeros',
  small: 'N(0, 0.01), as in 2012',
  fanIn: '±2.4 / fan-in, as in 1998',
  glorot: 'Glorot, as in Keras',
  he: 'He',
};

const NAMES = Object.keys(INITIALIZERS) as readonly (keyof typeof INITIALIZERS)[];
const ACTIVATIONS = ['relu', 'tanh'] as const;
const conditionOf = (activation: string, initializer: string) => `${activation}-${initializer}`;

const CONDITIONS: Readonly<Record<string, InitialSettings>> = Object.fromEntries(
  ACTIVATIONS.flatMap((activation) =>
    NAMES.map((initializer) => [conditionOf(activation, initializer), { activation, initializer }]),
  ),
);

/** Six convolutions and two dense layers, maps halved twice. */
function deepNetwork(
  { imageShape, classes }: Pictures,
  { activation, initializer }: InitialSettings,
): ModelSpec {
  const kernelInitializer = INITIALIZERS[initializer];
  const convolution = (filters: number) =>
    conv2d({ filters, kernelSize: 3, padding: 'same', activation, kernelInitializer });
  return sequential({ name: 'deep', inputShape: imageShape }, [
    convolution(8),
    convolution(8),
    maxPooling2d(),
    convolution(8),
    convolution(8),
    maxPooling2d(),
    convolution(16),
    convolution(16),
    flatten(),
    dense({ units: 32, activation, kernelInitializer }),
    dense({ units: classes.length, activation: 'softmax', kernelInitializer }),
  ]);
}

export const initialisation: Study<InitialForm, InitialSettings> = {
  name: 'initialisation',
  revision: 1,
  title: 'What do first weights decide?',
  question: 'With which first weights does a network of eight layers learn without normalisation?',
  text: "The text names no first weights; its notebooks take Keras's (Glorot). 1998: uniform on ±2.4 / fan-in. 2012: N(0, 0.01).",
  expected:
    'with zeros nothing is learned; too small weights stall a deep network; He suits ReLU, Glorot tanh (Glorot, Bengio 2010; He et al. 2015)',
  design: ({ epochs }) =>
    `Six 3x3 convolutions (8, 8, 8, 8, 16, 16), halved twice by max pooling, and two dense layers (32, 10), ReLU or tanh, biases 0. Gradient descent at 0.02 with momentum 0.9, batches of 64, ${epochs} epochs, five kinds of first weights.`,
  forms: {
    quick: { data: 'digits', trainCount: 1000, testCount: 500, seeds: 3, epochs: 2 },
    full: { data: 'mnist', trainCount: 5000, testCount: 2000, seeds: 3, epochs: 3 },
  },
  trials: ({ seeds }) => eachSeed(seeds, CONDITIONS),
  runTrial: ({ settings, seed }, context) => {
    const { form, data } = context;
    const optimizer = { kind: 'sgd', learningRate: 0.02, momentum: 0.9 };
    const options = { epochs: form.epochs, batchSize: 64, seed, optimizer };
    const spec = deepNetwork(data, settings);
    return withTrained(context, spec, options, async ({ history, diverged, accuracy }) => ({
      numbers: { accuracy: diverged ? 1 / data.classes.length : await accuracy(data.test) },
      lists: { loss: history.map(({ train }) => train.loss) },
    }));
  },
  conclude: (results) => ({
    findings: findingsOf(results),
    tables: [
      {
        title: 'Test accuracy by first weights',
        head: ['first weights', 'ReLU', 'tanh'],
        rows: NAMES.map((name) => [
          WORDS[name],
          ...ACTIVATIONS.map((activation) =>
            formatSpread(intervalOf(accuracies(results, activation, name)), 'share'),
          ),
        ]),
        note: '± is half of the 95 % interval over seeds.',
      },
    ],
    figures: ACTIVATIONS.map((activation) => ({
      name: `loss-${activation}`,
      caption: `Training loss with ${activation === 'relu' ? 'ReLU' : 'tanh'}, means over seeds; guessing among ten classes has ${Math.log(10).toFixed(3)}.`,
      svg: drawCurves(
        NAMES.map((name) => ({
          name: WORDS[name],
          points: meanList(results, conditionOf(activation, name), 'loss').map(
            (loss, epoch) => [epoch + 1, loss] as const,
          ),
        })),
        {
          title: `Training loss, ${activation === 'relu' ? 'ReLU' : 'tanh'}`,
          xLabel: 'epoch',
          yLabel: 'cross-entropy',
        },
      ),
    })),
  }),
};

type InitialResults = Results<InitialForm, InitialSettings>;

const accuracies = (results: InitialResults, activation: Activation, name: string) =>
  bySeed(results, conditionOf(activation, name), 'accuracy');

function findingsOf(results: InitialResults): Finding[] {
  const better = (
    claim: string,
    expected: string,
    activation: Activation,
    [more, less]: readonly [keyof typeof INITIALIZERS, keyof typeof INITIALIZERS],
    than = 0,
  ): Finding =>
    judged({
      claim,
      expected,
      interval: pairedDifference(
        accuracies(results, activation, more),
        accuracies(results, activation, less),
      ),
      unit: 'points',
      is: 'above',
      than,
    });
  return [
    better(
      "With ReLU, weights as in 2012, N(0, 0.01), are more than 20 points behind He's in so deep a network",
      'yes (He et al. 2015; in 2012 normalisation and biases of 1 helped)',
      'relu',
      ['he', 'small'],
      0.2,
    ),
    better("With ReLU, He's weights learn more than Glorot's", 'yes (He et al. 2015)', 'relu', [
      'he',
      'glorot',
    ]),
    better(
      "With tanh, Glorot's learn more than those of 1998",
      'yes (Glorot, Bengio 2010)',
      'tanh',
      ['glorot', 'fanIn'],
    ),
    judged({
      claim: 'With zeros a network learns nothing: it reads less than a quarter of the digits',
      expected: 'yes: all units of a layer stay alike, and with ReLU no gradient passes',
      interval: intervalOf(accuracies(results, 'relu', 'zeros')),
      unit: 'share',
      is: 'below',
      than: 0.25,
    }),
  ];
}
