/**
 * @file Half-precision floats (IEEE 754 binary16), which files hold and JavaScript's engines do not all know.
 *
 *   1 sign bit, 5 of exponent (bias 15), 10 of fraction; exponent 0: fraction * 2^-24, exponent 31: infinity or NaN
 */

/** The number that 16 bits stand for; exact. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
