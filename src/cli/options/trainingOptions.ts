/**
 * @file The options of `fovea train`, in groups: pictures, learning, place.
 *
 * Which optimizers and schedules there are, and what they are set by, their own tables say.
 * Next stop: `commands/train.ts`, which makes a run of them.
 */
import { Option } from 'commander';
import { readItems } from '../../base/settingWords.ts';
import type { MetricName } from '../../nn/losses/chosenMetrics.ts';
import { optimizerNames } from '../../nn/optimizers/index.ts';
import { scheduleNames } from '../../nn/schedules.ts';
import type { PretrainOptions } from '../../train/pretraining/pretrainOptions.ts';
import { optimizerFlags } from './optimizerOptions.ts';
import {
  type BackendOptions,
  type Interval,
  metricsOption,
  numberOption,
  parseClassWeights,
  parseInterval,
  parseLearningRates,
  parseOptimizerWords,
  parsePretraining,
  parseRateRange,
  parseScheduleWords,
  parseShape,
} from './options.ts';

export interface TrainingOptions extends BackendOptions {
  readonly data: string;
  readonly input?: readonly number[];
  readonly augment?: string;
  readonly workers?: number;
  readonly strict?: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
  readonly seed: number;
  readonly seeds?: readonly number[];
  readonly recipe?: string;
  readonly shuffle: boolean;
  readonly shuffleOnce?: boolean;
  readonly watchTest?: boolean;
  readonly loss?: string;
  readonly optimizer: { readonly kind: string };
  readonly schedule: { readonly kind: string };
  readonly precision?: 'float32' | 'float16';
  readonly labelSmoothing?: number;
  readonly mixup?: number;
  readonly classWeights?: 'balanced' | Readonly<Record<string, number>>;
  readonly warmup?: number;
  readonly patience?: number;
  readonly metrics?: readonly MetricName[];
  readonly monitor?: string;
  readonly minDelta?: number;
  readonly from?: string;
  readonly pretrain?: PretrainOptions;
  readonly freeze?: readonly string[];
  readonly learningRates?: Readonly<Record<string, number>>;
  readonly trainCount?: number;
  readonly testCount?: number;
  readonly name?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly resume?: boolean;
  readonly tensorboard?: string | true;
  readonly mlflow?: string | true;
  readonly findRate?: true | { readonly from: number; readonly to: number };
  readonly checkpointEvery: Interval;
  readonly cluster: 'auto' | 'mpi' | 'none';
  readonly towers?: 'mpi';
  readonly gradients?: 'float32' | 'float16';
  readonly syncBatchNorm?: boolean;
  readonly scaleRate?: number;
  readonly json?: boolean;
}

/** All of them, each group under its heading; a command adds what it takes besides. */
export const trainingOptions = (): Option[] => [
  ...under('Pictures:', pictureOptions()),
  ...under('Learning:', learningOptions()),
  ...under('Optimizer:', stepOptions()),
  ...under('Weights to begin with:', startOptions()),
  ...under('Where the run lies:', placeOptions()),
  ...under('Several machines (docs/cluster.md):', clusterOptions()),
];

const under = (heading: string, options: readonly Option[]): Option[] =>
  options.map((option) => option.helpGroup(heading));

function pictureOptions(): Option[] {
  return [
    new Option(
      '--input <shape>',
      'height x width x channels that the model is to read, such as 32x32x3',
    ).argParser(parseShape),
    new Option('--augment <list>', 'alexnet, cifar, none, or a list such as translate=4,flip'),
    numberOption('threads', '--workers <n>', 'threads that read and augment ahead (default: 1)'),
    new Option('--strict', 'stop at a picture that cannot be read instead of skipping it'),
  ];
}

function learningOptions(): Option[] {
  return [
    new Option(
      '--recipe <name>',
      'train as published (paper), or as many texts do (text); what you say beside it counts more',
    ),
    new Option('--no-shuffle', 'keep the pictures in their order'),
    new Option('--watch-test', 'measure the test set after each epoch too, for curves'),
    new Option('--shuffle-once', 'one random order for all epochs').conflicts('noShuffle'),
    new Option('--loss <name>', 'what training lowers (default: cross-entropy; map for distances)'),
    numberOption(
      'share',
      '--label-smoothing <x>',
      'share of the truth that is spread over all classes in training, such as 0.1',
    ),
    numberOption('positive', '--mixup <x>', 'mix pictures and their labels in pairs, such as 0.2'),
    new Option(
      '--class-weights <list>',
      'balanced (all classes weigh the same), or weights by name: cat=2,dog=0.5',
    ).argParser(parseClassWeights),
    new Option(
      '--schedule <name>',
      `of the learning rate: ${scheduleNames.join(', ')}; with its settings: step,every=5`,
    )
      .argParser(parseScheduleWords)
      .default({ kind: 'constant' }, 'constant'),
    numberOption('positive', '--warmup <x>', 'epochs over which the rate rises from 0'),
    numberOption(
      'count',
      '--patience <n>',
      'stop after n epochs without a better validation loss; keep the best weights',
    ),
    metricsOption(),
    new Option(
      '--monitor <name>',
      'what says which epoch is better: loss, accuracy, or one of --metrics (default: loss)',
    ),
    numberOption('notNegative', '--min-delta <x>', 'less counts as no improvement (default: 0)'),
    precisionOption(),
    numberOption('count', '--train-count <n>', 'take the first n training pictures only'),
    numberOption('count', '--test-count <n>', 'take the first n test pictures only'),
  ];
}

