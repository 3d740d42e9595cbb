/** @file Every option of `train` reaches the request, and what a resumed run is compared with. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../records/runRecord.ts';
import { command } from '../commands/train.ts';
import type { TrainingOptions } from './trainingOptions.ts';
import { requestOf, saidAgain } from './trainingRequest.ts';

type Recipe = Parameters<typeof requestOf>[1];

function parsed(args: readonly string[]): [TrainingOptions, Command] {
  const train = command().action(() => {});
  train.parse(['lenet5', ...args], { from: 'user' });
  return [train.opts<TrainingOptions>(), train];
}

function request(args: readonly string[], recipe: Recipe = {}, base?: RunRecord) {
  const [options, train] = parsed(args);
  return requestOf(options, recipe, base, train);
}

/** What is said, and where it stands in the request. */
const SAID: readonly (readonly [words: string, request: object])[] = [
  ['--data mnist', { data: 'mnist' }],
  ['--epochs 7', { settings: { epochs: 7 } }],
  ['--batch-size 9', { settings: { batchSize: 9 } }],
  ['--validation-split 0.3', { settings: { validationSplit: 0.3 } }],
  ['--seed 5', { settings: { seed: 5 } }],
  ['--augment flip', { augment: 'flip' }],
  ['--no-shuffle', { settings: { shuffle: false } }],
  ['--shuffle-once', { settings: { shuffle: 'once' } }],
  ['--watch-test', { settings: { watchTest: true } }],
  ['--loss meanSquaredError', { settings: { loss: 'meanSquaredError' } }],
  ['--label-smoothing 0.1', { settings: { labelSmoothing: 0.1 } }],
  ['--precision float16', { settings: { precision: 'float16' } }],
  ['--mixup 0.2', { settings: { mixup: 0.2 } }],
  ['--class-weights balanced', { settings: { classWeights: 'balanced' } }],
  ['--schedule step,every=3', { settings: { schedule: { kind: 'step', every: 3 } } }],
  ['--warmup 2', { settings: { schedule: { kind: 'constant', warmup: 2 } } }],
  ['--patience 4', { settings: { patience: 4 } }],
  ['--metrics top5Accuracy', { settings: { metrics: ['top5Accuracy'] } }],
  ['--monitor accuracy', { settings: { monitor: 'accuracy' } }],
  ['--min-delta 0.01', { settings: { minDelta: 0.01 } }],
  ['--train-count 60', { trainCount: 60 }],
  ['--test-count 40', { testCount: 40 }],
  ['--optimizer rmsprop', { settings: { optimizer: { kind: 'rmsprop' } } }],
  ['--learning-rate 0.02', { settings: { optimizer: { kind: 'adam', learningRate: 0.02 } } }],
  ['--momentum 0.8', { settings: { optimizer: { momentum: 0.8 } } }],
  ['--nesterov', { settings: { optimizer: { nesterov: true } } }],
  ['--weight-decay 0.001', { settings: { optimizer: { weightDecay: 0.001 } } }],
  ['--mu 0.5', { settings: { optimizer: { mu: 0.5 } } }],
  ['--clip-norm 1.5', { settings: { optimizer: { clipNorm: 1.5 } } }],
  ['--beta1 0.7', { settings: { optimizer: { beta1: 0.7 } } }],
  ['--scale-rate 32 --learning-rate 0.1', { settings: { optimizer: { learningRate: 0.4 } } }],
  ['--freeze conv1,conv*', { settings: { freeze: ['conv1', 'conv*'] } }],
  ['--learning-rates conv*=0.1', { settings: { learningRates: { 'conv*': 0.1 } } }],
  ['--pretrain rbm,epochs=3', { settings: { pretrain: { method: 'rbm', epochs: 3 } } }],
  ['--overwrite', { overwrite: true }],
];

