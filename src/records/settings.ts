/**
 * @file The settings of a run: what was asked for, checked, with every default filled in, as its record keeps them.
 *
 * Before: `newRun.ts`. Next stop: `runRecord.ts`.
 */
import { asUsage, UsageError, unknownName } from '../base/errors.ts';
import { parseAugmentation } from '../data/augment/index.ts';
import { defaultOptimizerOf } from '../models/recipes.ts';
import { rebuildsInput } from '../nn/losses/answers.ts';
import { defaultLossOf, type LossName, lossNames } from '../nn/losses/losses.ts';
import { chosenLosses } from '../nn/losses/objectives.ts';
import { withLearningRates } from '../nn/optimizers/layerRates.ts';
import { withFrozen } from '../nn/programs/frozen.ts';
import { parseSchedule } from '../nn/schedules.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { checkSettings } from '../train/checks.ts';
import type { FitOptions } from '../train/events.ts';
import { checkPretraining } from '../train/pretraining/pretrain.ts';
import type { PretrainOptions } from '../train/pretraining/pretrainOptions.ts';
import { asOptimizer } from '../train/steps.ts';
import type { RunSettings } from './runRecord.ts';
import { layersNamed } from './startingPoint.ts';

/** Of `fit`'s options those that can be asked of a run in a folder. Functions among them are refused. */
export type AskedSettings = Omit<
  FitOptions,
  | 'loss'
  | 'resume'
  | 'signal'
  | 'checkpointEvery'
  | 'eventInterval'
  | 'reading'
  | 'cluster'
  | 'freeze'
  | 'initialWeights'
  | 'sampleWeights'
  | 'restoreBest'
> & {
  readonly loss?: string;
  /** Teaches the convolutions without labels before the first step; its seed is the run's unless said. */
  readonly pretrain?: PretrainOptions | undefined;
  /** Names of layers, or patterns such as "conv*". */
  readonly freeze?: readonly string[];
};

/** Every setting with its default filled in; wrong ones are refused here, before anything is made. */
export function settingsOf(
  spec: ModelSpec,
  augment = 'none',
  settings: AskedSettings = {},
): RunSettings {
  const target = rebuildsInput(spec) ? ('input' as const) : undefined;
  const { loss = target ? 'meanSquaredError' : defaultLossOf(spec), ...others } = settings;
  checkSettings(others);
  const { epochs = 10, batchSize = 128, seed = 0, shuffle = true, patience } = settings;
  const { validationSplit = 0, watchTest = false } = settings;
  const { precision = 'float32' } = settings;
  const { labelSmoothing, mixup, classWeights, monitor, minDelta } = settings;
  const metrics = settings.metrics?.map((metric) =>
    recordable(typeof metric === 'object' ? metric.rows : metric, 'metrics'),
  );
  const { optimizer = defaultOptimizerOf(spec), schedule = 'constant', learningRates } = settings;
  const stepping = asUsage(() => asOptimizer(optimizer));
  const pretrain = settings.pretrain && pretrainingOf(spec, settings.pretrain);
  const freeze = layersNamed(spec, settings.freeze ?? []);
  if (learningRates !== undefined) {
    withLearningRates(stepping, withFrozen(spec, freeze), learningRates);
  }
  return {
    epochs,
    batchSize,
    validationSplit,
    seed,
    shuffle,
    augmentation: asUsage(() => parseAugmentation(augment, imageShapeOf(spec))),
    loss: asUsage(() => lossNameOf(spec, recordable(loss, 'loss'), target)),
    optimizer: stepping.spec,
    schedule: asUsage(() => parseSchedule(recordable(schedule, 'schedule'))),
    patience: patience ?? null,
    freeze,
    precision,
    watchTest,
    ...given({
      target,
      pretrain,
      learningRates,
      labelSmoothing,
      mixup,
      classWeights,
      monitor,
      minDelta,
      metrics,
    }),
  };
}

function pretrainingOf(spec: ModelSpec, asked: PretrainOptions) {
  const pretrain = { ...asked, method: asked.method ?? ('autoencoder' as const) };
  asUsage(() => checkPretraining(spec, pretrain));
  return pretrain;
}

/** The settings that were said. */
function given<T extends object>(settings: T): Partial<T> {
  const said = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as Partial<T>;
}

/** What a run's files can keep, so that the run can be taken up again. */
function recordable<T>(setting: T, option: string): Exclude<T, (...given: never[]) => unknown> {
  if (typeof setting !== 'function') {
    return setting as Exclude<T, (...given: never[]) => unknown>;
  }
  throw new UsageError({
    option,
    problem: 'received a function, which run.json cannot record',
    expected: 'a name or an object of settings in a run that is kept in a folder',
    fix: 'train in memory with fit, which takes functions',
  });
}

/** The settings of a run as `fit` takes them. */
export function fitSettingsOf(settings: RunSettings): FitOptions {
  const { patience, augmentation: _, target, loss, pretrain: __, ...asked } = settings;
  return {
    ...asked,
    loss: target === undefined ? loss : { loss, target },
    ...(patience === null ? {} : { patience }),
  };
}

function lossNameOf(spec: ModelSpec, received: string, target: 'input' | undefined): LossName {
  const name = lossNames.find((known) => known === received);
  if (name === undefined) throw unknownName('loss', received, lossNames);
  if (target !== undefined) chosenLosses(spec, { loss: { loss: name, target } });
  return name;
}
