/**
 * @file The functions of arithmetic in WGSL: exp, log, their forms near 0, tanh, sigmoid, powers, and a maximum
 * that NaN wins.
 *
 * The language leaves its own ones a few hundred ulp, and lets NaN get lost. These are range reductions and
 * polynomials, right to a few ulp, as `wasm/emit/language/math.ts` has them. Coefficients: Cephes (Moshier),
 * single precision. Drivers may take comparisons that bound a number for minimum and maximum, which let NaN get lost:
 * wherever it must not, its bits are looked at.
 */

interface Definition {
  /** Functions that the text calls. */
  readonly calls: readonly FunctionName[];
  readonly text: string;
}

export type FunctionName = keyof typeof TEXTS;

const polynomial = (x: string, coefficients: readonly string[]): string =>
  coefficients.slice(1).reduce((sum, c) => `fma(${sum}, ${x}, ${c})`, coefficients[0] ?? '0f');

/** (e^r - 1 - r) / r^2 for |r| <= ln2 / 2. */
const EXP_TAIL = polynomial('r', [
  '1.98756915e-4f',
  '1.3981999507e-3f',
  '8.3334519073e-3f',
  '4.1665795894e-2f',
  '1.6666665459e-1f',
  '5.0000001201e-1f',
]);

const LOG_TAIL = polynomial('r', [
  '7.0376836292e-2f',
  '-1.151461031e-1f',
  '1.167699874e-1f',
  '-1.2420140846e-1f',
  '1.4249322787e-1f',
  '-1.6668057665e-1f',
  '2.0000714765e-1f',
  '-2.4999993993e-1f',
  '3.3333331174e-1f',
]);

/** x = n ln2 + r, ln2 in two parts so that the first product is exact. */
const REDUCE = `let n = round(bounded * 1.44269504f);
  let r = fma(n, 2.1219444e-4f, fma(n, -0.693359375f, bounded));`;

