/**
 * @file exp, log, expm1, log1p, tanh and sigmoid against float64, over the whole range of float32.
 *
 * Every 4099th of the 2^32 bit patterns (denormals, infinities and NaN among them), the places where a
 * range reduction changes its mind, and their neighbours; multiply-add in one rounding and in two; four
 * lanes at a time and in neighbouring pairs that V8 fuses to 256 bits.
 */
import v8 from 'node:v8';
import { describe, expect, it } from 'vitest';
import { FunctionBuilder, type Local, type Value } from '../../assembler/function.ts';
import { f32x4 } from '../../assembler/lanes.ts';
import { ModuleBuilder } from '../../assembler/module.ts';
import { forRange } from './loops.ts';
import {
  type Arithmetic,
  arithmeticOf,
  atLeast,
  atLeastZero,
  atMost,
  constantPower,
  exp,
  expm1,
  log,
  log1p,
  power,
  sigmoid,
  tanh,
} from './math.ts';

type Emitter = (f: FunctionBuilder, m: Arithmetic, x: Local<'f32x4'>) => Value<'f32x4'>;

const MOST_ULP = 4;
const FUNCTIONS: readonly { name: string; emit: Emitter; exact: (x: number) => number }[] = [
  { name: 'exp', emit: exp, exact: Math.exp },
  { name: 'expm1', emit: expm1, exact: Math.expm1 },
  { name: 'log', emit: log, exact: Math.log },
  { name: 'log1p', emit: log1p, exact: Math.log1p },
  { name: 'tanh', emit: tanh, exact: Math.tanh },
  { name: 'sigmoid', emit: sigmoid, exact: (x) => 1 / (1 + Math.exp(-x)) },
  { name: 'max(x, 0)', emit: (_f, _m, x) => atLeastZero(x), exact: (x) => Math.max(x, 0) },
  {
    name: 'min(max(x, -3), 6)',
    emit: (f, _m, x) => atMost(f, atLeast(f, x, -3), 6),
    exact: (x) => Math.min(Math.max(x, -3), 6),
  },
  ...[-0.75, -1, 0.25, 0.5, 1.5, 2, 3].map((b) => ({
    name: `x^${b}`,
    // A root of |x|: below 0 there is none.
    emit: ((f, m, x) => constantPower(f, m, f32x4.unary('abs', x), b)) as Emitter,
    exact: (x: number) => Math.abs(x) ** b,
  })),
];

/** Where something changes: rounding of x / ln 2, overflow, denormal results, x = 1, sqrt(1/2). */
const TURNS = [
  0,
  1.17549435e-38,
  1e-30,
  1e-8,
  1e-4,
  0.1,
  0.34657359,
  0.5,
  Math.SQRT1_2,
  1,
  1.03972077,
  Math.SQRT2,
  2,
  8.66,
  9,
  10,
  16.6,
  17.33,
  20,
  87.33655,
  88,
  88.37626,
  88.72284,
  89,
  103.27893,
  103.97208,
  104,
  1e10,
  3e38,
  Number.POSITIVE_INFINITY,
];

function samples(): Float32Array {
  const bits: number[] = [];
  for (let b = 0; b < 2 ** 32; b += 4099) bits.push(b);
  const one = new Float32Array(1);
  const oneBits = new Uint32Array(one.buffer);
  for (const turn of TURNS) {
    for (const sign of [1, -1]) {
      one[0] = sign * turn;
      const at = oneBits[0];
      for (let step = -40; step <= 40; step++) bits.push((at + step) >>> 0);
    }
  }
  return new Float32Array(Uint32Array.from(bits).buffer);
}

const CHUNK = 8192;

