/**
 * @file exp, log, their forms near 0, tanh, sigmoid and powers on four lanes, accurate to 4 ulp, NaN and infinities right.
 *
 * Each is a range reduction and a polynomial, written once over `f32x4`. `math.test.ts` holds them against
 * float64 over the whole range. Coefficients: Cephes (Moshier), single precision, and for expm1 a minimax
 * fit on [-ln2/2, ln2/2].
 */
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32x4 } from '../../assembler/lanes.ts';

type Lanes = Value<'f32x4'>;

/** a * b + c in one rounding where the machine has it (`relaxed_madd`), else in two. */
export interface Arithmetic {
  madd(a: Lanes, b: Lanes, c: Lanes): Lanes;
}

export function arithmeticOf(relaxedMadd: boolean): Arithmetic {
  return {
    madd: (a, b, c) => (relaxedMadd ? f32x4.relaxedMadd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)),
  };
}

const LOG2E = Math.LOG2E;
/** ln 2 split so that n * LN2_HIGH is exact for |n| < 2^11. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;

/**
 * A number in all lanes, made once for the whole function: where it is written in a loop, V8 makes it anew at each turn, in
 * seven instructions of 256 bits.
 */
export function splat(f: FunctionBuilder, x: number): Lanes {
  if (Object.is(x, 0)) return f32x4.splat(x);
  return f.hoisted(Object.is(x, -0) ? 'constantMinus0' : `constant${x}`, f32x4.splat(x));
}

/** The same of a whole number. */
export const splatBits = (f: FunctionBuilder, x: number): Value<'i32x4'> =>
  f.hoisted(`bits${x}`, i32x4.splat(x));

/** max(x, bound) and min(x, bound) for a bound other than 0, NaN of x coming through: an instruction, where `max` is eight. */
export const atLeast = (f: FunctionBuilder, x: Lanes, bound: number): Lanes =>
  f32x4.op('pmax', x, splat(f, bound));
export const atMost = (f: FunctionBuilder, x: Lanes, bound: number): Lanes =>
  f32x4.op('pmin', x, splat(f, bound));

/** max(x, 0), NaN of x coming through; the sum makes +0 of -0. */
export const atLeastZero = (x: Lanes): Lanes =>
  f32x4.add(f32x4.op('pmax', x, f32x4.splat(0)), f32x4.splat(0));

/** Names an intermediate so that it is computed once. */
function bind(f: FunctionBuilder, name: string, value: Lanes): Local<'f32x4'> {
  const local = f.local('f32x4', name);
  f.set(local, value);
  return local;
}

function bindBits(f: FunctionBuilder, name: string, value: Value<'i32x4'>): Local<'i32x4'> {
  const local = f.local('i32x4', name);
  f.set(local, value);
  return local;
}

/** Horner: coefficients from the highest power down. */
function polynomial(
  f: FunctionBuilder,
  m: Arithmetic,
  x: Lanes,
  [highest, ...lower]: readonly number[],
): Lanes {
  return lower.reduce<Lanes>((sum, c) => m.madd(sum, x, splat(f, c)), splat(f, highest));
}

/**
 * 1.5 * 2^23: adding it leaves the nearest integer in the low bits of the mantissa. No rounding or conversion
 * instruction is needed, and V8 can fuse all that is left to 256 bits.
 */
const MAGIC = 12582912;
const MAGIC_BITS = 0x4b400000;

const SIGN = 0x80000000 | 0;

interface Reduced {
  /** The bits of MAGIC + n. */
  readonly shifted: Local<'f32x4'>;
  readonly r: Local<'f32x4'>;
}

/** x = n ln2 + r with |r| <= ln2/2. */
function reduce(f: FunctionBuilder, m: Arithmetic, x: Lanes): Reduced {
  const shifted = bind(f, 'shifted', m.madd(x, splat(f, LOG2E), splat(f, MAGIC)));
  const n = bind(f, 'n', f32x4.sub(shifted, splat(f, MAGIC)));
  const high = m.madd(n, splat(f, -LN2_HIGH), x);
  const r = bind(f, 'r', m.madd(n, splat(f, -LN2_LOW), high));
  return { shifted, r };
}

