/**
 * @file pretraining: what pictures without labels are worth, layer by layer, when labels are few.
 *
 * Next stop: `train/pretraining/pretrain.ts`.
 */
import type { Split } from '../data/dataset.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { TrainedModel } from '../nn/trained.ts';
import { pretrain } from '../train/pretraining/pretrain.ts';
import type { PretrainMethod } from '../train/pretraining/pretrainOptions.ts';
import { bySeed, judged } from './engine/findings.ts';
import { pairedDifference } from './engine/statistics.ts';
import { atStrength, strengthFigure, strengthTable } from './engine/strengths.ts';
import { withTrained } from './engine/training.ts';
import type { Pictures } from './networks.ts';
import {
  eachSeed,
  type Finding,
  type Form,
  type Results,
  type Study,
  type TrialContext,
} from './study.ts';

interface PretrainingForm extends Form {
  /** Pictures whose labels are used. */
  readonly labels: readonly number[];
  /** Passes over all pictures, for each layer. */
  readonly passes: number;
  /** Least steps of training with labels, in batches of 32. */
  readonly steps: number;
}

type Beginning = 'random' | PretrainMethod;

const CONDITIONS: Readonly<Record<string, Beginning>> = {
  random: 'random',
  autoencoder: 'autoencoder',
  rbm: 'rbm',
};

const WORDS = {
  random: 'random weights',
  autoencoder: 'auto-encoder',
  rbm: 'RBM, CD-1',
} as const;

const BATCH = 32;

/** Two convolutions, each halved, and two dense layers. */
function network({ imageShape, classes }: Pictures): ModelSpec {
  return sequential({ name: 'pretrained', inputShape: imageShape }, [
    conv2d({ name: 'conv1', filters: 8, kernelSize: 5, activation: 'tanh' }),
    maxPooling2d({ name: 'pool1' }),
    conv2d({ name: 'conv2', filters: 16, kernelSize: 5, activation: 'tanh' }),
    maxPooling2d({ name: 'pool2' }),
    flatten(),
    dense({ name: 'dense', units: 64, activation: 'tanh' }),
    dense({ name: 'answer', units: classes.length, activation: 'softmax' }),
  ]);
}

export const pretraining: Study<PretrainingForm, Beginning> = {
  name: 'pretraining',
  revision: 1,
  title: 'Does pre-training without labels help?',
  question:
    'Does a network learn more from few labels when its convolutions were first taught by pictures without labels?',
  text: "Unsupervised Pre-training - use Auto-Encoder or RBM's convolution form to do unsupervised pre-training layer by layer, and finally add a classification layer to do supervised Fine-Tuning.",
  expected:
    'it helps where labels are few and matters little where they are many (Hinton et al. 2006; Lee et al. 2009; Masci et al. 2011). The text gives it as a reason for AlexNet\'s success; the paper did not use it: "we did not use any unsupervised pre-training even though we expect that it will help"',
  design: ({ trainCount, passes, labels, steps }) =>
    `Two 5x5 convolutions (8, 16) with tanh and max pooling, two dense layers. The convolutions begin as drawn (Glorot), or as a denoising auto-encoder (a third of the numbers hidden) or a convolutional restricted Boltzmann machine (CD-1, probabilistic max-pooling over 2x2, sparsity 0.05) left them after ${passes} passes over ${trainCount.toLocaleString('en-US')} pictures without labels, layer by layer. Then the whole network is trained by Adam with the labels of the first ${labels.map((n) => n.toLocaleString('en-US')).join(', ')} pictures, ${steps} steps of ${BATCH} at least and three passes at least.`,
  forms: {
    quick: {
      data: 'digits',
      trainCount: 1000,
      testCount: 500,
      seeds: 3,
      labels: [50, 200, 1000],
      passes: 3,
      steps: 150,
    },
    full: {
      data: 'mnist',
      trainCount: 10_000,
      testCount: 5000,
      seeds: 4,
      labels: [100, 300, 1000, 10_000],
      passes: 2,
      steps: 300,
    },
  },
  trials: ({ seeds }) => eachSeed(seeds, CONDITIONS),
  runTrial: async ({ settings: beginning, seed }, context) => {
    const { form, data } = context;
    const initialWeights = await beginningWith(beginning, seed, context);
    const numbers: Record<string, number> = {};
    for (const count of form.labels) {
      const rows = firstOf(data.train, count);
      const epochs = Math.max(3, Math.ceil((form.steps * BATCH) / count));
      const options = { rows: { train: rows }, epochs, batchSize: BATCH, seed, initialWeights };
      await withTrained(context, network(data), options, async ({ accuracy }) => {
        numbers[atStrength('accuracy', count)] = await accuracy(data.test);
      });
    }
    return { numbers };
  },
  conclude: (results) => {
    const { labels } = results.form;
    const measured = { what: 'accuracy', strengths: labels, conditions: WORDS };
    const drawn = results.trials.map(({ trial, figures }) => ({
      trial,
      figures: {
        numbers: Object.fromEntries(
          labels.map((n) => [
            atStrength('accuracy', Math.log10(n)),
            figures.numbers[atStrength('accuracy', n)] ?? null,
          ]),
        ),
      },
    }));
    return {
      findings: findingsOf(results),
      tables: [
        strengthTable(results, measured, {
          title: 'Test accuracy by number of labels',
          unit: 'share',
          cells: (n) => `${n.toLocaleString('en-US')} labels`,
          note: '± is half of the 95 % interval over seeds.',
        }),
      ],
      figures: [
        strengthFigure(
          { trials: drawn },
          { ...measured, strengths: labels.map((n) => Math.log10(n)) },
          {
            name: 'labels',
            title: 'Accuracy by number of labels',
            xLabel: 'labels, as a power of ten (2: 100 labels)',
            yLabel: 'test accuracy',
            caption: 'Means over seeds.',
          },
        ),
      ],
    };
  },
};

async function beginningWith(
  beginning: Beginning,
  seed: number,
  { form, session, data }: TrialContext<PretrainingForm>,
): Promise<TrainedModel['weights'] | undefined> {
  if (beginning === 'random') return undefined;
  const options = { method: beginning, epochs: form.passes, seed };
  for await (const event of pretrain(session, network(data), data.train, options)) {
    if (event.type === 'done') return event.weights;
  }
  return undefined;
}

function firstOf({ images, labels, count }: Split, wanted: number): Split {
  const size = images.length / count;
  return {
    count: wanted,
    images: images.subarray(0, wanted * size),
    labels: labels.slice(0, wanted),
  };
}

function findingsOf(results: Results<PretrainingForm, Beginning>): Finding[] {
  const { labels } = results.form;
  const [few, many] = [Math.min(...labels), Math.max(...labels)];
  const gain = (method: PretrainMethod, count: number, expected: string): Finding =>
    judged({
      claim: `Pre-training by ${method === 'rbm' ? 'a convolutional RBM' : 'auto-encoders'} gives more accuracy with ${count.toLocaleString('en-US')} labels`,
      expected,
      interval: pairedDifference(
        bySeed(results, method, atStrength('accuracy', count)),
        bySeed(results, 'random', atStrength('accuracy', count)),
      ),
      unit: 'points',
      is: 'above',
      than: 0,
    });
  const [yes, no] = ['yes (text)', 'hardly: labels are enough'];
  return [
    gain('autoencoder', few, yes),
    gain('rbm', few, yes),
    gain('autoencoder', many, no),
    gain('rbm', many, no),
  ];
}