/** Runs a function over all samples: from the memory's start to CHUNK floats further on. */
function compute(
  emit: Emitter,
  relaxedMadd: boolean,
  pairs: boolean,
  x: Float32Array,
): Float32Array {
  const f = new FunctionBuilder('map', { at: 'i32', end: 'i32' });
  const [at, end] = f.locals as Local<'i32'>[];
  const vectors = pairs ? 2 : 1;
  forRange(f, at, end, 16 * vectors, () => {
    const results = Array.from({ length: vectors }, (_, v) => {
      const value = f.local('f32x4', 'x');
      const result = f.local('f32x4', 'y');
      f.set(value, f32x4.load(at, 16 * v));
      f.set(result, emit(f, arithmeticOf(relaxedMadd), value));
      return result;
    });
    results.forEach((y, v) => {
      f.run(f32x4.store(at, CHUNK * 4 + 16 * v, y));
    });
  });
  const module = new ModuleBuilder({ initialPages: 2, maximumPages: 2, shared: false });
  module.add(f, 'map');
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const { map } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    env: { memory },
  }).exports as { map: (at: number, end: number) => void };
  const from = new Float32Array(memory.buffer, 0, CHUNK);
  const to = new Float32Array(memory.buffer, CHUNK * 4, CHUNK);
  const y = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += CHUNK) {
    const part = x.subarray(start, start + CHUNK);
    from.set(part);
    map(0, CHUNK * 4);
    y.set(to.subarray(0, part.length), start);
  }
  return y;
}

/** Bit patterns in the order of the numbers they stand for; both zeros are 0. */
function ordered(numbers: Float32Array): Int32Array {
  return new Int32Array(numbers.buffer.slice(0)).map((b) => (b < 0 ? -(b & 0x7fffffff) : b));
}

/** What a function should give, once for all the ways to compute it. */
interface Truth {
  readonly rounded: Float32Array;
  readonly order: Int32Array;
}

const truths = new Map<string, Truth>();

function truthOf({ name, exact }: (typeof FUNCTIONS)[number], x: Float32Array): Truth {
  let truth = truths.get(name);
  if (truth === undefined) {
    const rounded = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) rounded[i] = exact(x[i]);
    truth = { rounded, order: ordered(rounded) };
    truths.set(name, truth);
  }
  return truth;
}

/** The worst distance in floats from the rounded truth, and the rules that have no distance. */
function check(x: Float32Array, y: Float32Array, { rounded: truth, order: expected }: Truth): void {
  const actual = ordered(y);
  let worst = 0;
  let worstAt = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(truth[i]) || Number.isNaN(y[i])) {
      if (!Number.isNaN(truth[i]) || !Number.isNaN(y[i]))
        expect.fail(`f(${x[i]}) is ${y[i]}, expected ${truth[i]}`);
      continue;
    }
    if (truth[i] === 0 && y[i] === 0 && !Object.is(truth[i], y[i]))
      expect.fail(`f(${x[i]}) is a zero of the wrong sign`);
    const distance = Math.abs(actual[i] - expected[i]);
    if (distance > worst) {
      worst = distance;
      worstAt = i;
    }
  }
  if (worst > MOST_ULP)
    expect.fail(`f(${x[worstAt]}) is ${y[worstAt]}, expected ${truth[worstAt]}: ${worst} ulp`);
}

// The optimising compiler from the first call on: only it fuses multiply-add and pairs.
v8.setFlagsFromString('--no-liftoff');
const x = samples();

for (const pairs of [false, true]) {
  for (const relaxedMadd of [true, false]) {
    describe(`${pairs ? 'pairs' : 'four lanes'}, ${relaxedMadd ? 'one rounding' : 'two roundings'}`, () => {
      for (const row of FUNCTIONS) {
        it(`${row.name} is within ${MOST_ULP} ulp`, () => {
          v8.setFlagsFromString(`--${pairs ? '' : 'no-'}experimental-wasm-revectorize`);
          check(x, compute(row.emit, relaxedMadd, pairs, x), truthOf(row, x));
        });
      }
    });
  }
}

describe('power with any exponent', () => {
  const bases = [0, 1, 2, 0.3, 7.5, 100, -2, -0.5, Number.POSITIVE_INFINITY, Number.NaN];
  for (const b of [0, 1, -1, 0.3, -2.7, 3, 4, 5.5, 11, -8]) {
    it(`x^${b}`, () => {
      const y = compute(
        (f, m, x) => power(f, m, x, f32x4.splat(b)),
        true,
        true,
        Float32Array.from(bases),
      );
      bases.forEach((a, i) => {
        const expected = Math.fround(a ** b);
        if (Number.isFinite(expected))
          expect(y[i] / (expected || 1), `${a}^${b}`).toBeCloseTo(expected === 0 ? 0 : 1, 5);
        else expect(y[i], `${a}^${b}`).toBe(expected);
      });
    });
  }
});
