/**
 * @file Option values: from the words of a command line to numbers, refused in the house's manner.
 *
 * Each parser throws a UsageError that names the option, the value received and the values accepted.
 */

import { type Command, Option } from 'commander';
import { backendNames, backendSwitches, type OpenOptions } from '../../backends/select.ts';
import { UsageError } from '../../base/errors.ts';
import { readChoice, readItems, readNamedSettings } from '../../base/settingWords.ts';
import { type MetricName, metricNamed } from '../../nn/losses/chosenMetrics.ts';
import type { PretrainOptions } from '../../train/pretraining/pretrainOptions.ts';

const NUMBERS = {
  count: {
    expected: 'a whole number of at least 1 and at most 1000000000',
    accepts: (n) => Number.isInteger(n) && n >= 1 && n <= 1e9,
  },
  /** Of computing or of reading. */
  threads: {
    expected: 'a whole number from 1 to 64',
    accepts: (n) => Number.isInteger(n) && n >= 1 && n <= 64,
  },
  /** What the random number generator takes. */
  seed: {
    expected: 'a whole number from 0 to 4294967295',
    accepts: (n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32,
  },
  share: {
    expected: 'a number from 0 to below 1, such as 0.2',
    accepts: (n) => n >= 0 && n < 1,
  },
  positive: { expected: 'a number above 0', accepts: (n) => n > 0 && Number.isFinite(n) },
  notNegative: { expected: 'a number of at least 0', accepts: (n) => n >= 0 && Number.isFinite(n) },
} as const satisfies Record<string, { expected: string; accepts: (n: number) => boolean }>;

/** An option whose value is a number of the kind said: numberOption('count', '--epochs <n>', ...). */
export function numberOption(
  kind: keyof typeof NUMBERS,
  flags: string,
  description: string,
): Option {
  const { expected, accepts } = NUMBERS[kind];
  const option = new Option(flags, description);
  return option.argParser((text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (accepts(value)) return value;
    throw new UsageError({ problem: `received "${text}"`, expected, where: option.long ?? flags });
  });
}

export interface Interval {
  readonly batches?: number;
  readonly seconds?: number;
}

/** "200" batches or "30s" seconds. */
export function parseInterval(text: string): Interval {
  const match = /^(\d+(?:\.\d+)?)(s?)$/.exec(text.trim());
  const value = Number(match?.[1]);
  const seconds = match?.[2] === 's';
  if (value > 0 && (seconds || Number.isInteger(value))) {
    return seconds ? { seconds: value } : { batches: value };
  }
  throw new UsageError({
    problem: `received "${text}"`,
    expected: 'a number of batches such as 200, or of seconds such as 30s',
    where: '--checkpoint-every',
  });
}

/** "cosine", "step,every=5,factor=0.5" or "table,rates=0.01/0.001"; which names and settings there are, `nn/schedules.ts` says. */
export function parseScheduleWords(text: string): { readonly kind: string } {
  const { name: kind, settings } = readNamedSettings(text, {
    option: 'schedule',
    example: 'step,every=5,factor=0.5',
  });
  const { rates } = settings;
  // A table of one rate is written without a slash.
  const list = typeof rates === 'number' ? { rates: [rates] } : {};
  if (kind !== 'table' || rates !== undefined) return { kind, ...settings, ...list };
  throw new UsageError({
    problem: 'a table without rates',
    expected: 'the rate of each epoch, the last one from then on: table,rates=0.01/0.01/0.001',
    option: 'schedule',
  });
}

/** "adam" or "sgd,momentum=0.9"; which names and settings there are, `nn/optimizers` says. */
export function parseOptimizerWords(text: string): { readonly kind: string } {
  return readChoice(text, { option: 'optimizer', example: 'sgd,momentum=0.9,nesterov=true' });
}

/** "balanced", or "cat=2,dog=0.5"; which classes there are, the data say. */
export function parseClassWeights(text: string): 'balanced' | Readonly<Record<string, number>> {
  if (text.trim() === 'balanced') return 'balanced';
  const items = readItems(text, { option: 'classWeights', example: 'cat=2,dog=0.5' });
  return Object.fromEntries(
    items.map(({ name, value }) => {
      const weight = Number(value);
      if (weight >= 0 && Number.isFinite(weight)) return [name, weight];
      throw new UsageError({
        option: 'classWeights',
        problem: `received "${value === undefined ? name : `${name}=${value}`}"`,
        expected: 'balanced, or a number of at least 0 for each class that is named: cat=2,dog=0.5',
      });
    }),
  );
}

/** "rbm" or "autoencoder,epochs=5,noise=0.2"; which settings there are, `train/pretraining/pretrainOptions.ts` says. */
export function parsePretraining(text: string): PretrainOptions {
  const { name: method, settings } = readNamedSettings(text, {
    option: 'pretrain',
    example: 'rbm,epochs=5',
  });
  const { layers } = settings; // one is written without a slash
  const list = typeof layers === 'string' ? { layers: [layers] } : {};
  return { method, ...settings, ...list } as PretrainOptions;
}

/** "conv*=0.1,fc8=10"; which layers there are, the model says. */
export function parseLearningRates(text: string): Readonly<Record<string, number>> {
  const items = readItems(text, { option: 'learningRates', example: 'conv*=0.1' });
  return Object.fromEntries(
    items.map(({ name, value }) => {
      if (value !== undefined) return [name, Number(value)];
      throw new UsageError({
        option: 'learningRates',
        problem: `received "${name}"`,
        expected: 'a factor for each layer or pattern that is named: conv*=0.1,dense=2',
      });
    }),
  );
}

/** What is measured beside the loss and the accuracy; which names there are, `nn/losses/chosenMetrics.ts` says. */
export const metricsOption = (): Option =>
  new Option(
    '--metrics <list>',
    'measure these too: top5Accuracy (any number), meanAbsoluteError, meanSquaredError',
  ).argParser((text: string): readonly MetricName[] => {
    const items = readItems(text, { option: 'metrics', example: 'top5Accuracy,meanSquaredError' });
    const words = items.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));
    return words.map((word) => metricNamed(word));
  });

