/**
 * @file The most arithmetic and the most memory traffic this runtime gives to one thread.
 *
 * Arithmetic: multiply-adds on registers only, no memory in the loop; the accumulators are stored once at the
 * end, in neighbouring pairs, so that V8 can fuse them where it may. Memory: a copy of more than caches hold.
 * Kernels are judged as a share of both, measured in the same run on the same machine.
 */
import type { ArithmeticLoop, MemoryLoop } from '../../backend.ts';
import { FunctionBuilder, type Local } from '../assembler/function.ts';
import { f32x4, i32 } from '../assembler/lanes.ts';
import { ModuleBuilder, PAGE_BYTES } from '../assembler/module.ts';
import { arithmeticOf } from '../emit/language/math.ts';
import type { Target } from '../kernel.ts';

const TURNS = 100_000;
/** Independent sums: latency times throughput of a multiply-add is 8 on current machines. */
const SUMS = 12;

/** Under another name it is another module: V8 gives the same code for the same bytes, whatever flags are set since. */
export function peakLoop(
  { relaxedMadd, pairs }: Pick<Target, 'relaxedMadd' | 'pairs'>,
  name = 'peak',
): ArithmeticLoop {
  const m = arithmeticOf(relaxedMadd);
  const f = new FunctionBuilder(name);
  const halves = pairs ? 2 : 1;
  const count = SUMS * halves;
  const factor = f.local('f32x4', 'factor');
  f.set(factor, f32x4.loadSplat(0, 0));
  const sums: Local<'f32x4'>[] = Array.from({ length: count }, (_, i) =>
    f.local('f32x4', `sum${i}`),
  );
  const left = f.local('i32', 'left');
  f.set(left, i32.const(TURNS));
  f.repeatWhile(() => {
    for (const sum of sums) f.set(sum, m.madd(sum, factor, factor));
    f.set(left, i32.sub(left, 1));
    return left;
  });
  sums.forEach((sum, i) => {
    f.run(f32x4.store(0, 64 + 16 * i, sum));
  });
  const { memory, run } = load(f, 1);
  new Float32Array(memory.buffer)[0] = 0.5;
  return { flops: TURNS * count * 4 * 2, run };
}

/** Twice that is moved: more than the last cache of current machines. */
const COPIED_BYTES = 128 * 2 ** 20;
const VECTORS_PER_TURN = 8;

export function streamLoop(): MemoryLoop {
  const f = new FunctionBuilder('stream');
  const at = f.local('i32', 'at');
  f.set(at, i32.const(0));
  f.repeatWhile(() => {
    const loaded = Array.from({ length: VECTORS_PER_TURN }, (_, i) => {
      const vector = f.local('f32x4', `vector${i}`);
      f.set(vector, f32x4.load(at, 16 * i));
      return vector;
    });
    loaded.forEach((vector, i) => {
      f.run(f32x4.store(at, COPIED_BYTES + 16 * i, vector));
    });
    f.set(at, i32.add(at, 16 * VECTORS_PER_TURN));
    return i32.lessThan(at, i32.const(COPIED_BYTES));
  });
  const { run } = load(f, (2 * COPIED_BYTES) / PAGE_BYTES);
  return { bytes: 2 * COPIED_BYTES, run };
}

/** The function alone in a module with a memory of its own. */
function load(f: FunctionBuilder, pages: number): { memory: WebAssembly.Memory; run: () => void } {
  const module = new ModuleBuilder({ initialPages: pages, maximumPages: pages, shared: false });
  module.add(f, 'run');
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    env: { memory },
  });
  return { memory, run: instance.exports.run as () => void };
}