/** 2^n for integer lanes n that may carry anything above their low 9 bits; -126 <= n <= 127. */
function powerOfTwo(f: FunctionBuilder, n: Value<'i32x4'>, bias = 127): Lanes {
  return f32x4.fromBits(i32x4.op('add', i32x4.shift('shl', n, 23), splatBits(f, bias << 23)));
}

/** (e^r - 1 - r) / r^2 on the reduced range. */
const EXP_TAIL = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
  5.0000001201e-1,
];

/** e^x; 0 below -104, infinity above 88.73. */
export function exp(f: FunctionBuilder, m: Arithmetic, x: Lanes): Lanes {
  // Clamped so that n stays in range; NaN comes through.
  const bounded = bind(f, 'bounded', atLeast(f, atMost(f, x, 89), -104));
  const { shifted, r } = reduce(f, m, bounded);
  const tail = polynomial(f, m, r, EXP_TAIL);
  const one = f32x4.add(m.madd(tail, f32x4.mul(r, r), r), splat(f, 1));
  // 2^n in two factors: n reaches from -150 (denormals) to 128.
  const whole = bindBits(
    f,
    'whole',
    i32x4.op('sub', i32x4.fromBits(shifted), splatBits(f, MAGIC_BITS)),
  );
  const half = bindBits(f, 'half', i32x4.shift('shr_s', whole, 1));
  return f32x4.mul(
    f32x4.mul(one, powerOfTwo(f, half)),
    powerOfTwo(f, i32x4.op('sub', whole, half)),
  );
}

/** e^x - 1 = 2 (t s + s - 1/2) with t = e^r - 1 and s = 2^(n-1); no cancellation near 0. */
export function expm1(f: FunctionBuilder, m: Arithmetic, x: Lanes): Lanes {
  // Below -20 it is -1 in float32; NaN comes through.
  const bounded = bind(f, 'bounded', atLeast(f, atMost(f, x, 89), -20));
  const { shifted, r } = reduce(f, m, bounded);
  const half = bind(f, 'half', powerOfTwo(f, i32x4.fromBits(shifted), 126));
  const tail = m.madd(polynomial(f, m, r, EXP_TAIL), f32x4.mul(r, r), r);
  const halved = m.madd(tail, half, f32x4.sub(half, splat(f, 0.5)));
  return withSignOf(f, x, bind(f, 'expm1', f32x4.add(halved, halved)));
}

/** The result of a function that has its argument's sign, at both zeros too. */
function withSignOf(f: FunctionBuilder, x: Lanes, result: Lanes): Lanes {
  const sign = i32x4.bits('and', i32x4.fromBits(x), splatBits(f, SIGN));
  return f32x4.fromBits(i32x4.bits('or', i32x4.fromBits(result), sign));
}

/** The largest finite number of half precision, and the smallest normal one. */
const MOST_HALF = 65504;
const LEAST_NORMAL_HALF = 2 ** -14;

/**
 * The nearest number of half precision: 1.5 * 2^13 times the power of two below |x|, added and taken away, leaves 10
 * bits behind the leading one; numbers below the normal ones are multiples of 2^-24.
 */
export function half(f: FunctionBuilder, x: Lanes): Local<'f32x4'> {
  // Clamped so that nothing overflows on the way; NaN comes through.
  const bounded = bind(f, 'bounded', atMost(f, f32x4.unary('abs', x), 2 * (MOST_HALF + 1)));
  const power = i32x4.bits('and', i32x4.fromBits(bounded), splatBits(f, 0x7f800000));
  const normal = atLeast(f, f32x4.fromBits(power), LEAST_NORMAL_HALF);
  const magic = bind(f, 'magic', f32x4.mul(normal, splat(f, 1.5 * 2 ** 13)));
  const rounded = bind(f, 'rounded', f32x4.sub(f32x4.add(bounded, magic), magic));
  const isBeyond = f32x4.compare('gt', rounded, splat(f, MOST_HALF));
  const kept = f32x4.select(isBeyond, splat(f, Infinity), rounded);
  return bind(f, 'half', withSignOf(f, x, kept));
}

