/**
 * @file Numbers as WGSL writes them.
 *
 * A constant expression that is infinite or NaN is an error of the language, and compilers drop the sign of zero, so
 * those are made of bits that are known when it runs only (`functions.ts`).
 */

/** A float32 literal; one that is not finite, or -0, asks for the function `special`. */
export function float(value: number): string {
  if (Object.is(value, -0)) return 'special(0x80000000u)';
  if (Number.isNaN(value)) return 'special(0x7fc00000u)';
  if (!Number.isFinite(Math.fround(value)))
    return value > 0 ? 'special(0x7f800000u)' : 'special(0xff800000u)';
  const text = String(Math.fround(value));
  return text.startsWith('-') ? `(${text}f)` : `${text}f`;
}

/** Whether the literal asks for the function `special`. */
export const isSpecial = (value: number): boolean =>
  Object.is(value, -0) || !Number.isFinite(Math.fround(value));

/** An unsigned literal. */
export const unsigned = (value: number): string => `${value}u`;
