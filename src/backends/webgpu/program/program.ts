/**
 * @file A program on a device: buffers, pipelines and bindings made once; a run is one submission.
 *
 * A run uploads the inputs (a copy is taken at once, so they may be filled anew while the device works), does all
 * dispatches in one pass, and copies what is left to copy. Nothing is read back unless asked for.
 * Previous stop: `plan.ts`. Next stop: `../device/device.ts`. The tour goes on where steps are run: `train/fit.ts`.
 */
import { type FoveaError, unknownName, unreachable } from '../../../base/errors.ts';
import { at } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import {
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
  writeConstant,
} from '../../../graph/node.ts';
import { exchangeKind, rankSum } from '../../../ops/ranks.ts';
import type { Exchange, Exchanged, HostArray } from '../../backend.ts';
import {
  type Allocation,
  type Device,
  encoded,
  inPieces,
  type Pieces,
  type Step,
} from '../device/device.ts';
import { Upload } from '../device/upload.ts';
import { moduleOf } from './bindings.ts';
import type { PlacedDispatch, ProgramPlan } from './plan.ts';

interface Input {
  readonly host: HostArray;
  readonly uploads: readonly Upload[];
}

export class Program {
  readonly steps: readonly Step[];
  readonly #device: Device;
  readonly #plan: ProgramPlan;
  readonly #places = new Map<Node, Pieces>();
  readonly allocations: Allocation[] = [];
  /** Texts that no program of the session had before. */
  readonly newKernels: number;
  readonly #inputs = new Map<string, Input>();

  /** @param stateOf where a state lies, which outlives the program */
  constructor(device: Device, plan: ProgramPlan, stateOf: (name: string) => Pieces) {
    this.#device = device;
    this.#plan = plan;
    try {
      this.#place(stateOf);
      const known = device.pipelines;
      this.steps = plan.dispatches.map((dispatch) => this.#stepOf(dispatch));
      this.newKernels = device.pipelines - known;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Gives every value its buffers. */
  #place(stateOf: (name: string) => Pieces): void {
    const { memory, graph, context } = this.#plan;
    for (const { bytes, values } of memory.slots) {
      const allocation = this.#device.allocate(bytes, context.target);
      this.allocations.push(allocation);
      for (const { key } of values) this.#places.set(key, allocation.pieces);
    }
    for (const node of topologicalOrder(rootsOf(graph)).filter(isSource)) {
      if (node.op === 'state') this.#places.set(node, stateOf(node.name));
      else if (node.op === 'constant') this.#device.write(this.piecesOf(node), numbersOf(node));
      else this.#inputs.set(node.name, this.#inputOf(node));
    }
    for (const upload of this.#uploads()) upload.reserve();
  }

  #inputOf(node: Node): Input {
    const host = zerosOf(node);
    const uploads = inPieces(this.piecesOf(node), host).map(
      ({ buffer, numbers }) => new Upload(this.#device, buffer, numbers),
    );
    return { host, uploads };
  }

  #stepOf(dispatch: PlacedDispatch): Step {
    const { bound, code } = moduleOf(dispatch, this.#plan);
    const pipeline = this.#device.pipeline(
      code,
      bound.map(({ access }) => access),
    );
    const buffers = bound.map(({ owner, piece }) => at(this.piecesOf(owner), piece, 'piece'));
    return { ...this.#device.bind(pipeline, buffers), workgroups: dispatch.workgroups };
  }

  /** Compiles all texts beside one another; resolves when the compiler has answered for each, with what it refused. */
  async compile(): Promise<FoveaError | undefined> {
    const pipelines = [...new Set(this.steps.map(({ pipeline }) => pipeline))];
    await Promise.all(pipelines.map((pipeline) => pipeline.compiled()));
    return this.#device.watched(() => {
      for (const pipeline of pipelines) pipeline.get();
    }).refused;
  }

  input(name: string): HostArray {
    const found = this.#inputs.get(name);
    if (found === undefined) throw unknownName('input', name, [...this.#inputs.keys()]);
    return found.host;
  }

  output(name: string): Promise<HostArray> {
    const { outputs } = this.#plan.graph;
    const node = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    if (node === undefined) throw unknownName('output', name, Object.keys(outputs));
    return this.#device.read(this.piecesOf(this.#plan.storageOf(node)), node);
  }

  run(): void {
    this.#fill();
    this.#submit(0, this.steps.length);
  }

  /**
   * The same with other ranks: what they exchange is read back when it is made, and uploaded when it has arrived.
   * The device waits meanwhile.
   */
  async runAcross(exchange: Exchange): Promise<void> {
    this.#fill();
    let done = 0;
    for (const { nodes, after } of this.#plan.exchanges) {
      this.#submit(done, after);
      done = after;
      const values = await Promise.all(nodes.map((node) => this.#exchanged(node)));
      await exchange(values);
      values.forEach(({ received }, i) => {
        const node = nodes[i] ?? unreachable('more values than nodes');
        this.#device.write(this.piecesOf(this.#plan.storageOf(node)), received);
      });
    }
    this.#submit(done, this.steps.length);
  }

  async #exchanged(node: Node): Promise<Exchanged> {
    const sent = await this.#device.read(this.piecesOf(this.#plan.storageOf(node)), node);
    const received = node.op === rankSum.name ? sent : zerosOf(node);
    return { name: node.name, kind: exchangeKind(node), sent, received };
  }

  #fill(): void {
    for (const upload of this.#uploads()) upload.fill();
  }

  #uploads(): Upload[] {
    return [...this.#inputs.values()].flatMap(({ uploads }) => uploads);
  }

  /** Some of the steps, in order; inputs go before the first, copies after the last. */
  #submit(from: number, to: number): void {
    const isFirst = from === 0;
    this.#device.submit((encoder) => {
      if (isFirst) for (const upload of this.#uploads()) upload.encode(encoder);
      const pass = encoder.beginComputePass();
      const isAll = isFirst && to === this.steps.length;
      encoded(isAll ? this.steps : this.steps.slice(from, to))(pass);
      pass.end();
      if (to < this.steps.length) return;
      for (const { state, value } of this.#plan.copies) {
        const sources = this.piecesOf(this.#plan.storageOf(value));
        this.piecesOf(state).forEach((piece, k) => {
          encoder.copyBufferToBuffer(at(sources, k, 'piece'), 0, piece, 0, piece.size);
        });
      }
    });
    if (isFirst) for (const upload of this.#uploads()) upload.submitted();
  }

  close(): void {
    for (const upload of this.#uploads()) upload.close();
    for (const { pieces } of this.allocations.splice(0))
      for (const buffer of pieces) buffer.destroy();
  }

  piecesOf(owner: Node): Pieces {
    const pieces = this.#places.get(owner);
    if (pieces === undefined) throw new Error(`internal error: no memory for ${owner.name}`);
    return pieces;
  }
}

function zerosOf({ shape, dtype }: Node): HostArray {
  return dtype === 'i32' ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
}

function numbersOf(node: Node): HostArray {
  const numbers = zerosOf(node);
  writeConstant(node, numbers);
  return numbers;
}
