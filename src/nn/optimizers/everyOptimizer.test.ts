/**
 * @file RMSprop, clipping and averaged weights against the same formulas in float64, on both backends.
 */
import { describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import { inputNode, stateNode } from '../../graph/node.ts';
import { adam } from './adam.ts';
import { optimizerFacts, optimizerNames, optimizerOf } from './index.ts';
import { type Optimizer, slotName, updatesOf } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

const STEPS = 5;
const SIZES = [7, 3];
const FIRST = 0.5;
const RATES = [0.1, 0.1, 0.02, 0.02, 0.05];
const gradientAt = (step: number, p: number, i: number): number =>
  Math.sin(1 + 2.3 * step + 1.7 * i + 5 * p) * (i === 4 ? 6 : 1);

interface Found {
  /** Per step, of all parameters one behind the other. */
  readonly weights: readonly number[][];
  /** After the last step, by name. */
  readonly slots: ReadonlyMap<string, number[]>;
}

async function run(optimizer: Optimizer, backend: 'reference' | 'wasm'): Promise<Found> {
  const states = SIZES.map((size, p) => stateNode(`w${p}`, [size]));
  const session = await openSession({ backend, threads: 1 });
  const gradients = SIZES.map((size, p) => inputNode(`g${p}`, [size]));
  const program = session.compile({
    outputs: {},
    updates: updatesOf(optimizer, states, gradients),
  });
  for (const { name, shape } of states) session.writeState(name, new Array(shape[0]).fill(FIRST));
  for (const { name, shape } of states) {
    for (const slot of optimizer.slots) {
      session.writeState(slotName(optimizer, slot, name), new Array(shape[0]).fill(0));
    }
  }
  const weights: number[][] = [];
  for (let step = 0; step < STEPS; step++) {
    SIZES.forEach((size, p) => {
      program.input(`g${p}`).set(Array.from({ length: size }, (_, i) => gradientAt(step, p, i)));
    });
    for (const [name, value] of Object.entries(optimizer.scalars(step, RATES[step]))) {
      program.input(name)[0] = value;
    }
    program.run();
    const now = await Promise.all(states.map(({ name }) => session.readState(name)));
    weights.push(now.flatMap((values) => [...values]));
  }
  const slots = new Map<string, number[]>();
  for (const { name } of session.states()) slots.set(name, [...(await session.readState(name))]);
  await session.close();
  return { weights, slots };
}

type Advance = (w: number, g: number, rate: number, step: number) => number;

/** Weights per step where every number goes its own way; `scaled` sees all gradients of a step. */
function expected(make: () => Advance, scaled = (all: number[]) => all): number[][] {
  const ways = SIZES.flatMap((size) => Array.from({ length: size }, make));
  let w = ways.map(() => FIRST);
  return RATES.map((rate, step) => {
    const all = SIZES.flatMap((size, p) =>
      Array.from({ length: size }, (_, i) => gradientAt(step, p, i)),
    );
    const g = scaled(all);
    w = w.map((now, i) => ways[i](now, g[i], rate, step));
    return w;
  });
}

function close(found: readonly number[][], wanted: readonly number[][]): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((row, step) => {
    row.forEach((w, i) => {
      expect(found[step][i], `step ${step}, number ${i}`).toBeCloseTo(w, 5);
    });
  });
}