const TEXTS = {
  special: {
    calls: [],
    // A private variable, so that no compiler works the value out and refuses it.
    text: `var<private> noBits: u32 = 0u;
fn special(bits: u32) -> f32 { return bitcast<f32>(bits | noBits); }`,
  },
  isNaN: {
    calls: [],
    text: 'fn isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
  },
  maximum: {
    calls: ['isNaN'],
    text: 'fn maximum(a: f32, b: f32) -> f32 { return select(b, a, a > b || isNaN(a)); }',
  },
  minimum: {
    calls: ['isNaN'],
    text: 'fn minimum(a: f32, b: f32) -> f32 { return select(b, a, a < b || isNaN(a)); }',
  },
  signed: {
    calls: [],
    text: `fn signed(magnitude: f32, like: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(magnitude) | (bitcast<u32>(like) & 0x80000000u));
}`,
  },
  powerOfTwo: {
    calls: [],
    text: 'fn powerOfTwo(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }',
  },
  exponential: {
    calls: ['powerOfTwo', 'isNaN'],
    // 2^n in two factors: n reaches from -150 (denormals) to 128.
    text: `fn exponential(x: f32) -> f32 {
  let bounded = select(select(x, 89f, x > 89f), -104f, x < -104f);
  ${REDUCE}
  let one = fma(${EXP_TAIL}, r * r, r) + 1f;
  let whole = i32(n);
  let half = whole >> 1u;
  return select(one * powerOfTwo(half) * powerOfTwo(whole - half), x, isNaN(x));
}`,
  },
  exponentialMinusOne: {
    calls: ['powerOfTwo', 'signed', 'isNaN'],
    // 2 (t s + s - 1/2) with t = e^r - 1 and s = 2^(n-1)
    text: `fn exponentialMinusOne(x: f32) -> f32 {
  let bounded = select(select(x, 89f, x > 89f), -20f, x < -20f);
  ${REDUCE}
  let half = powerOfTwo(i32(n) - 1);
  let tail = fma(${EXP_TAIL}, r * r, r);
  let halved = fma(tail, half, half - 0.5f);
  return select(signed(halved + halved, x), x, isNaN(x));
}`,
  },
  hyperbolicTangent: {
    calls: ['powerOfTwo', 'signed', 'isNaN'],
    // tanh |x| = u / (2 - u) with u = 1 - e^(-2|x|)
    text: `fn hyperbolicTangent(x: f32) -> f32 {
  let z = -2f * abs(x);
  let bounded = select(z, -20f, z < -20f);
  ${REDUCE}
  let scale = powerOfTwo(i32(n));
  let tail = fma(${EXP_TAIL}, r * r, r);
  let u = fma(tail, -scale, 1f - scale);
  return select(signed(u / (2f - u), x), x, isNaN(x));
}`,
  },
  logistic: {
    calls: ['exponential'],
    text: `fn logistic(x: f32) -> f32 {
  let e = exponential(-abs(x));
  return select(1f, e, x < 0f) / (e + 1f);
}`,
  },
  logarithm: {
    calls: ['special'],
    text: `fn logarithm(x: f32) -> f32 {
  let denormal = x < 1.17549435e-38f;
  let bits = bitcast<i32>(select(x, x * 8388608f, denormal));
  let fraction = bitcast<f32>((bits & 0x007fffff) | 0x3f000000);
  let exponent = f32(((bits >> 23u) & 0xff) - 126 - select(0, 23, denormal));
  let low = fraction < 0.70710678f;
  let e = exponent - select(0f, 1f, low);
  let r = select(fraction - 1f, fraction - 1f + fraction, low);
  let square = r * r;
  let tail = ${LOG_TAIL} * square * r;
  let fine = fma(e, -2.1219444e-4f, tail);
  let ln = fma(e, 0.693359375f, fma(square, -0.5f, fine) + r);
  let infinity = special(0x7f800000u);
  let positive = select(select(ln, infinity, x == infinity), -infinity, x == 0f);
  return select(special(0x7fc00000u), positive, x >= 0f);
}`,
  },
  logarithmOfOnePlus: {
    calls: ['logarithm'],
    // Near 0 the polynomial in x itself: what 1 + x loses by rounding is lost elsewhere alone, where it is little. To
    // win it back by (1 + x) - 1 is no way: drivers take that for x.
    text: `fn logarithmOfOnePlus(r: f32) -> f32 {
  let square = r * r;
  let near = fma(square, -0.5f, ${LOG_TAIL} * square * r) + r;
  return select(logarithm(1f + r), near, r > -0.29289322f && r < 0.41421356f);
}`,
  },
  roundedToHalf: {
    calls: [],
    // On bits, ties to even: no way of arithmetic is safe from drivers that reckon as with real numbers.
    // Below 2^-14 numbers are multiples of 2^-24; from 65520 on the nearest is infinity.
    text: `fn roundedToHalf(x: f32) -> f32 {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let normal = (bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u;
  let small = bitcast<u32>(round(abs(x) * 16777216f) * 5.9604645e-8f);
  let finite = select(normal, small, bits < 0x38800000u);
  let bounded = select(finite, 0x7f800000u, bits >= 0x477ff000u);
  let rounded = select(bounded, 0x7fc00000u, bits > 0x7f800000u);
  return bitcast<f32>(rounded | (bitcast<u32>(x) & 0x80000000u));
}`,
  },
  finiteness: {
    calls: [],
    text: `fn finiteness(x: f32) -> f32 {
  return select(0f, 1f, (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u);
}`,
  },
  power: {
    calls: ['exponential', 'logarithm', 'special'],
    // Below 0 with the sign of a whole exponent, NaN for others; a^0 is 1 for every a.
    text: `fn power(a: f32, b: f32) -> f32 {
  let magnitude = exponential(logarithm(abs(a)) * b);
  let half = b * 0.5f;
  let odd = select(special(0x7fc00000u), -magnitude, b == floor(b));
  let below = select(odd, magnitude, half == floor(half));
  return select(select(magnitude, below, a < 0f), 1f, b == 0f);
}`,
  },
} as const satisfies Record<string, { calls: readonly string[]; text: string }>;

/** The text of these functions and of all that they call, each once. */
export function library(names: Iterable<FunctionName>): string {
  const needed = new Set<FunctionName>();
  const add = (name: FunctionName): void => {
    if (needed.has(name)) return;
    const { calls }: Definition = TEXTS[name];
    for (const called of calls) add(called);
    needed.add(name);
  };
  for (const name of names) add(name);
  return [...needed].map((name) => TEXTS[name].text).join('\n');
}