/** tanh |x| = u / (2 - u) with u = 1 - e^(-2|x|); no cancellation near 0. */
export function tanh(f: FunctionBuilder, m: Arithmetic, x: Lanes): Lanes {
  // Above 10 tanh is 1 in float32; NaN comes through.
  const negative = f32x4.fromBits(i32x4.bits('or', i32x4.fromBits(x), splatBits(f, SIGN)));
  const z = bind(f, 'z', atLeast(f, f32x4.mul(negative, splat(f, 2)), -20));
  const { shifted, r } = reduce(f, m, z);
  // -2^n: the sign bit stands one above the exponent's eight.
  const minusScale = bind(f, 'minusScale', powerOfTwo(f, i32x4.fromBits(shifted), 127 + 256));
  const tail = m.madd(polynomial(f, m, r, EXP_TAIL), f32x4.mul(r, r), r); // e^r - 1
  const u = bind(f, 'u', m.madd(tail, minusScale, f32x4.add(minusScale, splat(f, 1))));
  const magnitude = f32x4.div(u, f32x4.sub(splat(f, 2), u)); // +0 at both zeros
  return withSignOf(f, x, magnitude);
}

/** 1 / (1 + e^-x), from e^-|x| so that neither end overflows. */
export function sigmoid(f: FunctionBuilder, m: Arithmetic, x: Lanes): Lanes {
  const e = bind(f, 'e', exp(f, m, f32x4.unary('neg', f32x4.unary('abs', x))));
  const top = f32x4.select(f32x4.compare('lt', x, splat(f, 0)), e, splat(f, 1));
  return f32x4.div(top, f32x4.add(e, splat(f, 1)));
}

const LOG_TAIL = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1,
  -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

/** ln x; -infinity at 0, NaN below. */
export function log(f: FunctionBuilder, m: Arithmetic, x: Lanes): Lanes {
  const denormal = bindBits(f, 'denormal', f32x4.compare('lt', x, splat(f, 1.17549435e-38)));
  const scaled = bind(f, 'scaled', f32x4.select(denormal, f32x4.mul(x, splat(f, 8388608)), x));
  const bits = i32x4.fromBits(scaled);
  // x = fraction * 2^exponent with fraction in [0.5, 1)
  const fraction = bind(
    f,
    'fraction',
    f32x4.fromBits(
      i32x4.bits('or', i32x4.bits('and', bits, splatBits(f, 0x007fffff)), splatBits(f, 0x3f000000)),
    ),
  );
  const biased = i32x4.op('sub', i32x4.shift('shr_u', bits, 23), splatBits(f, 126));
  const exponent = f32x4.fromSigned(
    i32x4.op('sub', biased, i32x4.bits('and', denormal, splatBits(f, 23))),
  );
  // Move to [sqrt(1/2), sqrt(2)): below it, double the fraction and lower the exponent.
  const low = bindBits(f, 'low', f32x4.compare('lt', fraction, splat(f, Math.SQRT1_2)));
  const lowOne = f32x4.fromBits(i32x4.bits('and', low, i32x4.fromBits(splat(f, 1))));
  const e = bind(f, 'e', f32x4.sub(exponent, lowOne));
  const lowFraction = f32x4.fromBits(i32x4.bits('and', low, i32x4.fromBits(fraction)));
  const r = bind(f, 'r', f32x4.add(f32x4.sub(fraction, splat(f, 1)), lowFraction));
  const square = bind(f, 'square', f32x4.mul(r, r));
  const tail = f32x4.mul(f32x4.mul(polynomial(f, m, r, LOG_TAIL), square), r);
  const fine = m.madd(e, splat(f, LN2_LOW), tail);
  const sum = f32x4.add(m.madd(square, splat(f, -0.5), fine), r);
  const result = bind(f, 'ln', m.madd(e, splat(f, LN2_HIGH), sum));
  const infinite = f32x4.compare('eq', x, splat(f, Number.POSITIVE_INFINITY));
  const zero = f32x4.compare('eq', x, splat(f, 0));
  // lt is false for NaN, so NaN is caught by not(x >= 0)
  const valid = f32x4.compare('ge', x, splat(f, 0));
  return f32x4.select(
    valid,
    f32x4.select(
      zero,
      splat(f, Number.NEGATIVE_INFINITY),
      f32x4.select(infinite, splat(f, Number.POSITIVE_INFINITY), result),
    ),
    splat(f, Number.NaN),
  );
}

