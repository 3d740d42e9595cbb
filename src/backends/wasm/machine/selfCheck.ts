/**
 * @file Whether fused pairs are right: emitted kernels are run, and what they compute is compared.
 *
 * What V8 makes of neighbouring operations is experimental, so it is used only if a matrix product is exact and a
 * tanh has, bit for bit, what it has without. Before: `pairs.ts`.
 */
import { FunctionBuilder, type Local } from '../assembler/function.ts';
import { f32x4 } from '../assembler/lanes.ts';
import { ModuleBuilder } from '../assembler/module.ts';
import { forRange } from '../emit/language/loops.ts';
import { arithmeticOf, tanh } from '../emit/language/math.ts';
import { tileLocals, tileLoop, zeroTile } from '../emit/language/tile.ts';

/** A matrix product and a tanh, computed in pairs, against what they must be. */
export function selfCheck(): boolean {
  try {
    return tileIsRight() && lanesAreRight();
  } catch {
    return false;
  }
}

type Check = (...pointers: number[]) => void;

/** The functions, compiled, and the memory they work on. */
function instantiate(functions: readonly FunctionBuilder[]): {
  memory: WebAssembly.Memory;
  run: Record<string, Check>;
} {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: false });
  for (const f of functions) module.add(f, f.name);
  const compiled = new WebAssembly.Module(module.toBytes());
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, run: exports as Record<string, Check> };
}

const ROWS = 6;
const COLUMNS = 16;
const STEPS = 37;

/** A tile against the same sums in JavaScript; small integers, so that every sum is exact. */
function tileIsRight(): boolean {
  const a = 0;
  const b = ROWS * STEPS;
  const c = b + STEPS * COLUMNS;
  const f = new FunctionBuilder('tile', { ptrA: 'i32', ptrB: 'i32' });
  const [ptrA, ptrB] = f.locals as Local<'i32'>[];
  const acc = tileLocals(f, { rows: ROWS, vectors: COLUMNS / 4 });
  zeroTile(f, acc);
  tileLoop(f, arithmeticOf(true), acc, {
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
  const { memory, run } = instantiate([f]);
  const numbers = new Float32Array(memory.buffer);
  for (let i = 0; i < c; i++) numbers[i] = ((i * 7919) % 31) - 15;
  run.tile(a * 4, b * 4);
  for (let r = 0; r < ROWS; r++)
    for (let o = 0; o < COLUMNS; o++) {
      let sum = 0;
      for (let k = 0; k < STEPS; k++)
        sum += numbers[a + r * STEPS + k] * numbers[b + k * COLUMNS + o];
      if (sum !== numbers[c + r * COLUMNS + o]) return false;
    }
  return true;
}

const COUNT = 128;

/** tanh of neighbouring vectors, which V8 fuses, against one vector at a time, which it cannot: the same bits. */
function lanesAreRight(): boolean {
  const [pairs, single] = [2, 1].map((vectors) => {
    const f = new FunctionBuilder(vectors === 2 ? 'pairs' : 'single', { at: 'i32', end: 'i32' });
    const [at, end] = f.locals as Local<'i32'>[];
    forRange(f, at, end, 16 * vectors, () => {
      const results = Array.from({ length: vectors }, (_, v) => {
        const x = f.local('f32x4', 'x');
        const y = f.local('f32x4', 'y');
        f.set(x, f32x4.load(at, 16 * v));
        f.set(y, tanh(f, arithmeticOf(true), x));
        return y;
      });
      results.forEach((y, v) => {
        f.run(f32x4.store(at, vectors * COUNT * 4 + 16 * v, y));
      });
    });
    return f;
  });
  const { memory, run } = instantiate([pairs, single]);
  const numbers = new Float32Array(memory.buffer);
  for (let i = 0; i < COUNT; i++) numbers[i] = (i - COUNT / 2) / 7;
  run.pairs(0, COUNT * 4);
  run.single(0, COUNT * 4);
  const bits = new Int32Array(memory.buffer);
  for (let i = 0; i < COUNT; i++) if (bits[COUNT + i] !== bits[2 * COUNT + i]) return false;
  return true;
}
