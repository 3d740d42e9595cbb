/**
 * @file The vocabulary of layer options (sizes, paddings, rates) and the errors for wrong ones.
 *
 * Options come from people and from files, so each is checked by a zod schema; what zod finds is said
 * again in the house's words: the place, the value received, the values accepted, the nearest known
 * name. Next stop: `layers/layer.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError, nearestName } from '../base/errors.ts';
import { first } from '../base/lists.ts';
import type { PaddingRule, Pads, Pair } from '../base/window.ts';

const FROM_1 = 'a whole number, more than 0';
const FROM_0 = 'a whole number, at least 0';

export const positiveInteger = z.int(FROM_1).check(z.positive(FROM_1));
export const wholeNumber = z.int(FROM_0).check(z.nonnegative(FROM_0));

/** One number for both axes, or [height, width]. */
export type Size = number | Pair;
/** Pixels on each side: one number, [vertical, horizontal], or [[top, bottom], [left, right]]. */
export type Sides = number | Pair | Pads;
export type Padding = 'valid' | 'same' | Sides;

/** One number for both axes, or [height, width]; kept as a pair. */
export const positivePair = z.pipe(
  z.union([positiveInteger, z.readonly(z.tuple([positiveInteger, positiveInteger]))], {
    error: () => `${FROM_1}, or two: [height, width]`,
  }),
  z.transform((value): Pair => (typeof value === 'number' ? pair(value) : value)),
);

/** Whole numbers from 0 on: one for both axes, or [height, width]. */
export const wholePair = z.pipe(
  z.union([wholeNumber, z.readonly(z.tuple([wholeNumber, wholeNumber]))], {
    error: () => `${FROM_0}, or two: [height, width]`,
  }),
  z.transform((value): Pair => (typeof value === 'number' ? pair(value) : value)),
);

const twoSides = z.readonly(z.tuple([wholeNumber, wholeNumber]));
const fourSides = z.readonly(z.tuple([twoSides, twoSides]));

function pads(value: number | Pair | Pads): Pads {
  if (typeof value === 'number') return [pair(value), pair(value)];
  const [vertical, horizontal] = value;
  return [
    typeof vertical === 'number' ? pair(vertical) : vertical,
    typeof horizontal === 'number' ? pair(horizontal) : horizontal,
  ];
}

const SIDES = 'a whole number, two, or [[top, bottom], [left, right]]';

/** Pixels on each side: one number, [vertical, horizontal], or [[top, bottom], [left, right]]. */
export const sides = z.pipe(
  z.union([wholeNumber, twoSides, fourSides], { error: () => SIDES }),
  z.transform(pads),
);

/** 'valid', 'same', or pixels on each side as above. */
export const paddingRule = z.pipe(
  z.union([z.literal(['valid', 'same']), wholeNumber, twoSides, fourSides], {
    error: () => `'valid', 'same', ${SIDES}`,
  }),
  z.transform((value): PaddingRule => (typeof value === 'string' ? value : pads(value))),
);

const pair = (n: number): Pair => [n, n];

/** Checks `received` against a schema; errors name `where`, the option, the value, what is accepted. */
export function parseOptions<S extends z.ZodMiniObject>(
  schema: S,
  received: unknown,
  where: string,
): z.output<S> {
  if (typeof received !== 'object' || received === null || Array.isArray(received)) {
    throw new FoveaError({
      problem: `received ${show(received)}`,
      expected: 'an object of options',
      where,
    });
  }
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(received)) {
    if (!known.includes(key)) throw unknownOption(key, known, where);
  }
  const result = schema.safeParse(received);
  if (result.success) return result.data;
  const issue = first(result.error.issues, 'issue');
  throw errorOf(issue, received, where, (value) => {
    return schema.safeParse(withValueAt(received, issue.path, value)).success;
  });
}

function unknownOption(key: string, known: readonly string[], where: string): FoveaError {
  const near = nearestName(key, known);
  return new FoveaError({
    problem: `unknown option "${key}"`,
    expected: known.length === 0 ? 'no options' : `one of ${known.join(', ')}`,
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
    where,
  });
}

function errorOf(
  issue: z.core.$ZodIssue,
  received: unknown,
  where: string,
  accepts: (value: unknown) => boolean,
): FoveaError {
  const path = issue.path.map(String).join('.');
  const value = valueAt(received, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return new FoveaError({ problem: `${path} has no option "${issue.keys[0]}"`, where });
  }
  const names = [...new Set(namesIn(issue))];
  const near = typeof value === 'string' ? nearestName(value, names) : undefined;
  const problem = value === undefined ? 'is missing' : `received ${show(value)}`;
  const mended = repairsOf(value).find(accepts);
  const fix = near === undefined ? `use ${show(mended)}` : `did you mean "${near}"?`;
  return new FoveaError({
    problem: path === '' ? problem : `${path} ${problem}`,
    expected: expectedBy(issue, names),
    ...(near === undefined && mended === undefined ? {} : { fix }),
    where,
  });
}

/** What may have been meant by wrong numbers: the nearest whole ones, from 0 or from 1 on. */
function repairsOf(value: unknown): unknown[] {
  const from = (least: number) => inNumbers(value, (n) => Math.max(least, Math.round(n)));
  return [from(0), from(1)].filter((mended) => mended !== undefined);
}

/** A number, or lists of nothing but numbers, each replaced; undefined for anything else. */
function inNumbers(value: unknown, replace: (n: number) => number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? replace(value) : undefined;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const all = value.map((one) => inNumbers(one, replace));
  return all.includes(undefined) ? undefined : all;
}

/** A copy of `whole` in which another value stands at a path. */
function withValueAt(whole: unknown, [key, ...rest]: readonly PropertyKey[], to: unknown): unknown {
  if (key === undefined) return to;
  if (typeof whole !== 'object' || whole === null) return whole;
  const copy = (Array.isArray(whole) ? [...whole] : { ...whole }) as Record<PropertyKey, unknown>;
  copy[key] = withValueAt(copy[key], rest, to);
  return copy;
}

/** The names that would have been accepted, where names are. */
function namesIn(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(namesIn);
  return [];
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** What zod wanted, in words; a schema's own message is given as it is. */
function expectedBy(issue: z.core.$ZodIssue, names: readonly string[]): string {
  const own = issue.message;
  const isOurs = !/^(Invalid|Too|Unrecognized)/.test(own);
  if (isOurs) return own;
  if (names.length > 0) return `one of ${names.join(', ')}`;
  if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === 'too_small') {
    return `${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
  }
  if (issue.code === 'too_big') {
    return `${issue.inclusive === true ? 'at most' : 'less than'} ${issue.maximum}`;
  }
  return own;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
