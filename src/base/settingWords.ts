/**
 * @file The one little language in which settings are written on a line, for models, optimizers, schedules and
 * augmentations alike.
 *
 *   sgd,momentum=0.9,nesterov=true        a name, then its settings
 *   scale=256,crop,flip                   a list of names, some with a value
 *   table,rates=0.01/0.001                values of a list stand between slashes
 *
 * Numbers, true and false are read as such, everything else is a word; a number that begins with a needless 0
 * stays a word ("0123"). What the names mean, the tables behind them say.
 */
import { UsageError } from './errors.ts';

export type SettingValue = number | boolean | string | readonly (number | boolean | string)[];

/** A thing by its name with some of its settings. */
export interface NamedSettings {
  readonly name: string;
  readonly settings: Readonly<Record<string, SettingValue>>;
}

/** Where words were written, and how right ones look. */
export interface Written {
  /** The setting, by its name in code. */
  readonly option?: string;
  readonly where?: string;
  readonly example: string;
}

export interface Item {
  readonly name: string;
  /** As it is written. */
  readonly value: string | undefined;
}

/** "scale=256,crop" -> its items in order; no words are no items. */
export function readItems(words: string, written: Written): Item[] {
  if (words.trim() === '') return [];
  return words.split(',').map((word) => {
    const [name = '', value, ...more] = word.split('=').map((side) => side.trim());
    if (name === '' || value === '' || more.length > 0) throw wrong(word, written);
    return { name, value };
  });
}

/** "sgd,momentum=0.9" -> { name: 'sgd', settings: { momentum: 0.9 } } */
export function readNamedSettings(words: string, written: Written): NamedSettings {
  const [first, ...rest] = readItems(words, written);
  if (first === undefined || first.value !== undefined) throw wrong(words, written);
  const settings = new Map<string, SettingValue>();
  for (const { name, value } of rest) {
    if (value === undefined) throw wrong(name, written);
    if (settings.has(name)) throw wrong(words, written, `"${name}" is said twice`);
    settings.set(name, readValue(value));
  }
  return { name: first.name, settings: Object.fromEntries(settings) };
}

/** The same as one object, as optimizers and schedules are given: { kind: 'sgd', momentum: 0.9 }. */
export function readChoice(
  words: string,
  written: Written,
): { readonly kind: string } & NamedSettings['settings'] {
  const { name, settings } = readNamedSettings(words, written);
  if ('kind' in settings) throw wrong(words, written, '"kind" is said twice');
  return { kind: name, ...settings };
}

function readValue(words: string): SettingValue {
  return words.includes('/') ? words.split('/').map(readOne) : readOne(words);
}

/** No sign but a minus, no needless zeros: what JSON calls a number, or one that leaves out the 0 before the point. */
const NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i;

function readOne(word: string): number | boolean | string {
  if (word === 'true' || word === 'false') return word === 'true';
  return NUMBER.test(word) ? Number(word) : word;
}

function wrong(received: string, { example, ...place }: Written, problem?: string): UsageError {
  return new UsageError({
    ...place,
    problem: problem ?? `received "${received}"`,
    expected: `a name and settings, such as ${example}`,
  });
}
