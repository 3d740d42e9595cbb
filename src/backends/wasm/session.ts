/**
 * @file A WASM session: one shared memory, its threads, and the programs compiled into it.
 *
 * Memory is a bump of regions: control words, states by name, then per program its arena (inputs, outputs,
 * constants and activations, placed by `compile/memoryPlan.ts`). It only grows when a program is compiled;
 * a run allocates nothing. Previous stops: `plan.ts`, `program.ts`. Next stop: `threads.ts`.
 */
import { FoveaError, unknownName } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../../base/shape.ts';
import { formatBytes } from '../../base/units.ts';
import { align } from '../../compile/memoryPlan.ts';
import {
  type DType,
  type Graph,
  type Node,
  rootsOf,
  topologicalOrder,
  writeConstant,
} from '../../graph/node.ts';
import { opOf } from '../../ops/index.ts';
import type { Tensor } from '../../ops/op.ts';
import type { Executable, HostArray, ProfiledKernel, Session } from '../backend.ts';
import { PAGE_BYTES } from './assembler/module.ts';
import type { Kernel, Slicing, Target } from './kernel.ts';
import { addressing, planProgram } from './plan.ts';
import { emitProgram, type Program, scratchBytesOf } from './program.ts';
import { CONTROL, CONTROL_BYTES, type ThreadPool } from './threads.ts';

/** 4 GiB, all that 32-bit addresses reach. */
export const MOST_PAGES = 65536;
/** Vectors may read past the end of a value; the last one in memory needs room for that too. */
const SLACK_BYTES = 4096;

interface State {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly address: number;
}

type RunSegment = (base: number, scratch: number) => void;

export class WasmSession implements Session {
  readonly backend = 'wasm';
  readonly threads: number;
  readonly plan: string;
  readonly target: Target;
  readonly memory: WebAssembly.Memory;
  readonly pool: ThreadPool;
  #top = CONTROL_BYTES;
  #programs = 0;
  /** Tickets drawn in all runs so far: where the next run's begin. */
  #tickets = 0;
  readonly #states = new Map<string, State>();
  /** Goes up whenever a state gets new numbers: what was prepared from the old ones is stale. */
  #written = 0;

  constructor(memory: WebAssembly.Memory, pool: ThreadPool, target: Target, plan: string) {
    this.memory = memory;
    this.pool = pool;
    this.threads = pool.threads;
    this.target = target;
    this.plan = plan;
  }

