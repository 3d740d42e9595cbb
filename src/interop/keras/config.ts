/**
 * @file The config of one Keras layer, read key by key; what nobody read and what is not known to be harmless is an error.
 *
 * So no option is passed over that would change answers. Left out in silence: what only starts a training (initialisers,
 * seeds), what other places say (names, shapes), and options that are off. Noted: what acts in training alone.
 * Next stop: `layers/index.ts`, who reads what.
 */
import { FoveaError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';
import type { Pads, Pair } from '../../base/window.ts';

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Says nothing about answers, or is read elsewhere. */
const HARMLESS =
  /^(name|trainable|dtype|seed|input_dtype|sparse|ragged|optional|autocast|synchronized|implementation|noise_shape|build_config|batch_size|input_dim|input_shape|batch_shape|batch_input_shape|virtual_batch_size|fused|layer_regularizer|.*_initializer)$/;
/** Acts in training alone. */
const IN_TRAINING = /(_constraint|_regularizer)$/;

export class LayerConfig {
  readonly #values: Json;
  readonly #where: string;
  readonly #note: (text: string) => void;
  readonly #read = new Set<string>();

  constructor(values: Json, where: string, note: (text: string) => void) {
    this.#values = values;
    this.#where = where;
    this.#note = note;
  }

  /** The value as it stands; undefined where it is absent or null. */
  value(key: string): unknown {
    this.#read.add(key);
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }

  number(key: string, fallback?: number): number {
    return this.#checked(key, fallback, numberIn, 'a number');
  }

  /** undefined where it is absent or null. */
  optionalNumber(key: string): number | undefined {
    return this.value(key) === undefined ? undefined : this.number(key);
  }

  count(key: string, fallback?: number): number {
    const isCount = (n: unknown) =>
      Number.isSafeInteger(n) && (n as number) > 0 ? (n as number) : undefined;
    return this.#checked(key, fallback, isCount, 'a whole number, more than 0');
  }

  flag(key: string, fallback: boolean): boolean {
    return this.#checked(
      key,
      fallback,
      (v) => (typeof v === 'boolean' ? v : undefined),
      'true or false',
    );
  }

  /** One of several words. */
  choice<W extends string>(key: string, words: readonly W[], fallback?: W): W {
    const find = (v: unknown) => words.find((word) => word === v);
    return this.#checked(key, fallback, find, words.map((word) => `"${word}"`).join(' or '));
  }

  /** One number for both axes, or [height, width]. */
  pair(key: string, fallback?: Pair): Pair {
    return this.#checked(key, fallback, pairIn, 'one or two whole numbers');
  }

  optionalPair(key: string): Pair | undefined {
    return this.value(key) === undefined ? undefined : this.pair(key);
  }

  /** Pixels on each side: one number, [vertical, horizontal], or [[top, bottom], [left, right]]. */
  sides(key: string, fallback?: Pads): Pads {
    return this.#checked(key, fallback, sidesIn, 'pixels on each side');
  }

  integers(key: string, fallback?: readonly number[]): readonly number[] {
    return this.#checked(key, fallback, integersIn, 'whole numbers');
  }

  /** An error about one of the options. */
  wrong(key: string, expected: string, fix?: string): FoveaError {
    const problem = `"${key}" is ${shownValue(this.#values[key])}`;
    return new FoveaError({
      where: this.#where,
      problem,
      expected,
      ...(fix === undefined ? {} : { fix }),
    });
  }

  /** The weight of the penalty l2 * sum(w^2) on a kernel; other penalties are noted. */
  l2(key: string): number {
    const penalty = this.value(key);
    if (!isObject(penalty)) return 0;
    const { l1 = 0, l2 = 0 } = isObject(penalty.config) ? penalty.config : penalty;
    const isPlain = typeof l2 === 'number' && l2 >= 0 && l1 === 0;
    if (isPlain && /^(l2|l1l2)$/i.test(String(penalty.class_name))) return l2;
    this.#note(`left out its ${key}, which acts in training alone`);
    return 0;
  }

  /** Says what was left out; throws on an option that nobody understood. */
  finish(): void {
    for (const [key, value] of Object.entries(this.#values)) {
      if (this.#read.has(key) || HARMLESS.test(key) || isOff(value)) continue;
      if (!IN_TRAINING.test(key)) {
        throw this.wrong(key, 'nothing there: what this option does is not known here');
      }
      this.#note(`left out its ${key}, which acts in training alone`);
    }
  }

  #checked<T>(
    key: string,
    fallback: T | undefined,
    read: (value: unknown) => T | undefined,
    expected: string,
  ): T {
    const value = this.value(key);
    const found = value === undefined ? fallback : read(value);
    if (found !== undefined) return found;
    throw this.wrong(key, expected);
  }
}

const isOff = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

const numberIn = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  // A numpy scalar, as Keras wrote some: {"type": "ndarray", "value": 0.5}.
  if (isObject(value) && typeof value.value === 'number') return value.value;
  return undefined;
};

const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);

const integersIn = (value: unknown): readonly number[] | undefined =>
  Array.isArray(value) && value.every(isInteger) ? value : undefined;

function pairIn(value: unknown): Pair | undefined {
  if (isInteger(value)) return [value, value];
  const [height, width, ...more] = integersIn(value) ?? [];
  return height === undefined || width === undefined || more.length > 0
    ? undefined
    : [height, width];
}

function sidesIn(value: unknown): Pads | undefined {
  const pair = pairIn(value);
  if (pair !== undefined)
    return [
      [pair[0], pair[0]],
      [pair[1], pair[1]],
    ];
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [rows, columns] = value.map(pairIn);
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
}
