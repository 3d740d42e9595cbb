/**
 * @file The most arithmetic this runtime gives: multiply-adds on registers only, no memory in the loop.
 *
 * Kernels are judged as a share of it, measured in the same run on the same machine. The accumulators are
 * stored once at the end, in neighbouring pairs, so that V8 can fuse them where it may.
 */
import { FunctionBuilder, type Local } from './assembler/function.ts';
import { f32x4, i32 } from './assembler/lanes.ts';
import { ModuleBuilder } from './assembler/module.ts';
import { arithmeticOf } from './emit/math.ts';
import type { Target } from './kernel.ts';

export interface PeakLoop {
  /** Floating-point operations (a multiply and an add are two) of one call. */
  readonly flops: number;
  run(): void;
}

const TURNS = 100_000;
/** Independent sums: latency times throughput of a multiply-add is 8 on current machines. */
const SUMS = 12;

export function peakLoop({ relaxedMadd, pairs }: Target): PeakLoop {
  const m = arithmeticOf(relaxedMadd);
  const f = new FunctionBuilder('peak');
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
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared: true });
  module.add(f, 'peak');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  new Float32Array(memory.buffer)[0] = 0.5;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), {
    env: { memory },
  });
  return { flops: TURNS * count * 4 * 2, run: instance.exports.peak as () => void };
}
