/**
 * @file What a sweep searches: options of training, each with values to take or a range to draw from.
 *
 *   learning-rate=0.001,0.003 batch-size=64,128        values
 *   optimizer=adam|sgd,momentum=0.9                    values with commas in them
 *   learning-rate=1e-4..1e-1 conv2d.filters=8..64:log  ranges
 *
 * A range whose ends are whole numbers is drawn as whole numbers. It is drawn by its logarithm where the upper end is ten
 * times the lower one or more, else evenly; `:log` and `:linear` say it. Next stop: `configurations.ts`.
 */
import { UsageError } from '../base/errors.ts';

export interface Choices {
  readonly name: string;
  /** As they would be written on a command line. */
  readonly values: readonly string[];
}

export interface Range {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
  readonly isWhole: boolean;
}

export type Axis = Choices | Range;

export const isRange = (axis: Axis): axis is Range => 'low' in axis;

const wrong = (problem: string, expected: string) =>
  new UsageError({ option: 'grid', problem, expected });

const EXAMPLE = 'learning-rate=0.001,0.003 batch-size=64,128, or ranges: learning-rate=1e-4..1e-1';

/** Axes in the order in which they are written. */
export function parseSpace(words: string): readonly Axis[] {
  const axes = words
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw wrong(`received "${word}"`, EXAMPLE);
      return axisOf(word.slice(0, at), word.slice(at + 1));
    });
  return checkedSpace(axes);
}

export function checkedSpace(axes: readonly Axis[]): readonly Axis[] {
  if (axes.length === 0) throw wrong('nothing to search', EXAMPLE);
  const twice = axes.find(({ name }, i) => axes.findIndex((axis) => axis.name === name) < i);
  if (twice !== undefined) throw wrong(`"${twice.name}" is said twice`, 'each option once');
  return axes;
}

/** Of words ("64,128", "1e-4..1e-1"), or of a list as a file has it. */
export function axisOf(given: string, said: string | readonly (string | number | boolean)[]): Axis {
  const name = given.replace(/^--/, '');
  if (typeof said !== 'string') return choicesOf(name, said.map(String));
  const range = /^([^.,|]+(?:\.\d[^.,|]*)?)\.\.([^,|:]+)(?::(log|linear))?$/.exec(said);
  if (range === null) {
    // One value with a comma in it ends with the sign: "sgd,momentum=0.9|".
    const values = said.includes('|') ? said.replace(/\|$/, '').split('|') : said.split(',');
    return choicesOf(name, values);
  }
  const [, first = '', last = '', scale] = range;
  return rangeOf(name, first, last, scale === 'log' || scale === 'linear' ? scale : undefined);
}

function choicesOf(name: string, said: readonly string[]): Choices {
  const values = said.map((value) => value.trim());
  if (values.length === 0 || values.includes('')) {
    throw wrong(`"${name}" has an empty value`, EXAMPLE);
  }
  const twice = values.find((value, i) => values.indexOf(value) < i);
  if (twice !== undefined) throw wrong(`${name}=${twice} is said twice`, 'each value once');
  return { name, values };
}

function rangeOf(name: string, first: string, last: string, said?: Range['scale']): Range {
  const [low, high] = [first, last].map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  if (low === undefined || high === undefined || !(low < high) || !Number.isFinite(high - low)) {
    throw wrong(`received ${name}=${first}..${last}`, 'two numbers, the smaller one first');
  }
  const scale = said ?? (low > 0 && high >= 10 * low ? 'log' : 'linear');
  if (scale === 'log' && low <= 0) {
    throw wrong(`received ${name}=${first}..${last}:log`, 'a range above 0, or :linear');
  }
  const isWhole = [first, last].every((text) => /^-?\d+$/.test(text.trim()));
  return { name, low, high, scale, isWhole };
}

/** What stands at a share of the axis, 0 to below 1, as words. A range is rounded to three digits. */
export function valueAt(axis: Axis, share: number): string {
  if (!isRange(axis)) return axis.values[Math.floor(share * axis.values.length)] ?? '';
  const { low, high, scale, isWhole } = axis;
  // Whole numbers have each a piece of the axis of their own.
  const [from, to] = isWhole ? [low, high + 1] : [low, high];
  const value = scale === 'log' ? from * (to / from) ** share : from + share * (to - from);
  if (isWhole) return String(Math.min(high, Math.floor(value)));
  return String(Math.min(high, Math.max(low, Number(value.toPrecision(3)))));
}
