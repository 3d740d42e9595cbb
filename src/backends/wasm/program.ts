/**
 * @file A scheduled graph becomes one WebAssembly module: a function per kernel, and `run` that calls them.
 *
 * `run(thread, threads, barrierBase, scratch)` is called by every thread at once; it walks the phases, takes
 * its share of each, and waits at the barrier between them. Addresses are constants in the code: memory is
 * planned before a byte is emitted. Previous stop: `schedule.ts`. Next stop: `session.ts`, which loads it.
 */
import { sizeOf } from '../../base/shape.ts';
import { align, type Lifetime, type MemoryPlan, planMemory } from '../../compile/memoryPlan.ts';
import { type Graph, isSource, type Node, rootsOf, topologicalOrder } from '../../graph/node.ts';
import { FunctionBuilder, type Local, type Value } from './assembler/function.ts';
import { i32 } from './assembler/lanes.ts';
import { type MemoryImport, ModuleBuilder } from './assembler/module.ts';
import { emitBarrier } from './emit/barrier.ts';
import { forRange } from './emit/loops.ts';
import { arithmeticOf } from './emit/math.ts';
import type { Kernel, PlanContext } from './kernel.ts';
import { type Phase, type Schedule, storageOf } from './schedule.ts';

/** Phases that run in one call; host ops stand between segments. */
export interface Segment {
  readonly exportName: string;
  readonly barriers: number;
  /** The op to run in plain loops after the segment. */
  readonly host: Node | undefined;
}

export interface Program {
  readonly module: ModuleBuilder;
  readonly segments: readonly Segment[];
  /** In order; kernel i is exported as `kernel{i}`, for profiles. */
  readonly kernels: readonly Kernel[];
  readonly scratchBytes: number;
  readonly multiplyAdds: number;
}

/** Lifetimes of all values that are not states, in phases. Inputs, outputs and constants live throughout. */
export function planProgramMemory(graph: Graph, { phases, aliases }: Schedule): MemoryPlan<Node> {
  const last = phases.length;
  const lifetimes = new Map<Node, { from: number; to: number }>();
  const touch = (node: Node, at: number): void => {
    const owner = storageOf(node, aliases);
    if (owner.op === 'state') return;
    const known = lifetimes.get(owner);
    if (known === undefined) lifetimes.set(owner, { from: at, to: at });
    else lifetimes.set(owner, { from: Math.min(known.from, at), to: Math.max(known.to, at) });
  };
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (!isSource(node)) continue;
    touch(node, 0);
    touch(node, last);
  }
  phases.forEach((phase, at) => {
    const used =
      phase.node === undefined
        ? phase.kernels.flatMap((k) => [...k.inputs, ...k.outputs])
        : [phase.node, ...phase.node.inputs];
    for (const node of used) touch(node, at);
  });
  for (const node of Object.values(graph.outputs)) touch(node, last);
  for (const { value } of graph.updates) touch(value, last);
  const entries: Lifetime<Node>[] = [...lifetimes].map(([key, life]) => ({
    key,
    bytes: sizeOf(key.shape) * 4,
    ...life,
  }));
  return planMemory(entries);
}

export interface EmitOptions {
  readonly memory: MemoryImport;
  readonly context: PlanContext;
  /** Byte address of a node's numbers, aliases resolved. */
  address(node: Node): number;
  /** Byte address of the word the barrier counts in. */
  readonly barrierAddress: number;
}

type Run = { begin: Value<'i32'>; end: Value<'i32'> };

