/**
 * @file The reference backend: slow, readable and right; the judge of the others.
 *
 * Each node keeps memory of its own, nothing is fused or planned. A run computes every node, then moves
 * the new values into the states, all at once. Next stop: `../wasm/`, which does the same fast.
 */
import { FoveaError, unknownName } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import {
  type DType,
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../graph/node.ts';
import type { NumberArray } from '../../ops/op.ts';
import type { Backend, Executable, HostArray, Session } from '../backend.ts';
import { allocate, runNodes } from './interpreter.ts';

export const referenceBackend: Backend = {
  name: 'reference',
  open: async () => new ReferenceSession(),
};

interface State {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: HostArray;
}

class ReferenceSession implements Session {
  readonly backend = 'reference';
  readonly threads = 1;
  readonly plan = 'reference, plain loops';
  readonly #states = new Map<string, State>();

  compile(graph: Graph): Executable {
    return compileGraph(graph, (node) => this.#shared(node).data);
  }

  readState(name: string): HostArray {
    return this.#state(name).data.slice();
  }

  writeState(name: string, data: ArrayLike<number>): void {
    const state = this.#state(name);
    if (data.length !== state.data.length) {
      throw new FoveaError({
        problem: `received ${data.length} numbers for state ${name} of shape ${formatShape(state.shape)}`,
        expected: `${state.data.length} numbers`,
      });
    }
    state.data.set(data);
  }

  states(): readonly Omit<State, 'data'>[] {
    return [...this.#states.values()].map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  }

  async close(): Promise<void> {
    this.#states.clear();
  }

  #state(name: string): State {
    const state = this.#states.get(name);
    if (state === undefined) throw unknownName('state', name, [...this.#states.keys()]);
    return state;
  }

  /** The state of that name, made at first sight; programs of one session share it. */
  #shared(node: Node): State {
    const known = this.#states.get(node.name);
    if (known === undefined) {
      const { name, shape, dtype } = node;
      const state = { name, shape, dtype, data: allocate(node) as HostArray };
      this.#states.set(name, state);
      return state;
    }
    if (!sameShape(known.shape, node.shape) || known.dtype !== node.dtype) {
      throw new FoveaError({
        problem: `state ${node.name} is ${known.dtype} ${formatShape(known.shape)} in one program and ${node.dtype} ${formatShape(node.shape)} in another`,
        expected: 'one shape and one type per name within a session',
      });
    }
    return known;
  }
}

function compileGraph(graph: Graph, stateData: (node: Node) => HostArray): Executable {
  const order = topologicalOrder(rootsOf(graph));
  const values = new Map<Node, NumberArray>();
  const inputs = new Map<string, HostArray>();
  let arenaBytes = 0;
  for (const node of order) {
    const data = node.op === 'state' ? stateData(node) : allocate(node);
    values.set(node, data);
    if (node.op === 'input') inputs.set(node.name, data as HostArray);
    if (!isSource(node)) arenaBytes += data.byteLength;
  }
  const valueAt = (node: Node): HostArray => values.get(node) as HostArray;

  // A state among the outputs shows what it was during the run, so it is copied out before the updates.
  const outputs = new Map<string, { from: HostArray; shown: HostArray }>();
  for (const [name, node] of Object.entries(graph.outputs)) {
    const from = valueAt(node);
    outputs.set(name, { from, shown: node.op === 'state' ? from.slice() : from });
  }
  const updates = graph.updates.map(({ state, value }) => ({
    to: valueAt(state),
    from: valueAt(value),
    // Two states that swap need the old value of both.
    held: value.op === 'state' ? valueAt(value).slice() : undefined,
  }));

  const named = <T>(kind: string, table: ReadonlyMap<string, T>, name: string): T => {
    const found = table.get(name);
    if (found === undefined) throw unknownName(kind, name, [...table.keys()]);
    return found;
  };
  return {
    arenaBytes,
    input: (name) => named('input', inputs, name),
    output: (name) => named('output', outputs, name).shown,
    run() {
      runNodes(order, values);
      for (const { from, shown } of outputs.values()) if (shown !== from) shown.set(from);
      for (const { held, from } of updates) held?.set(from);
      for (const { to, from, held } of updates) to.set(held ?? from);
    },
  };
}