/** "0-15,20": whole numbers and ranges of them, in their order. */
export function parseUnits(text: string): readonly number[] {
  const units = text.split(',').flatMap((part) => {
    const [, first = '', last = first] = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part) ?? [];
    const length = Number(last) - Number(first) + 1;
    return first === '' || length < 1 ? [-1] : Array.from({ length }, (_, i) => Number(first) + i);
  });
  if (units.every((unit) => unit >= 0) && units.length <= MOST_UNITS) return [...new Set(units)];
  throw new UsageError({
    where: '--units',
    problem: `received "${text}"`,
    expected: `numbers and ranges from 0 on, such as 0-15,20; ${MOST_UNITS} at most`,
  });
}

const MOST_UNITS = 256;

/** "32x32x3" */
export function parseShape(text: string): readonly number[] {
  const shape = text.split('x').map(Number);
  if (shape.every((n) => Number.isSafeInteger(n) && n >= 1)) return shape;
  throw new UsageError({
    where: '--input',
    problem: `received "${text}"`,
    expected: 'height x width x channels, such as 32x32x1',
  });
}

export const jsonOption = () =>
  new Option('--json', 'print JSON lines only; messages go to standard error');
/** `--no-NAME` for each option of a backend that can be turned off. */
export function addSwitches(command: Command): Command {
  for (const [name, meaning] of Object.entries(backendSwitches))
    command.addOption(new Option(`--no-${name}`, meaning));
  return command;
}

/** What a session is opened with; `threads: false` for commands that compute on one thread. */
export function addBackendOptions(command: Command, { threads = true } = {}): Command {
  if (threads) {
    command.addOption(
      numberOption('threads', '--threads <n>', 'threads to compute with (default: all cores)'),
    );
  }
  const names = ['auto', ...backendNames].join(', ');
  command.addOption(new Option('--backend <name>', names).default('auto'));
  return addSwitches(command);
}

/** What the options above come to. */
export interface BackendOptions {
  readonly threads?: number;
  /** As it was typed; opening a session refuses what is none. */
  readonly backend: NonNullable<OpenOptions['backend']>;
}

export function openOptionsOf({
  threads,
  backend,
  ...given
}: BackendOptions & object): OpenOptions {
  return { backend, ...switchesOf(given), ...(threads === undefined ? {} : { threads }) };
}

export function switchesOf(given: object): Record<string, 'auto' | 'off'> {
  const switched = new Map<string, unknown>(Object.entries(given));
  const names = Object.keys(backendSwitches);
  return Object.fromEntries(
    names.map((name) => [name, switched.get(name) === false ? 'off' : 'auto']),
  );
}

/** "1e-6..10"; nothing: the usual range. */
export function parseRateRange(text: string): { readonly from: number; readonly to: number } {
  const [, first = '', last = ''] = /^(.+)\.\.(.+)$/.exec(text.trim()) ?? [];
  const [from, to] = [first, last].map((word) => (word === '' ? Number.NaN : Number(word)));
  if (from !== undefined && to !== undefined && from > 0 && from < to && Number.isFinite(to)) {
    return { from, to };
  }
  throw new UsageError({
    option: 'findRate',
    problem: `received "${text}"`,
    expected: 'a range of learning rates above 0, such as 1e-5..1',
  });
}
