/**
 * @file What a command line of `fovea train` asks for: a new run, or what a run that is there must be.
 *
 * What is said counts most, then the recipe, then what a run keeps that another begins with, then the defaults.
 * Before: `trainingOptions.ts`. Next stop: `runs/trainRun.ts`.
 */
import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { augmentationWords } from '../../data/augment/index.ts';
import type { RecipeSettings } from '../../models/recipes.ts';
import { optimizerFacts } from '../../nn/optimizers/index.ts';
import type { ExpectedRun } from '../../records/expectedRun.ts';
import { isImported, type RunRecord, type TrainedRecord } from '../../records/runRecord.ts';
import type { TrainRequest } from '../../runs/trainRun.ts';
import { asOptimizer } from '../../train/steps.ts';
import { optimizerSettingNames } from './optimizerOptions.ts';
import type { TrainingOptions } from './trainingOptions.ts';

type Named = { readonly kind: string; readonly [setting: string]: unknown };

/** `begun`: the run that the new one begins with. */
export function requestOf(
  options: TrainingOptions,
  recipe: RecipeSettings,
  begun: RunRecord | undefined,
  command: Command,
  say: (words: string) => void = () => {},
): Omit<TrainRequest, 'spec' | 'folder'> {
  const isSaid = (name: keyof TrainingOptions) => command.getOptionValueSource(name) === 'cli';
  const base = begun === undefined || isImported(begun) ? undefined : begun;
  if (begun !== undefined && isImported(begun) && !isSaid('data')) throw dataUnknown(begun.model);
  const kept = isSaid('data') || base === undefined ? undefined : keptOf(base);
  const { overwrite = false, freeze, seed } = options;
  const { data = 'digits', augment = recipe.augment ?? (base && ownAugment(base)) } = options;
  const { patience = recipe.patience, loss = recipe.loss ?? base?.settings.loss } = options;
  const epochs = isSaid('epochs') ? options.epochs : (recipe.epochs ?? options.epochs);
  const pick = <K extends 'batchSize' | 'validationSplit'>(name: K) =>
    isSaid(name)
      ? options[name]
      : (recipe[name] ??
        (name === 'validationSplit' ? kept?.validationSplit : undefined) ??
        options[name]);
  const optimizer = optimizerFrom(
    options,
    isSaid('optimizer') ? undefined : recipe.optimizer,
    command,
  );
  // What is frozen keeps what it learned; what is left to train may be new.
  const isGentle = begun !== undefined && isImported(begun) && freeze === undefined;
  const gentle = isGentle ? gentleRate(optimizer) : undefined;
  if (gentle !== undefined) {
    say(
      `Fine-tuning: ${optimizer.kind} at ${gentle}, a tenth of its usual rate, since the weights are trained; --learning-rate says another.`,
    );
  }
  const shuffle = isSaid('shuffle') ? options.shuffle : (recipe.shuffle ?? options.shuffle);
  return {
    data: kept?.data ?? data,
    augment,
    trainCount: options.trainCount ?? kept?.trainCount,
    testCount: options.testCount ?? kept?.testCount,
    overwrite,
    settings: {
      validationSplit: pick('validationSplit'),
      epochs,
      batchSize: pick('batchSize'),
      seed,
      shuffle: options.shuffleOnce === true ? 'once' : shuffle,
      optimizer: scaled(
        gentle === undefined ? optimizer : { ...optimizer, learningRate: gentle },
        pick('batchSize'),
        options.scaleRate,
      ),
      schedule: scheduleFrom(options, isSaid('schedule') ? undefined : recipe.schedule, epochs),
      watchTest: options.watchTest ?? recipe.watchTest ?? false,
      ...(loss === undefined ? {} : { loss }),
      ...(patience === undefined ? {} : { patience }),
      ...(freeze === undefined ? {} : { freeze }),
      pretrain: options.pretrain,
      learningRates: options.learningRates,
      precision: options.precision,
      labelSmoothing: options.labelSmoothing,
      mixup: options.mixup,
      metrics: options.metrics,
      monitor: options.monitor,
      minDelta: options.minDelta,
      classWeights: options.classWeights,
    },
  };
}

/**
 * A tenth of the rate that an optimizer begins with, where nobody said one: trained weights are near where they belong,
 * and an optimizer that has seen nothing yet makes whole steps.
 */
function gentleRate({ kind, learningRate }: Named): number | undefined {
  if (learningRate !== undefined) return undefined;
  const { options = [] } = optimizerFacts.find((facts) => facts.kind === kind) ?? {};
  const unsaid = options.find(({ name }) => name === 'learningRate')?.default;
  return typeof unsaid === 'number' ? unsaid / 10 : undefined;
}

