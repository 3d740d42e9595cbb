/**
 * @file Whether V8 may fuse pairs: turns the flag on, runs an emitted kernel, compares, says what it found.
 *
 * `--experimental-wasm-revectorize` makes V8 fuse neighbouring 128-bit operations into 256-bit ones: twice the
 * arithmetic for the same code. It is experimental, so it is used only if a matrix product computed with it
 * equals, bit for bit, the plain loops with the same rounding. In browsers there is no flag to set.
 */
import { FunctionBuilder, type Local } from './assembler/function.ts';
import { f32x4 } from './assembler/lanes.ts';
import { ModuleBuilder } from './assembler/module.ts';
import { arithmeticOf } from './emit/math.ts';
import { tileLocals, tileLoop, zeroTile } from './emit/tile.ts';
import type { Features } from './features.ts';

export interface PairsChoice {
  readonly pairs: boolean;
  readonly reason: string;
}

let chosen: Promise<PairsChoice> | undefined;

/** Decided once per process: a V8 flag holds for all that is compiled after it. */
export function choosePairs(wish: 'auto' | 'off', features: Features): Promise<PairsChoice> {
  if (wish === 'off') return Promise.resolve({ pairs: false, reason: 'pairs turned off' });
  chosen ??= decide(features);
  return chosen;
}

async function decide({ relaxedMadd }: Features): Promise<PairsChoice> {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    return { pairs: false, reason: 'browsers have no flag for pairs' };
  }
  if (!relaxedMadd)
    return { pairs: false, reason: `Node ${process.versions.node} has no relaxed SIMD` };
  const v8 = await import('node:v8');
  v8.setFlagsFromString('--experimental-wasm-revectorize');
  if (selfCheck()) return { pairs: true, reason: 'self-check passed' };
  v8.setFlagsFromString('--no-experimental-wasm-revectorize');
  return { pairs: false, reason: 'self-check of pairs failed' };
}

const ROWS = 6;
const COLUMNS = 16;
const STEPS = 37;

/** A tile with pairs against the same sums in JavaScript; small integers, so that every sum is exact. */
export function selfCheck(): boolean {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const numbers = new Float32Array(memory.buffer);
  const a = 0;
  const b = ROWS * STEPS;
  const c = b + STEPS * COLUMNS;
  for (let i = 0; i < c; i++) numbers[i] = ((i * 7919) % 31) - 15;
  const f = new FunctionBuilder('check', { ptrA: 'i32', ptrB: 'i32' });
  const [ptrA, ptrB] = f.locals as Local<'i32'>[];
  const m = arithmeticOf(true);
  const acc = tileLocals(f, { rows: ROWS, vectors: COLUMNS / 4 });
  zeroTile(f, acc);
  tileLoop(f, m, acc, {
    ptrA,
    ptrB,
    steps: STEPS,
    advanceA: 4,
    advanceB: COLUMNS * 4,
    offsetA: (r) => r * STEPS * 4,
  });
  acc.forEach((row, r) => {
    row.forEach((sum, v) => {
      f.run(f32x4.store(0, (c + r * COLUMNS + 4 * v) * 4, sum));
    });
  });
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: true });
  module.add(f, 'check');
  try {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
      env: { memory },
    });
    const check = instance.exports.check as (ptrA: number, ptrB: number) => void;
    // Often enough that the optimising compiler, where pairs are fused, has taken over.
    for (let i = 0; i < 2000; i++) check(a * 4, b * 4);
  } catch {
    return false;
  }
  for (let r = 0; r < ROWS; r++)
    for (let o = 0; o < COLUMNS; o++) {
      let sum = 0;
      for (let k = 0; k < STEPS; k++)
        sum += numbers[a + r * STEPS + k] * numbers[b + k * COLUMNS + o];
      if (sum !== numbers[c + r * COLUMNS + o]) return false;
    }
  return true;
}
