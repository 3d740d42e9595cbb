/**
 * @file The vocabulary of layer options (sizes, paddings, rates) and the errors for wrong ones.
 *
 * Options come from people and from files, so each is checked by a zod schema; what zod finds is said
 * again in the house's words: the place, the value received, the values accepted, the nearest known
 * name. Next stop: `layers/layer.ts`.
 */
import { z } from 'zod';
import { FoveaError, nearestName } from '../base/errors.ts';
import type { PaddingRule, Pair } from '../base/window.ts';

export const positiveInteger = z.int().positive();
export const wholeNumber = z.int().nonnegative();

const pairOf = (one: typeof positiveInteger | typeof wholeNumber) =>
  z
    .union([one, z.tuple([one, one])], {
      error: () => 'expected a whole number or two of them, [height, width]',
    })
    .transform((value): Pair => (typeof value === 'number' ? [value, value] : value));

/** One number for both axes, or [height, width]; kept as a pair. */
export const positivePair = pairOf(positiveInteger);

const twoSides = z.tuple([wholeNumber, wholeNumber]);

/** 'valid', 'same', or [[top, bottom], [left, right]]. */
export const paddingRule = z.union([z.literal(['valid', 'same']), z.tuple([twoSides, twoSides])], {
  error: () => "expected 'valid', 'same' or [[top, bottom], [left, right]] in whole pixels",
}) satisfies z.ZodType<PaddingRule>;

/** Pixels on each side: one number, [vertical, horizontal], or [[top, bottom], [left, right]]. */
export const sides = z
  .union([wholeNumber, twoSides, z.tuple([twoSides, twoSides])], {
    error: () => 'expected a whole number, two, or [[top, bottom], [left, right]]',
  })
  .transform((value): readonly [Pair, Pair] => {
    if (typeof value === 'number') return [pair(value), pair(value)];
    const [vertical, horizontal] = value;
    return [
      typeof vertical === 'number' ? pair(vertical) : vertical,
      typeof horizontal === 'number' ? pair(horizontal) : horizontal,
    ];
  });

const pair = (n: number): Pair => [n, n];

/** Checks `received` against a schema; the error names `where`, the option, the value and what is accepted. */
export function parseOptions<S extends z.ZodObject>(
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
  return parseWith(schema, received, where);
}

/** Checks `received` against any schema and says the first thing that is wrong. */
export function parseWith<S extends z.ZodType>(
  schema: S,
  received: unknown,
  where: string,
): z.output<S> {
  const result = schema.safeParse(received);
  if (result.success) return result.data;
  throw errorOf(result.error.issues[0], received, where);
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

function errorOf(issue: z.core.$ZodIssue, received: unknown, where: string): FoveaError {
  const path = issue.path.map(String).join('.');
  const value = valueAt(received, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return new FoveaError({ problem: `unknown option "${issue.keys[0]}"`, where });
  }
  const named = path === '' ? '' : `${path} `;
  if (value === undefined && path !== '') {
    return new FoveaError({ problem: `${named}is missing`, expected: expectedBy(issue), where });
  }
  const near =
    issue.code === 'invalid_value' && typeof value === 'string'
      ? nearestName(value, issue.values.map(String))
      : undefined;
  return new FoveaError({
    problem: `${named}received ${show(value)}`,
    expected: expectedBy(issue),
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
    where,
  });
}

/** What zod wanted, in words. */
function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  return issue.message
    .replace(/^Invalid input: /, '')
    .replace(/^expected /, '')
    .replace(/, received .*$/, '');
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
