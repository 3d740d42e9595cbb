/**
 * @file What an attribute may be: small checks, for ops whose nodes a backend makes while lowering.
 *
 * A public op's attributes are written by `build`'s callers and checked by its shape rule; those of a lowered
 * op are written by a lowering rule, and `compile/verify.ts` holds them against what the op declares.
 */
export type AttributeCheck = (value: unknown) => boolean;

/** One check per attribute of `A`; leaving one out does not compile. */
export type AttributeChecks<A> = { readonly [K in keyof A]-?: AttributeCheck };

export const count: AttributeCheck = (value) => Number.isInteger(value) && Number(value) >= 0;
export const integer: AttributeCheck = (value) => Number.isInteger(value);
export const flag: AttributeCheck = (value) => typeof value === 'boolean';
export const text: AttributeCheck = (value) => typeof value === 'string';

export const listOf =
  (item: AttributeCheck, length?: number): AttributeCheck =>
  (value) =>
    Array.isArray(value) && value.every(item) && (length === undefined || value.length === length);

export const extents: AttributeCheck = listOf(count);
export const pair: AttributeCheck = listOf(count, 2);
/** [[top, bottom], [left, right]]; negative ones crop. */
export const pads: AttributeCheck = listOf(listOf(integer, 2), 2);

export const optional =
  (check: AttributeCheck): AttributeCheck =>
  (value) =>
    value === undefined || check(value);

/** An object of just these fields. */
export const record =
  <T>(fields: AttributeChecks<T>): AttributeCheck =>
  (value) =>
    typeof value === 'object' && value !== null && wrongAttribute(value, fields) === undefined;

/** The name of an attribute that is not what it should be, or that nobody declared. */
export function wrongAttribute(
  attrs: object,
  checks: Readonly<Record<string, AttributeCheck>>,
): string | undefined {
  const given: Readonly<Record<string, unknown>> = { ...attrs };
  const names = new Set([...Object.keys(given), ...Object.keys(checks)]);
  return [...names].find((name) => !(Object.hasOwn(checks, name) && checks[name](given[name])));
}