  /** Reserves zeroed bytes; grows the memory when needed. */
  #reserve(bytes: number): number {
    const address = this.#top;
    const end = address + align(bytes);
    const missing = end + SLACK_BYTES - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch {
        throw new FoveaError({
          problem: `the program needs ${formatBytes(end)} of memory, more than 32-bit addresses or this machine give`,
          expected: 'at most 4 GiB in all',
          fix: 'use a smaller batch',
        });
      }
    }
    this.#top = end;
    return address;
  }

  compile(graph: Graph): Executable {
    const plan = planProgram(graph, this.target);
    const { graph: lowered, context, memory } = plan;
    const nodes = topologicalOrder(rootsOf(lowered));
    for (const node of nodes) if (node.op === 'state') this.#share(node);
    const arena = this.#reserve(memory.bytes);
    const address = addressing(plan, arena, (name) => this.#stateOf(name).address);
    const view = (node: Node): HostArray => this.#view(address(node), node.shape, node.dtype);
    for (const node of nodes) {
      if (node.op === 'constant') writeConstant(node, view(node));
    }
    const program = emitProgram(plan.schedule, {
      memory: { initialPages: 1, maximumPages: MOST_PAGES, shared: true },
      context,
      address,
      threads: this.threads,
      tickets: { next: CONTROL.next * 4, done: CONTROL.done * 4, failed: CONTROL.failed * 4 },
    });
    const scratch = this.#reserve(program.scratchBytes * this.threads);
    const { run, exports } = this.#load(program.module.toBytes(), program, scratch, view);
    const copies = lowered.updates.filter(({ state, value }) => address(state) !== address(value));
    return {
      ...this.#executable(lowered, nodes, view, run, copies),
      arenaBytes: memory.bytes,
      profile: () =>
        profiledKernels(program.kernels, exports, context.slicing, scratch, () => this.#written++),
    };
  }

  memoryFor(graph: Graph): { bytes: number; limit: number } {
    const { graph: lowered, schedule, memory } = planProgram(graph, this.target);
    const states = topologicalOrder(rootsOf(lowered)).filter(
      (node) => node.op === 'state' && !this.#states.has(node.name),
    );
    const scratch = scratchBytesOf(schedule.phases.flatMap((phase) => phase.kernels));
    const stateBytes = states.reduce((sum, { shape }) => sum + align(sizeOf(shape) * 4), 0);
    const bytes = this.#top + memory.bytes + stateBytes + scratch * this.threads;
    return { bytes, limit: MOST_PAGES * PAGE_BYTES - SLACK_BYTES };
  }

  #executable(
    graph: Graph,
    nodes: readonly Node[],
    view: (node: Node) => HostArray,
    run: () => void,
    copies: Graph['updates'],
  ): Pick<Executable, 'input' | 'output' | 'run'> {
    const inputs = new Map(nodes.filter((n) => n.op === 'input').map((n) => [n.name, n]));
    const outputs = new Map(Object.entries(graph.outputs));
    // New states no kernel wrote in place; taken before any is written, so that two may swap.
    const moves = copies.map(({ state, value }) => ({
      to: state,
      from: value,
      held: new Float32Array(sizeOf(state.shape)),
    }));
    return {
      input: (name) => view(inputs.get(name) ?? unknown('input', name, [...inputs.keys()])),
      output: (name) => view(outputs.get(name) ?? unknown('output', name, [...outputs.keys()])),
      run: () => {
        run();
        if (graph.updates.length > 0) this.#written++;
        if (moves.length === 0) return;
        for (const { from, held } of moves) held.set(view(from));
        for (const { to, held } of moves) view(to).set(held);
      },
    };
  }

  /** Loads a program into every thread; returns the function that runs it once. */
  #load(
    bytes: Uint8Array<ArrayBuffer>,
    { segments, shared, scratchBytes }: Program,
    scratch: number,
    view: (node: Node) => HostArray,
  ): { run: () => void; exports: WebAssembly.Exports } {
    const program = this.#programs++;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.memory },
    });
    if (shared) {
      // The bytes pass through memory that no program has been given yet.
      const top = this.#top;
      const moduleAddress = this.#reserve(bytes.length);
      new Uint8Array(this.memory.buffer, moduleAddress, bytes.length).set(bytes);
      this.pool.load(program, moduleAddress, bytes.length);
      new Uint8Array(this.memory.buffer, moduleAddress, bytes.length).fill(0);
      this.#top = top;
    }
    const calls = segments.map(({ exportName, prepares, tickets, host }) => ({
      prepares,
      tickets,
      run: instance.exports[exportName] as RunSegment,
      host: host === undefined ? undefined : hostCall(host, view),
    }));
    const finish = instance.exports.await as (base: number, tickets: number) => void;
    let prepared = -1;
    const run = (): void => {
      const stale = prepared !== this.#written;
      prepared = this.#written;
      for (let s = 0; s < calls.length; s++) {
        const { prepares, tickets, run: runSegment, host } = calls[s];
        if (prepares && !stale) continue;
        if (shared) {
          const base = this.#tickets;
          this.#tickets = (base + tickets) | 0;
          this.pool.run(program, s, base, scratch, scratchBytes);
          runSegment(base, scratch);
          finish(base, tickets);
        } else runSegment(0, scratch);
        host?.();
      }
    };
    return { run, exports: instance.exports };
  }

  #share(node: Node): void {
    const known = this.#states.get(node.name);
    if (known === undefined) {
      const { name, shape, dtype } = node;
      this.#states.set(name, { name, shape, dtype, address: this.#reserve(sizeOf(shape) * 4) });
      return;
    }
    if (!sameShape(known.shape, node.shape) || known.dtype !== node.dtype) {
      throw new FoveaError({
        problem: `state ${node.name} is ${known.dtype} ${formatShape(known.shape)} in one program and ${node.dtype} ${formatShape(node.shape)} in another`,
        expected: 'one shape and one type per name within a session',
      });
    }
  }

  #stateOf(name: string): State {
    return this.#states.get(name) ?? unknown('state', name, [...this.#states.keys()]);
  }

  #view(address: number, shape: Shape, dtype: DType): HostArray {
    const size = sizeOf(shape);
    return dtype === 'i32'
      ? new Int32Array(this.memory.buffer, address, size)
      : new Float32Array(this.memory.buffer, address, size);
  }

  readState(name: string): HostArray {
    const { address, shape, dtype } = this.#stateOf(name);
    return this.#view(address, shape, dtype).slice();
  }

  writeState(name: string, data: ArrayLike<number>): void {
    const { address, shape, dtype } = this.#stateOf(name);
    if (data.length !== sizeOf(shape)) {
      throw new FoveaError({
        problem: `received ${data.length} numbers for state ${name} of shape ${formatShape(shape)}`,
        expected: `${sizeOf(shape)} numbers`,
      });
    }
    this.#view(address, shape, dtype).set(data);
    this.#written++;
  }

  states(): readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[] {
    return [...this.#states.values()].map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  }

  async close(): Promise<void> {
    await this.pool.close();
    this.#states.clear();
  }
}

function unknown(kind: string, name: string, known: readonly string[]): never {
  throw unknownName(kind, name, known);
}

/** Runs one op's plain loops over the shared memory. */
function hostCall(node: Node, view: (node: Node) => HostArray): () => void {
  const tensor = (n: Node): Tensor => ({ shape: n.shape, data: view(n) });
  return () => opOf(node.op).reference(node.inputs.map(tensor), tensor(node), node.attrs);
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