function stepOptions(): Option[] {
  const known = [
    new Option(
      '--optimizer <name>',
      `${optimizerNames.join(', ')}; with its settings: sgd,momentum=0.9`,
    )
      .argParser(parseOptimizerWords)
      .default({ kind: 'adam' }, 'adam'),
    numberOption('positive', '--learning-rate <x>', "default: the optimizer's own"),
    new Option(
      '--find-rate [range]',
      'make no run: try rates (default: 1e-6..10) in 150 steps, draw the loss, say which to take',
    ).argParser(parseRateRange),
    new Option(
      '--learning-rates <list>',
      'times the rate, for layers by names or patterns: "conv*=0.1"; for parameters: "*/bias=2"',
    ).argParser(parseLearningRates),
    numberOption('positive', '--mu <x>', 'of levenbergMarquardt'),
    numberOption('share', '--momentum <x>', 'of sgd and rmsprop'),
    new Option('--nesterov', 'look one step ahead, with --momentum'),
    numberOption('notNegative', '--weight-decay <x>', 'of sgd and adamw'),
  ];
  return [...known, ...optimizerFlags(known)];
}

function startOptions(): Option[] {
  return [
    new Option('--from <run>', 'begin with the weights of a run where names and shapes agree'),
    new Option(
      '--pretrain <how>',
      'teach convolutions without labels before: autoencoder or rbm; with settings: rbm,epochs=5',
    )
      .argParser(parsePretraining)
      .conflicts('from'),
    new Option(
      '--freeze <layers>',
      'leave these layers as they are: names or patterns, such as conv1,conv2 or "conv*"',
    ).argParser((text) =>
      readItems(text, { option: 'freeze', example: 'conv1,conv2' }).map(({ name }) => name),
    ),
  ];
}

function placeOptions(): Option[] {
  return [
    new Option(
      '--name <name>',
      'save in runs/NAME (default: name of the model; RUN-tuned after a run)',
    ),
    new Option('--out <folder>', 'save in this folder'),
    new Option('--overwrite', 'replace a run that is there'),
    new Option('--resume', 'go on with a run that is there').conflicts('overwrite'),
    new Option(
      '--tensorboard [dir]',
      'event files for TensorBoard, in DIR/NAME (default: tensorboard/ in the folder of the run)',
    ),
    new Option('--mlflow [dir]', "a run in MLflow's folder of runs (default: mlruns)"),
    new Option(
      '--checkpoint-every <n>',
      'within an epoch too: 200 (batches) or 30s, less often where saving is slow',
    )
      .argParser(parseInterval)
      .default({ seconds: 30 }, '30s'),
  ];
}

function clusterOptions(): Option[] {
  return [
    clusterOption(),
    new Option(
      '--towers <kind>',
      'mpi: each of two ranks holds one tower of the network, as the cards of 2012 did (alexnet); more ranks: in pairs',
    ).choices(['mpi']),
    gradientsOption(),
    new Option(
      '--sync-batch-norm',
      'batch normalization by the statistics of the whole batch (default: each rank by its own rows)',
    ),
    numberOption(
      'count',
      '--scale-rate <n>',
      'the learning rate is meant for batches of n: multiply it by batch size / n, beside --warmup 5',
    ),
  ];
}

export const precisionOption = (): Option =>
  new Option(
    '--precision <format>',
    'of products and of what is kept for the way back (docs/webgpu.md); default: float32',
  ).choices(['float32', 'float16']);

export const clusterOption = (): Option =>
  new Option(
    '--cluster <kind>',
    'mpi: ranks that mpirun or srun started work together, each on its rows of every batch; none; auto: mpi where there are ranks',
  )
    .choices(['auto', 'mpi', 'none'])
    .default('auto');

export const gradientsOption = (): Option =>
  new Option(
    '--gradients <format>',
    'how gradients travel; float16 halves the bytes and rounds (default: float32)',
  ).choices(['float32', 'float16']);
