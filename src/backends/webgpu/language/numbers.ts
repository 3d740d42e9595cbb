/**
 * @file Numbers as WGSL writes them.
 *
 * A constant expression that is infinite or NaN is an error of the language, so those are made of bits that are
 * known when it runs only (`functions.ts`).
 */

/** A float32 literal; one that is not finite asks for the function `special`. */
export function float(value: number): string {
  if (Number.isNaN(value)) return 'special(0x7fc00000u)';
  if (!Number.isFinite(Math.fround(value)))
    return value > 0 ? 'special(0x7f800000u)' : 'special(0xff800000u)';
  const text = Object.is(value, -0) ? '-0' : String(Math.fround(value));
  return text.startsWith('-') ? `(${text}f)` : `${text}f`;
}

/** Whether the literal asks for the function `special`. */
export const isSpecial = (value: number): boolean => !Number.isFinite(Math.fround(value));

/** An unsigned literal. */
export const unsigned = (value: number): string => `${value}u`;