/**
 * ln(1 + x) = ln(u) x / (u - 1) with u = 1 + x rounded: the quotient mends what the rounding lost; x where
 * nothing is left of it. Source: Goldberg 1991, theorem 4.
 */
export function log1p(f: FunctionBuilder, m: Arithmetic, x: Lanes): Lanes {
  const u = bind(f, 'u', f32x4.add(x, splat(f, 1)));
  const logarithm = bind(f, 'logarithm', log(f, m, u));
  const mended = f32x4.mul(logarithm, f32x4.div(x, f32x4.sub(u, splat(f, 1))));
  // At infinity the quotient is NaN; at -1 it is 1.
  const infinite = f32x4.compare('eq', u, splat(f, Number.POSITIVE_INFINITY));
  const lost = f32x4.compare('eq', u, splat(f, 1));
  return f32x4.select(lost, x, f32x4.select(infinite, u, mended));
}

/**
 * a^b for a known b. Quarters of a whole number up to 4 are products and roots, right to 4 ulp for a >= 0
 * (and for any a if b is whole); others go by `power`.
 */
export function constantPower(f: FunctionBuilder, m: Arithmetic, a: Lanes, b: number): Lanes {
  if (!Number.isInteger(b * 4) || Math.abs(b) > 4) return power(f, m, a, splat(f, b));
  const base = bind(f, 'base', a);
  const whole = Math.floor(Math.abs(b));
  const quarters = (Math.abs(b) - whole) * 4;
  const factors: Lanes[] = Array.from({ length: whole }, () => base);
  if (quarters > 0) {
    const root = bind(f, 'root', f32x4.unary('sqrt', base));
    if (quarters >= 2) factors.push(root);
    if (quarters % 2 === 1) factors.push(f32x4.unary('sqrt', root));
  }
  if (factors.length === 0) return splat(f, 1);
  const product = factors.reduce((x, y) => f32x4.mul(x, y));
  return b < 0 ? f32x4.div(splat(f, 1), product) : product;
}

/** a^b = e^(b ln |a|), off by up to b ln |a| ulp; below 0 with the sign of a whole b, NaN for others. */
export function power(f: FunctionBuilder, m: Arithmetic, a: Lanes, b: Lanes): Lanes {
  const base = bind(f, 'base', a);
  const exponent = bind(f, 'exponent', b);
  const logarithm = bind(f, 'logarithm', f32x4.unary('abs', base));
  f.set(logarithm, log(f, m, logarithm));
  const product = bind(f, 'product', f32x4.mul(logarithm, exponent));
  const magnitude = bind(f, 'magnitude', exp(f, m, product));
  // b / 2 is whole for an even b, half a number away for an odd one.
  const half = bind(f, 'half', f32x4.mul(exponent, splat(f, 0.5)));
  const isEven = f32x4.compare('eq', half, f32x4.unary('floor', half));
  const isWhole = f32x4.compare('eq', exponent, f32x4.unary('floor', exponent));
  const below = f32x4.select(
    isEven,
    magnitude,
    f32x4.select(isWhole, f32x4.unary('neg', magnitude), splat(f, Number.NaN)),
  );
  const isBelow = f32x4.compare('lt', base, splat(f, 0));
  // a^0 is 1 for every a.
  const isOne = f32x4.compare('eq', exponent, splat(f, 0));
  return f32x4.select(isOne, splat(f, 1), f32x4.select(isBelow, below, magnitude));
}
