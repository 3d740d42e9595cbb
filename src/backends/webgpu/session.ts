/**
 * @file A WebGPU session: one device, the states in buffers of their own, and the programs that bind them.
 *
 * Previous stops: `program/plan.ts`, `program/program.ts`. Next stop: `device/device.ts`.
 */
import type { FoveaError } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import { formatBytes } from '../../base/units.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../../graph/node.ts';
import type { Executable, HostArray, MemoryNeed } from '../backend.ts';
import { OutOfMemory } from '../outOfMemory.ts';
import { ScopedSession, type State, type StatesByName } from '../scopedSession.ts';
import type { OpenedAdapter } from './device/adapter.ts';
import { type Allocation, Device } from './device/device.ts';
import { bytesOf, type Target } from './kernel.ts';
import { planProgram } from './program/plan.ts';
import { Program } from './program/program.ts';
import { Runs } from './program/runs.ts';

type Placed = State<Allocation>;

/** What is refused is asked for again in halves, down to such a part. */
const FINEST = 64;

export class WebgpuSession extends ScopedSession<Allocation> {
  readonly backend = 'webgpu';
  /** Of the host: the one that submits. */
  readonly threads = 1;
  readonly target: Target;
  readonly device: Device;
  /** Bytes of states and open programs. */
  #bytes = 0;

  constructor(opened: OpenedAdapter, plan: string, passedOver?: readonly string[]) {
    super(plan, passedOver);
    this.target = opened.target;
    this.device = new Device(opened);
  }

  override allocateState(node: Node): Allocation {
    this.#bytes += bytesOf(node);
    return this.device.allocate(bytesOf(node), this.target);
  }

  override releaseState({ place, ...state }: Placed): void {
    this.#bytes -= bytesOf(state);
    for (const piece of place.pieces) piece.destroy();
  }

  override readPlace(state: Placed): Promise<HostArray> {
    return this.device.read(state.place.pieces, state);
  }

  override writePlace({ place, shape, dtype }: Placed, data: ArrayLike<number>): void {
    this.device.check();
    const numbers =
      dtype === 'i32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    numbers.set(data);
    this.device.write(place.pieces, numbers);
  }

  override needOf(graph: Graph, states: StatesByName<Allocation>): MemoryNeed {
    const { graph: lowered, memory } = planProgram(graph, this.target);
    const missing = topologicalOrder(rootsOf(lowered)).filter(
      (node) => node.op === 'state' && !states.has(node.name),
    );
    const bytes = missing.reduce((sum, node) => sum + bytesOf(node), this.#bytes + memory.bytes);
    return { bytes, ofProgram: memory.bytes, limit: Number.POSITIVE_INFINITY };
  }

  override compileProgram(graph: Graph, states: StatesByName<Allocation>): Executable {
    this.device.check();
    const plan = planProgram(graph, this.target);
    const { made: program, refused } = this.device.watched(
      () => new Program(this.device, plan, (name) => placeOf(states, name).pieces),
    );
    this.#bytes += plan.memory.bytes;
    const ofStates = topologicalOrder(rootsOf(plan.graph))
      .filter(({ op }) => op === 'state')
      .map(({ name }) => placeOf(states, name));
    const given = this.#given([...ofStates, ...program.allocations]);
    const runs = new Runs(this.device, [given, refused], () => program.compile());
    return {
      arenaBytes: plan.memory.bytes,
      input: (name) => program.input(name),
      output: async (name) => {
        await runs.accepted();
        return program.output(name);
      },
      run: () => runs.run(() => program.run()),
      newKernels: program.newKernels,
      ready: () => runs.ready(),
      finished: async () => {
        await runs.accepted();
        await this.device.finished();
      },
      profileOnDevice: async (budgetMs) => {
        await runs.accepted();
        const { profileProgram } = await import('./program/profile.ts');
        return profileProgram(this.device, plan, program, budgetMs);
      },
      runAcross: async (exchange) => {
        await runs.accepted();
        await program.runAcross(exchange);
      },
      close: () => {
        this.#bytes -= plan.memory.bytes;
        program.close();
      },
    };
  }

  /** Resolves when the adapter has given all of this memory, or with how much of it it did. */
  async #given(asked: readonly Allocation[]): Promise<FoveaError | undefined> {
    const held = this.#bytes;
    const answers = await Promise.all(asked.map(({ refused }) => refused));
    const reason = answers.find((answer) => answer !== undefined);
    if (!(reason instanceof OutOfMemory)) return reason;
    const sum = (allocations: readonly Allocation[]): number =>
      allocations.reduce((total, { bytes }) => total + bytes, 0);
    const refused = sum(asked.filter((_, k) => answers[k] !== undefined));
    const missing = refused - (await this.#room(refused));
    return new OutOfMemory(
      {
        problem: `a program takes ${formatBytes(sum(asked))} on the graphics adapter, which gave ${formatBytes(sum(asked) - missing)}`,
        expected:
          'an adapter with memory for the parameters, their slots and what a batch makes of them',
        fix: 'use a smaller batch, close what else uses the adapter, or use the wasm backend',
      },
      held - missing,
    );
  }

  /** About as much of it as the adapter still gives, in smaller buffers. */
  async #room(bytes: number): Promise<number> {
    const given: Allocation[] = [];
    for (let size = bytes / 2; size >= bytes / FINEST; size /= 2) {
      const tried = this.device.allocate(16 * Math.floor(size / 16), this.target);
      if ((await tried.refused) === undefined) given.push(tried);
    }
    for (const { pieces } of given) for (const piece of pieces) piece.destroy();
    return given.reduce((sum, allocation) => sum + allocation.bytes, 0);
  }

  override closeBackend(): Promise<void> {
    return this.device.close();
  }
}

function placeOf(states: StatesByName<Allocation>, name: string): Allocation {
  const state = states.get(name);
  if (state === undefined) throw new Error(`internal error: no state ${name}`);
  return state.place;
}