export function emitProgram({ phases }: Schedule, options: EmitOptions): Program {
  const module = new ModuleBuilder(options.memory);
  const barrier = module.add(emitBarrier(options.barrierAddress));
  const kernels = new Map<Kernel, number>();
  for (const kernel of phases.flatMap((p) => p.kernels)) {
    const f = emitKernel(kernel, options);
    kernels.set(kernel, module.add(f, `kernel${kernels.size}`));
  }

  const segments: Segment[] = [];
  const groups = splitAtHosts(phases);
  groups.forEach(({ run, host }, s) => {
    const f = new FunctionBuilder(`run${s}`, {
      thread: 'i32',
      threads: 'i32',
      barrierBase: 'i32',
      scratch: 'i32',
    });
    const [thread, threads, barrierBase, scratch] = f.locals as Local<'i32'>[];
    const call = (kernel: Kernel, { begin, end }: Run): void => {
      const index = kernels.get(kernel) as number;
      f.run({ emit: (g) => g.call(index, KERNEL_TYPE, [begin, end, scratch]) });
    };
    run.forEach((phase, p) => {
      f.note(`phase ${p}: ${phase.kind}`);
      if (phase.kind === 'batch') emitBatchPhase(f, phase, options.context, thread, threads, call);
      else emitSplitPhase(f, phase, thread, threads, call);
      f.set(barrierBase, i32.add(barrierBase, threads));
      f.run({ emit: (g) => g.call(barrier, BARRIER_TYPE, [barrierBase, threads]) });
    });
    module.add(f, f.name);
    segments.push({ exportName: f.name, barriers: run.length, host });
  });
  const all = [...kernels.keys()];
  return {
    module,
    segments,
    kernels: all,
    scratchBytes: align(Math.max(64, ...all.map((k) => k.scratchBytes + 64))),
    multiplyAdds: all.reduce((sum, k) => sum + k.multiplyAdds, 0),
  };
}

const KERNEL_TYPE = { params: ['i32', 'i32', 'i32'], results: [] } as const;
const BARRIER_TYPE = { params: ['i32', 'i32'], results: [] } as const;

function emitKernel(kernel: Kernel, { context, address }: EmitOptions): FunctionBuilder {
  const f = new FunctionBuilder(`${kernel.family} ${kernel.name}`, {
    begin: 'i32',
    end: 'i32',
    scratch: 'i32',
  });
  const [begin, end, scratch] = f.locals as Local<'i32'>[];
  kernel.emit({ f, m: arithmeticOf(context.target.relaxedMadd), begin, end, scratch, address });
  return f;
}

function splitAtHosts(phases: readonly Phase[]): { run: Phase[]; host: Node | undefined }[] {
  const groups: { run: Phase[]; host: Node | undefined }[] = [{ run: [], host: undefined }];
  for (const phase of phases) {
    const current = groups[groups.length - 1];
    if (phase.kind === 'host') {
      current.host = phase.node;
      groups.push({ run: [], host: undefined });
    } else current.run.push(phase);
  }
  return groups.filter((g) => g.run.length > 0 || g.host !== undefined);
}

/** This thread's part of `units`: [units * thread / threads, units * (thread + 1) / threads). */
function share(units: number, thread: Value<'i32'>, threads: Value<'i32'>): Run {
  const at = (t: Value<'i32'>): Value<'i32'> => i32.op('div_u', i32.mul(t, units), threads);
  return { begin: at(thread), end: at(i32.add(thread, 1)) };
}

type Call = (kernel: Kernel, range: Run) => void;

function emitSplitPhase(
  f: FunctionBuilder,
  phase: Phase,
  thread: Local<'i32'>,
  threads: Local<'i32'>,
  call: Call,
): void {
  for (const kernel of phase.kernels) {
    const { units } = kernel.partition;
    if (units === 1)
      f.if(i32.op('eq', thread, 0), () => call(kernel, { begin: i32.const(0), end: i32.const(1) }));
    else call(kernel, share(units, thread, threads));
  }
}

/** Slice by slice, each through all kernels of the phase. */
function emitBatchPhase(
  f: FunctionBuilder,
  phase: Phase,
  { slicing }: PlanContext,
  thread: Local<'i32'>,
  threads: Local<'i32'>,
  call: Call,
): void {
  if (slicing === undefined) throw new Error('internal error: a batch phase without a batch');
  const { images, imagesPerSlice, slices } = slicing;
  const slice = f.reuse('i32', 'slice');
  const lastSlice = f.reuse('i32', 'lastSlice');
  const { begin, end } = share(slices, thread, threads);
  f.set(slice, begin);
  f.set(lastSlice, end);
  forRange(f, slice, lastSlice, 1, () => {
    for (const kernel of phase.kernels) {
      const perImage = kernel.partition.units / images;
      call(kernel, {
        begin: i32.mul(slice, imagesPerSlice * perImage),
        end: i32.min(i32.mul(i32.add(slice, 1), imagesPerSlice * perImage), images * perImage),
      });
    }
  });
}
