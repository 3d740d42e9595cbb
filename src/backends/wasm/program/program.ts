/**
 * @file A scheduled graph becomes one WebAssembly module: a function per kernel, and `run` that calls them.
 *
 * `run(base, scratch)` is called by every thread at once; how they share its phases is in `runs.ts`.
 * Addresses are constants in the code: memory is planned before a byte is emitted.
 * Previous stop: `schedule.ts`. Next stop: `session.ts`, which loads it.
 */
import { sizeOf } from '../../../base/shape.ts';
import { align, type Lifetime, type MemoryPlan, planMemory } from '../../../compile/memoryPlan.ts';
import { type Graph, isSource, type Node, rootsOf, topologicalOrder } from '../../../graph/node.ts';
import { storageOf } from '../../inPlace.ts';
import { FunctionBuilder, type Local } from '../assembler/function.ts';
import { type MemoryImport, ModuleBuilder } from '../assembler/module.ts';
import { arithmeticOf } from '../emit/language/math.ts';
import type { TicketWords } from '../emit/language/tickets.ts';
import type { Kernel, PlanContext } from '../kernel.ts';
import { aloneRun, type Call, sharedRuns } from './runs.ts';
import type { Phase, Schedule } from './schedule.ts';

/** Phases that run in one call; host ops and exchanges with other ranks stand between segments. */
export interface Segment {
  readonly exportName: string;
  /** Left out while the states stay as they are. */
  readonly prepares: boolean;
  /** Tickets one call uses up; 0 where the caller works alone. */
  readonly tickets: number;
  /** The op to run in plain loops after the segment. */
  readonly host: Node | undefined;
  /** The exchange that begins after the segment, or is waited for. */
  readonly exchange: ExchangePhase | undefined;
}

export interface ExchangePhase {
  readonly kind: 'begin' | 'await';
  readonly nodes: readonly Node[];
}

export interface Program {
  readonly module: ModuleBuilder;
  readonly segments: readonly Segment[];
  /** In order; kernel i is exported as `kernel{i}`, for profiles, unless that was not wanted. */
  readonly kernels: readonly Kernel[];
  /** Whether other threads are to be called. */
  readonly shared: boolean;
  readonly scratchBytes: number;
  readonly multiplyAdds: number;
}

/**
 * Lifetimes of all values that are not states, in phases. Inputs, outputs, constants and what is prepared for
 * many runs live throughout.
 */
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
    const apart = phase.node === undefined ? phase.exchanged : [phase.node];
    const used =
      apart === undefined
        ? phase.kernels.flatMap((k) => [...k.inputs, ...k.outputs])
        : apart.flatMap((node) => [node, ...node.inputs]);
    for (const node of used) touch(node, at);
    // What is prepared once has to be there for later runs.
    if (phase.prepares) for (const node of used) touch(node, last);
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
  /** Threads that may take part; with one, no tickets are drawn. */
  readonly threads: number;
  /** Byte address of a node's numbers, aliases resolved. */
  address(node: Node): number;
  readonly tickets: TicketWords;
  /** Whether single kernels can be called; default true. */
  readonly profiled?: boolean;
}

/** Below this many multiply-adds a run is over before a second thread has woken up. */
const WORTH_THREADS = 400_000;

export function emitProgram({ phases }: Schedule, options: EmitOptions): Program {
  const { profiled = true } = options;
  const module = new ModuleBuilder(options.memory);
  const kernels = new Map<Kernel, number>();
  for (const kernel of phases.flatMap((p) => p.kernels)) {
    const f = emitKernel(kernel, options);
    kernels.set(kernel, module.add(f, profiled ? `kernel${kernels.size}` : undefined));
  }
  const all = [...kernels.keys()];
  const multiplyAdds = all.reduce((sum, k) => sum + k.multiplyAdds, 0);
  const shared = options.threads > 1 && multiplyAdds >= WORTH_THREADS;
  const emitRun = shared ? sharedRuns(module, options) : aloneRun;
  const segments = segmentsOf(phases).map(({ run, ...group }, s): Segment => {
    const f = new FunctionBuilder(`run${s}`, { base: 'i32', scratch: 'i32' });
    const [base, scratch] = f.locals as Local<'i32'>[];
    const call: Call = (kernel, begin, end) => {
      const index = kernels.get(kernel) as number;
      f.run({ emit: (g) => g.call(index, KERNEL_TYPE, [begin, end, scratch]) });
    };
    const tickets = emitRun(f, run, base, call, options.context.slicing);
    module.add(f, f.name);
    return { exportName: f.name, tickets, ...group };
  });
  return {
    module,
    segments,
    kernels: all,
    shared,
    scratchBytes: scratchBytesOf(all),
    multiplyAdds,
  };
}

/** What each thread needs to itself: the most that one kernel asks for. */
export function scratchBytesOf(kernels: readonly Kernel[]): number {
  return align(Math.max(64, ...kernels.map((k) => k.scratchBytes + 64)));
}

const KERNEL_TYPE = { params: ['i32', 'i32', 'i32'], results: [] } as const;

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

interface PhaseGroup {
  readonly run: readonly Phase[];
  readonly prepares: boolean;
  readonly host: Node | undefined;
  readonly exchange: ExchangePhase | undefined;
}

/** Cut after each host phase and exchange, and between preparation and the rest. */
function segmentsOf(phases: readonly Phase[]): PhaseGroup[] {
  const groups: PhaseGroup[] = [];
  let run: Phase[] = [];
  phases.forEach((phase, p) => {
    const { kind, node: host, exchanged: nodes } = phase;
    const exchange =
      (kind === 'begin' || kind === 'await') && nodes !== undefined ? { kind, nodes } : undefined;
    const isCut = kind === 'host' || exchange !== undefined;
    if (!isCut) run.push(phase);
    const prepares = phase.prepares === true;
    const next = phases[p + 1];
    if (!isCut && next !== undefined && prepares === (next.prepares === true)) return;
    groups.push({ run, prepares, host, exchange });
    run = [];
  });
  return groups;
}