describe.each(['reference', 'wasm'] as const)('on %s', (backend) => {
  it('rmsprop is Keras’s, epsilon inside the root', async () => {
    const { weights } = await run(rmsprop({ rho: 0.8, epsilon: 0.01 }), backend);
    const make = (): Advance => {
      let v = 0;
      return (w, g, rate) => {
        v = 0.8 * v + 0.2 * g * g;
        return w - (rate * g) / Math.sqrt(v + 0.01);
      };
    };
    close(weights, expected(make));
  });

  it('rmsprop is centered, with momentum', async () => {
    const optimizer = rmsprop({ rho: 0.8, epsilon: 0.01, centered: true, momentum: 0.7 });
    const make = (): Advance => {
      let [v, m, u] = [0, 0, 0];
      return (w, g, rate) => {
        v = 0.8 * v + 0.2 * g * g;
        m = 0.8 * m + 0.2 * g;
        u = 0.7 * u + (rate * g) / Math.sqrt(v - m * m + 0.01);
        return w - u;
      };
    };
    close((await run(optimizer, backend)).weights, expected(make));
  });

  it('clipNorm scales all gradients by one number', async () => {
    const norms: number[] = [];
    const scaled = (all: number[]) => {
      const norm = Math.sqrt(all.reduce((sum, g) => sum + g * g, 0));
      norms.push(norm);
      return all.map((g) => (g * 5) / Math.max(norm, 5));
    };
    const wanted = expected(() => (w, g, rate) => w - rate * g, scaled);
    expect(Math.min(...norms)).toBeLessThan(5);
    expect(Math.max(...norms)).toBeGreaterThan(5);
    close((await run(sgd({ clipNorm: 5 }), backend)).weights, wanted);
  });

  it('clipValue cuts each number', async () => {
    const cut = (g: number) => Math.min(0.5, Math.max(-0.5, g));
    const wanted = expected(() => (w, g, rate) => w - rate * cut(g));
    close((await run(sgd({ clipValue: 0.5 }), backend)).weights, wanted);
  });

  it('ema is the mean of the moved weights, and moves none', async () => {
    const plain = await run(adam(), backend);
    const found = await run(adam({ ema: 0.75 }), backend);
    expect(found.weights).toEqual(plain.weights);
    const average = plain.weights
      .slice(1)
      .reduce((mean, row) => mean.map((m, i) => 0.75 * m + 0.25 * row[i]), plain.weights[0]);
    const slots = SIZES.flatMap((_, p) => found.slots.get(`adam/ema/w${p}`) ?? []);
    close([slots], [average]);
  });
});

describe('what is known of optimizers', () => {
  it('refuses two ways of clipping, and sizes that mean nothing', () => {
    expect(() => adam({ clipNorm: 1, clipValue: 1 })).toThrow('one of the two');
    expect(() => adam({ clipNorm: 0 })).toThrow('clipNorm received 0');
    expect(() => sgd({ ema: 1 })).toThrow('ema received 1');
    expect(() => sgd({ ema: 0 })).toThrow('ema received 0');
    expect(() => rmsprop({ rho: 1 })).toThrow('rho received 1');
  });

  it('is data: names, kinds, defaults and words of every option', () => {
    expect(optimizerFacts.map(({ kind }) => kind)).toEqual(optimizerNames);
    for (const { kind, says, options } of optimizerFacts) {
      const { spec } = optimizerOf(kind);
      expect(says, kind).not.toBe('');
      for (const { name, says: words, required, default: value } of options) {
        expect(words, `${kind}.${name}`).not.toBe('');
        expect(required).toBe(false);
        expect(spec[name], `${kind}.${name}`).toEqual(value);
      }
      const names = options.map(({ name }) => name);
      expect(Object.keys(spec).filter((name) => name !== 'kind' && !names.includes(name))).toEqual(
        [],
      );
      expect(names).toContain('clipNorm');
    }
    const ofSgd = optimizerFacts.find(({ kind }) => kind === 'sgd')?.options ?? [];
    expect(ofSgd.find(({ name }) => name === 'nesterov')).toMatchObject({ kind: 'boolean' });
    expect(ofSgd.find(({ name }) => name === 'decayMode')).toMatchObject({
      kind: 'choice',
      choices: ['l2', 'decoupled'],
      default: 'l2',
    });
  });

  it('a spec keeps what was asked for and no more', () => {
    expect(optimizerOf({ kind: 'rmsprop', ema: 0.9 }).spec).toEqual({
      kind: 'rmsprop',
      learningRate: 0.001,
      rho: 0.9,
      momentum: 0,
      epsilon: 1e-7,
      centered: false,
      ema: 0.9,
    });
    expect('clipNorm' in adam().spec).toBe(false);
  });
});
