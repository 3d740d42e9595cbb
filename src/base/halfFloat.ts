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

const word = new Float32Array(1);
const bitsOfWord = new Uint32Array(word.buffer);

/** The 16 bits nearest to a float32 number, of two as near the even ones; beyond 65,504 infinity. */
export function numberToHalf(x: number): number {
  word[0] = x;
  const [bits] = bitsOfWord;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  const fraction = bits & 0x7fffff;
  if (exponent === 255 - 127 + 15) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  // Below 2^-14 the leading one is written out, and fewer bits are left behind it.
  const all = exponent > 0 ? (exponent << 23) | fraction : fraction | 0x800000;
  const shift = exponent > 0 ? 13 : 14 - exponent;
  const kept = all >>> shift;
  const left = all & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  // A carry runs on into the exponent, up to infinity, as it should.
  return sign | (left > half || (left === half && (kept & 1) === 1) ? kept + 1 : kept);
}

/** The nearest number of half precision; see `numberToHalf`. */
export const roundToHalf = (x: number): number => halfToNumber(numberToHalf(x));
