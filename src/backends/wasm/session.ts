/**
 * @file A WASM session: one memory, its threads, and the programs compiled into it.
 *
 * Memory holds control words, then states, and per program its arena (inputs, outputs, constants and
 * activations, placed by `compile/memoryPlan.ts`) and its scratch. It only grows when a program is compiled;
 * a run allocates nothing. Previous stops: `program/plan.ts`, `program/program.ts`. Next stops: `memory.ts`, `threads.ts`.
 */
import { unknownName } from '../../base/errors.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import {
  type DType,
  type Graph,
  type Node,
  rootsOf,
  topologicalOrder,
  writeConstant,
} from '../../graph/node.ts';
import type { Executable, HostArray, MemoryNeed, ProfiledKernel } from '../backend.ts';
import { ScopedSession, type State, type StatesByName } from '../scopedSession.ts';
import { CONTROL, CONTROL_BYTES } from './control.ts';
import type { Kernel, Target } from './kernel.ts';
import { peakLoop, streamLoop } from './machine/peak.ts';
import { MOST_PAGES, type Region, SessionMemory } from './memory.ts';
import { type Calls, callsOf, type View } from './program/calls.ts';
import { addressing, type ProgramPlan, planProgram } from './program/plan.ts';
import { emitProgram, type Program, scratchBytesOf } from './program/program.ts';
import type { Slicing } from './program/slicing.ts';
import type { ThreadPool } from './threads.ts';

type RunSegment = (base: number, scratch: number) => void;
type Placed = State<Region>;

export class WasmSession extends ScopedSession<Region> {
  readonly backend = 'wasm';
  readonly threads: number;
  readonly target: Target;
  readonly memory: WebAssembly.Memory;
  readonly pool: ThreadPool;
  readonly #memory: SessionMemory;
  /** Numbers that programs of the past went by; workers forget a program when its number gets another. */
  readonly #freeNumbers: number[] = [];
  #programs = 0;
  /** Tickets drawn in all runs so far: where the next run's begin. */
  #tickets = 0;
  /** Goes up whenever a state gets new numbers: what was prepared from the old ones is stale. */
  #written = 0;

  constructor(
    memory: WebAssembly.Memory,
    pool: ThreadPool,
    target: Target,
    plan: string,
    passedOver?: readonly string[],
  ) {
    super(plan, passedOver);
    this.memory = memory;
    this.#memory = new SessionMemory(memory, CONTROL_BYTES);
    this.pool = pool;
    this.threads = pool.threads;
    this.target = target;
  }

  override allocateState({ shape }: Node): Region {
    return this.#memory.take(sizeOf(shape) * 4);
  }

  override releaseState({ place }: Placed): void {
    this.#memory.give(place);
  }

  override readPlace({ place, shape, dtype }: Placed): HostArray {
    return this.#view(place.address, shape, dtype).slice();
  }

  override writePlace({ place, shape, dtype }: Placed, data: ArrayLike<number>): void {
    this.#view(place.address, shape, dtype).set(data);
    this.#written++;
  }

  override closeBackend(): Promise<void> {
    return this.pool.close();
  }