function dataUnknown(model: string): UsageError {
  return new UsageError({
    option: 'data',
    problem: `${model} was imported: what it was trained on is not known`,
    expected: 'the data to train it on, such as mnist or folder:PATH',
  });
}

/** The data of a run, with what belongs to them. */
const keptOf = ({ data, settings }: TrainedRecord) => ({
  data: data.name,
  trainCount: data.trainCount ?? undefined,
  testCount: data.testCount ?? undefined,
  validationSplit: settings.validationSplit,
});

/** What is done to pictures; a mean that was measured is in the model by now. */
const ownAugment = ({ settings }: TrainedRecord): string =>
  augmentationWords({ ...settings.augmentation, mean: null });

/** What the command line says of a run that is there already: it must be what the run was begun with. */
export function saidAgain(options: TrainingOptions, command: Command): ExpectedRun {
  const isSaid = (name: string) => command.getOptionValueSource(name) === 'cli';
  const said = <K extends keyof TrainingOptions>(...names: readonly K[]) =>
    Object.fromEntries(names.filter(isSaid).map((name) => [name, options[name]]));
  const { schedule } = said('schedule');
  return {
    data: { ...said('trainCount', 'testCount'), ...(isSaid('data') ? { name: options.data } : {}) },
    settings: {
      ...said(
        'batchSize',
        'validationSplit',
        'seed',
        'shuffle',
        'loss',
        'patience',
        'watchTest',
        'pretrain',
        'learningRates',
        'precision',
        'labelSmoothing',
        'mixup',
        'classWeights',
        'metrics',
        'monitor',
        'minDelta',
      ),
      ...(options.seeds === undefined ? {} : { seed: options.seed }),
      ...(options.shuffleOnce === true ? { shuffle: 'once' } : {}),
    },
    optimizer: scaledAgain(
      { ...said('optimizer').optimizer, ...optimizerFlagsOf(command) },
      options,
    ),
    schedule: { ...schedule, ...said('warmup') },
    ...said('augment', 'freeze'),
  };
}

/** The settings of an optimizer that stand on the command line as flags of their own. */
function optimizerFlagsOf(command: Command): Record<string, unknown> {
  const said = optimizerSettingNames().filter(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  return Object.fromEntries(said.map((name) => [name, command.getOptionValue(name)]));
}

function optimizerFrom(
  { optimizer }: TrainingOptions,
  recipe: RecipeSettings['optimizer'],
  command: Command,
): Named {
  const flags = optimizerFlagsOf(command);
  checkOnce(optimizer, Object.keys(flags), '--optimizer');
  return { ...(recipe ?? optimizer), ...flags };
}

/**
 * The linear scaling rule: k times the rows in a batch, k times the rate. Goyal et al. 2017,
 * https://arxiv.org/abs/1706.02677.
 */
function scaled(optimizer: Named, batchSize: number, meantFor: number | undefined): Named {
  if (meantFor === undefined) return optimizer;
  const { learningRate } = asOptimizer(optimizer).spec;
  return { ...optimizer, learningRate: (learningRate * batchSize) / meantFor };
}

/** As `scaled` made it when the run was begun, where the rate is said again. */
function scaledAgain(
  said: Readonly<Record<string, unknown>>,
  { batchSize, scaleRate }: TrainingOptions,
): Readonly<Record<string, unknown>> {
  const { learningRate } = said;
  if (scaleRate === undefined || typeof learningRate !== 'number') return said;
  return { ...said, learningRate: (learningRate * batchSize) / scaleRate };
}

/** A cosine without a duration takes the whole run. */
function scheduleFrom(
  { schedule: said, warmup }: TrainingOptions,
  recipe: RecipeSettings['schedule'],
  epochs: number,
): Named {
  const schedule: Named = recipe ?? said;
  if (warmup !== undefined) checkOnce(said, ['warmup'], '--schedule');
  return {
    ...(schedule.kind === 'cosine' ? { duration: epochs } : {}),
    ...schedule,
    ...(warmup === undefined ? {} : { warmup }),
  };
}

function checkOnce(named: object, flags: readonly string[], where: string): void {
  const twice = flags.find((name) => Object.hasOwn(named, name));
  if (twice === undefined) return;
  throw new UsageError({
    option: twice,
    problem: `is said twice, in ${where} too`,
    expected: 'one of the two',
  });
}
