/**
 * @file The reference backend: slow, readable and right; the judge of the others.
 *
 * Each node keeps memory of its own, nothing is fused or planned. A run computes every node, then moves
 * the new values into the states, all at once. Next stop: `../wasm/`, which does the same fast.
 */
import { unknownName } from '../../base/errors.ts';
import {
  firstInput,
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../graph/node.ts';
import type { NumberArray } from '../../ops/op.ts';
import { exchangeKind, isExchange } from '../../ops/ranks.ts';
import type { Backend, Executable, HostArray } from '../backend.ts';
import { ScopedSession, type State, type StatesByName } from '../scopedSession.ts';
import { allocate, runNodes } from './interpreter.ts';

export const referenceBackend: Backend = {
  name: 'reference',
  open: async (_, passedOver) => new ReferenceSession('reference, plain loops', passedOver),
};

class ReferenceSession extends ScopedSession<HostArray> {
  readonly backend = 'reference';
  readonly threads = 1;

  override allocateState(node: Node): HostArray {
    return allocate(node) as HostArray;
  }

  override readPlace({ place }: State<HostArray>): HostArray {
    return place.slice();
  }

  override writePlace({ place }: State<HostArray>, data: ArrayLike<number>): void {
    place.set(data);
  }

  override compileProgram(graph: Graph, states: StatesByName<HostArray>): Executable {
    return compileGraph(graph, (node) => states.get(node.name)?.place as HostArray);
  }

  override needOf(): undefined {}

  override releaseState(): void {}

  override async closeBackend(): Promise<void> {}
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
    output: async (name) => named('output', outputs, name).shown,
    run() {
      runNodes(order, values);
      conclude();
    },
    async runAcross(exchange) {
      for (const node of order) {
        runNodes([node], values);
        if (!isExchange(node)) continue;
        const received = valueAt(node);
        const isSum = node.op === 'rankSum';
        const sent = isSum ? received : valueAt(firstInput(node));
        await exchange([{ name: node.name, kind: exchangeKind(node), sent, received }]);
      }
      conclude();
    },
    close() {},
  };
  /** Shows what the run computed, then moves it into the states. */
  function conclude(): void {
    for (const { from, shown } of outputs.values()) if (shown !== from) shown.set(from);
    for (const { held, from } of updates) held?.set(from);
    for (const { to, from, held } of updates) to.set(held ?? from);
  }
}