describe('what is said of a training', () => {
  it.each(SAID)('stands in the request: %s', (words, expected) => {
    expect(request([])).not.toMatchObject(expected);
    expect(request(words.split(' '))).toMatchObject(expected);
  });

  it('counts more than a recipe, and a recipe more than what holds unsaid', () => {
    const recipe: Recipe = {
      epochs: 3,
      batchSize: 16,
      validationSplit: 0.25,
      shuffle: 'once',
      augment: 'cifar',
      patience: 6,
      watchTest: true,
      loss: 'map',
      optimizer: { kind: 'sgd', learningRate: 0.5, momentum: 0.9 },
      schedule: { kind: 'cosine' },
    };
    const { augment, settings } = request([], recipe);
    const { augment: _, ...others } = recipe;
    expect(augment).toBe('cifar');
    // A cosine lasts all epochs where nobody says how many.
    expect(settings).toMatchObject({ ...others, schedule: { kind: 'cosine', duration: 3 } });
    for (const [words, expected] of SAID) {
      if (/optimizer|schedule|warmup|beta1/.test(words)) continue;
      const said = request(words.split(' '), recipe);
      const kind = /learning|momentum|nesterov|decay|mu|clip/.test(words) ? 'sgd' : undefined;
      if (kind === undefined) expect(said, words).toMatchObject(expected);
      else expect(said.settings?.optimizer, words).toMatchObject({ kind });
    }
    expect(request(['--learning-rate', '0.1'], recipe).settings?.optimizer).toEqual({
      ...recipe.optimizer,
      learningRate: 0.1,
    });
    expect(request(['--optimizer', 'adam'], recipe).settings?.optimizer).toEqual({ kind: 'adam' });
    expect(request(['--schedule', 'constant'], recipe).settings?.schedule).toEqual({
      kind: 'constant',
    });
    expect(request(['--epochs', '8'], recipe).settings?.schedule).toMatchObject({ duration: 8 });
  });

  it('counts more than the run that it begins with, whose data it keeps unsaid', () => {
    const base = {
      data: { name: 'mnist', trainCount: 50, testCount: null },
      settings: {
        loss: 'map',
        validationSplit: 0.125,
        augmentation: { steps: [{ name: 'flip', amount: 0.5 }], mean: 'pixel' },
      },
    } as unknown as RunRecord;
    expect(request([], {}, base)).toMatchObject({
      data: 'mnist',
      trainCount: 50,
      testCount: undefined,
      // The mean was measured: it stands in the model by now.
      augment: 'flip=0.5',
      settings: { loss: 'map', validationSplit: 0.125 },
    });
    expect(request(['--data', 'digits'], {}, base)).toMatchObject({
      data: 'digits',
      trainCount: undefined,
      settings: { validationSplit: 0 },
    });
    const said = request(['--train-count', '9', '--validation-split', '0.5'], {}, base);
    expect(said).toMatchObject({
      data: 'mnist',
      trainCount: 9,
      settings: { validationSplit: 0.5 },
    });
  });

  it('trains what was imported at a tenth of the usual rate, unless something else is said', () => {
    const imported = { status: 'imported', model: 'net' } as unknown as RunRecord;
    const said: string[] = [];
    const optimizerOf = (args: readonly string[], recipe: Recipe = {}, base = imported) => {
      const [options, train] = parsed(['--data', 'mnist', ...args]);
      const say = (words: string) => said.push(words);
      return requestOf(options, recipe, base, train, say).settings?.optimizer;
    };
    expect(optimizerOf([])).toEqual({ kind: 'adam', learningRate: 0.0001 });
    expect(optimizerOf(['--optimizer', 'sgd,momentum=0.9'])).toEqual({
      kind: 'sgd',
      momentum: 0.9,
      learningRate: 0.001,
    });
    expect(said).toEqual([
      expect.stringMatching(/^Fine-tuning: adam at 0.0001, a tenth .*--learning-rate says another/),
      expect.stringMatching(/^Fine-tuning: sgd at 0.001,/),
    ]);
    expect(optimizerOf(['--learning-rate', '0.02'])).toEqual({ kind: 'adam', learningRate: 0.02 });
    expect(optimizerOf(['--freeze', 'conv*'])).toEqual({ kind: 'adam' });
    const recipe = { optimizer: { kind: 'sgd', learningRate: 0.3 } } as Recipe;
    expect(optimizerOf([], recipe)).toEqual({ kind: 'sgd', learningRate: 0.3 });
    const trained = { status: 'done', settings: { augmentation: { steps: [] } } } as never;
    expect(optimizerOf([], {}, trained)).toEqual({ kind: 'adam' });
    expect(said).toHaveLength(2);
  });

  it('twice over is refused', () => {
    const twice = ['--optimizer', 'sgd,momentum=0.9', '--momentum', '0.8'];
    expect(() => request(twice)).toThrow(/momentum.*said twice/s);
    const rises = ['--schedule', 'cosine,duration=5,warmup=1', '--warmup', '2'];
    expect(() => request(rises)).toThrow(/warmup.*said twice/s);
  });
});

describe('what is said of a run that goes on', () => {
  const again = (words: string) => saidAgain(...parsed(words.split(' ')));
  /** Named otherwise in a record, or the one thing that may change. */
  const OTHERS: Readonly<Record<string, object>> = {
    '--epochs 7': {},
    '--overwrite': {},
    '--data mnist': { data: { name: 'mnist' } },
    '--train-count 60': { data: { trainCount: 60 } },
    '--test-count 40': { data: { testCount: 40 } },
    '--augment flip': { augment: 'flip' },
    '--freeze conv1,conv*': { freeze: ['conv1', 'conv*'] },
    '--schedule step,every=3': { schedule: { kind: 'step', every: 3 } },
    '--warmup 2': { schedule: { warmup: 2 } },
    '--optimizer rmsprop': { optimizer: { kind: 'rmsprop' } },
    '--learning-rate 0.02': { optimizer: { learningRate: 0.02 } },
  };

  it.each(SAID)('is compared with it: %s', (words, asked) => {
    const { settings = {} } = asked as { settings?: { optimizer?: object } };
    const { optimizer } = settings;
    const expected = OTHERS[words] ?? (optimizer === undefined ? { settings } : { optimizer });
    const nothing = { data: {}, settings: {}, optimizer: {}, schedule: {} };
    expect(again(words)).toEqual({ ...nothing, ...expected });
  });
});

it('every option of train is held to its words, or is no setting of the run', () => {
  const said = new Set(SAID.map(([words]) => words.split(' ')[0].replace('--no-', '--')));
  const elsewhere =
    'input workers strict recipe seeds from name out resume checkpoint-every threads backend cluster towers gradients sync-batch-norm tensorboard mlflow find-rate json help';
  const flags = command().options.map(({ long }) => long?.replace('--no-', '--') ?? '');
  const optimizers =
    /^--(beta|epsilon|rho|centered|velocity|decay-mode|patterns|loss-unit|clip|ema)/;
  const switches = /^--(winograd|revectorize|relaxed|simd|[a-z-]*shared)/;
  const left = flags.filter(
    (flag) =>
      !said.has(flag) &&
      !elsewhere.split(' ').includes(flag.slice(2)) &&
      !optimizers.test(flag) &&
      !switches.test(flag),
  );
  expect(left).toEqual([]);
});