  override needOf(graph: Graph, states: StatesByName<Region>): MemoryNeed {
    const { graph: lowered, schedule, memory } = planProgram(graph, this.target);
    const missing = topologicalOrder(rootsOf(lowered)).filter(
      (node) => node.op === 'state' && !states.has(node.name),
    );
    const scratch = scratchBytesOf(schedule.phases.flatMap((phase) => phase.kernels));
    return this.#memory.needOf([
      ...missing.map(({ shape }) => sizeOf(shape) * 4),
      memory.bytes,
      scratch * this.threads,
    ]);
  }

  override compileProgram(graph: Graph, states: StatesByName<Region>): Executable {
    const taken: Region[] = [];
    const take = (bytes: number): number => {
      const region = this.#memory.take(bytes);
      taken.push(region);
      return region.address;
    };
    const plan = planProgram(graph, this.target);
    const number = this.#freeNumbers.pop() ?? this.#programs++;
    const close = (): void => {
      for (const region of taken) this.#memory.give(region);
      this.#freeNumbers.push(number);
    };
    try {
      return { ...this.#compile(plan, states, number, take), close };
    } catch (error) {
      close();
      throw error;
    }
  }

  #compile(
    plan: ProgramPlan,
    states: StatesByName<Region>,
    number: number,
    take: (bytes: number) => number,
  ): Omit<Executable, 'close'> {
    const { graph: lowered, context, memory } = plan;
    const nodes = topologicalOrder(rootsOf(lowered));
    const arena = take(memory.bytes);
    const address = addressing(plan, arena, (name) => (states.get(name) as Placed).place.address);
    const view: View = (node) => this.#view(address(node), node.shape, node.dtype);
    for (const node of nodes) {
      if (node.op === 'constant') writeConstant(node, view(node));
    }
    const program = emitProgram(plan.schedule, {
      memory: { initialPages: 1, maximumPages: MOST_PAGES, shared: this.#memory.isShared },
      context,
      address,
      threads: this.threads,
      tickets: { next: CONTROL.next * 4, done: CONTROL.done * 4, failed: CONTROL.failed * 4 },
    });
    const scratch = take(program.scratchBytes * this.threads);
    const { calls, exports } = this.#load(number, program, scratch, view);
    const copies = lowered.updates.filter(({ state, value }) => address(state) !== address(value));
    return {
      ...this.#executable(lowered, nodes, view, calls, copies),
      arenaBytes: memory.bytes,
      profile: () => ({
        kernels: profiledKernels(
          program.kernels,
          exports,
          context.slicing,
          scratch,
          () => this.#written++,
        ),
        peaks: () => ({ arithmetic: peakLoop(this.target), memory: streamLoop() }),
      }),
    };
  }

  #executable(
    graph: Graph,
    nodes: readonly Node[],
    view: View,
    calls: Calls,
    copies: Graph['updates'],
  ): Pick<Executable, 'input' | 'output' | 'run' | 'runAcross'> {
    const inputs = new Map(nodes.filter((n) => n.op === 'input').map((n) => [n.name, n]));
    const outputs = new Map(Object.entries(graph.outputs));
    // New states no kernel wrote in place; taken before any is written, so that two may swap.
    const moves = copies.map(({ state, value }) => ({
      to: state,
      from: value,
      held: new Float32Array(sizeOf(state.shape)),
    }));
    const conclude = (): void => {
      if (graph.updates.length > 0) this.#written++;
      if (moves.length === 0) return;
      for (const { from, held } of moves) held.set(view(from));
      for (const { to, held } of moves) view(to).set(held);
    };
    return {
      input: (name) => view(inputs.get(name) ?? unknown('input', name, [...inputs.keys()])),
      output: async (name) => {
        const live = view(outputs.get(name) ?? unknown('output', name, [...outputs.keys()]));
        return this.#memory.isShared ? live : live.slice();
      },
      run: () => {
        calls.run();
        conclude();
      },
      runAcross: async (exchange) => {
        await calls.runAcross(exchange);
        conclude();
      },
    };
  }

  /** Loads a program into every thread; returns the function that runs it once. */
  #load(
    number: number,
    { module, segments, shared, scratchBytes }: Program,
    scratch: number,
    view: View,
  ): { calls: Calls; exports: WebAssembly.Exports } {
    const bytes = module.toBytes();
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.memory },
    });
    if (shared) {
      const passage = this.#memory.take(bytes.length);
      new Uint8Array(this.memory.buffer, passage.address, bytes.length).set(bytes);
      this.pool.load(number, passage.address, bytes.length);
      this.#memory.give(passage);
    }
    const code = segments.map(({ exportName }) => instance.exports[exportName] as RunSegment);
    const finish = instance.exports.await as (base: number, tickets: number) => void;
    const runSegment = (s: number): void => {
      if (!shared) {
        code[s](0, scratch);
        return;
      }
      const { tickets } = segments[s];
      const base = this.#tickets;
      this.#tickets = (base + tickets) | 0;
      this.pool.run(number, s, base, scratch, scratchBytes);
      code[s](base, scratch);
      finish(base, tickets);
    };
    let prepared = -1;
    const isStale = (): boolean => {
      const stale = prepared !== this.#written;
      prepared = this.#written;
      return stale;
    };
    const calls = callsOf(segments, runSegment, isStale, view);
    return { calls, exports: instance.exports };
  }

  #view(address: number, shape: Shape, dtype: DType): HostArray {
    const size = sizeOf(shape);
    return dtype === 'i32'
      ? new Int32Array(this.memory.buffer, address, size)
      : new Float32Array(this.memory.buffer, address, size);
  }
}

function unknown(kind: string, name: string, known: readonly string[]): never {
  throw unknownName(kind, name, known);
}

type RunKernel = (begin: number, end: number, scratch: number) => void;

/**
 * Each kernel alone on the calling thread, slice by slice as its phase would hand them over. One that is part
 * of an update writes to a state: `wrote` is told of every run.
 */
function profiledKernels(
  kernels: readonly Kernel[],
  exports: WebAssembly.Exports,
  slicing: Slicing | undefined,
  scratch: number,
  wrote: () => void,
): ProfiledKernel[] {
  return kernels.map((kernel, i) => {
    const { family, name, multiplyAdds, plan, partition } = kernel;
    const run = exports[`kernel${i}`] as RunKernel;
    const { units, images } = partition;
    const step =
      images === undefined || slicing === undefined
        ? units
        : (units / images) * slicing.imagesPerSlice;
    const values = new Set([...kernel.inputs, ...kernel.outputs]);
    return {
      family,
      name,
      multiplyAdds,
      plan,
      bytes: [...values].reduce((sum, node) => sum + 4 * sizeOf(node.shape), 0),
      run: () => {
        for (let begin = 0; begin < units; begin += step)
          run(begin, Math.min(units, begin + step), scratch);
        wrote();
      },
    };
  });
}
