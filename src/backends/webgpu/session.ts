/**
 * @file A WebGPU session: one device, the states in buffers of their own, and the programs that bind them.
 *
 * Previous stops: `program/plan.ts`, `program/program.ts`. Next stop: `device/device.ts`.
 */
import { sizeOf } from '../../base/shape.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../../graph/node.ts';
import type { Executable, HostArray, MemoryNeed } from '../backend.ts';
import { ScopedSession, type State, type StatesByName } from '../scopedSession.ts';
import type { OpenedAdapter } from './device/adapter.ts';
import { Device, type Pieces } from './device/device.ts';
import { bytesOf, type Target } from './kernel.ts';
import { planProgram } from './program/plan.ts';
import { Program } from './program/program.ts';
import { Runs } from './program/runs.ts';

type Placed = State<Pieces>;

export class WebgpuSession extends ScopedSession<Pieces> {
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

  override allocateState(node: Node): Pieces {
    this.#bytes += bytesOf(node);
    return this.device.createPieces(bytesOf(node), this.target);
  }

  override releaseState({ place, ...state }: Placed): void {
    this.#bytes -= bytesOf(state);
    for (const piece of place) piece.destroy();
  }

  override readPlace(state: Placed): Promise<HostArray> {
    return this.device.read(state.place, state);
  }

  override writePlace({ place, shape, dtype }: Placed, data: ArrayLike<number>): void {
    this.device.check();
    const numbers =
      dtype === 'i32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    numbers.set(data);
    this.device.write(place, numbers);
  }

  override needOf(graph: Graph, states: StatesByName<Pieces>): MemoryNeed {
    const { graph: lowered, memory } = planProgram(graph, this.target);
    const missing = topologicalOrder(rootsOf(lowered)).filter(
      (node) => node.op === 'state' && !states.has(node.name),
    );
    const bytes = missing.reduce((sum, node) => sum + bytesOf(node), this.#bytes + memory.bytes);
    return { bytes, limit: Number.POSITIVE_INFINITY };
  }

  override compileProgram(graph: Graph, states: StatesByName<Pieces>): Executable {
    this.device.check();
    const plan = planProgram(graph, this.target);
    const { made: program, refused } = this.device.watched(
      () => new Program(this.device, plan, (name) => placeOf(states, name)),
    );
    const runs = new Runs(this.device, refused, () => program.compile());
    this.#bytes += plan.memory.bytes;
    return {
      arenaBytes: plan.memory.bytes,
      input: (name) => program.input(name),
      output: async (name) => {
        await runs.accepted();
        return program.output(name);
      },
      run: () => runs.run(() => program.run()),
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

  override closeBackend(): Promise<void> {
    return this.device.close();
  }
}

function placeOf(states: StatesByName<Pieces>, name: string): Pieces {
  const state = states.get(name);
  if (state === undefined) throw new Error(`internal error: no state ${name}`);
  return state.place;
}
