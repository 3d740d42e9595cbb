/**
 * @file Checks a graph at both ends of every pass: shapes as the ops say, one batch, updates that fit, names once.
 *
 * A failure here is a bug of the compiler, so it is an internal error that names the pass.
 */
import { formatShape, sameShape } from '../base/shape.ts';
import {
  batchSizeOf,
  type Graph,
  isBatchInput,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../graph/node.ts';
import { opOf } from '../ops/index.ts';

export function verify(graph: Graph, after: string): void {
  const fail = (node: Node, what: string): never => {
    throw new Error(`internal error: after ${after}, ${node.op} "${node.name}" ${what}`);
  };
  const named = new Map<string, Node>();
  const rows = batchSizeOf(graph);
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (isSource(node)) {
      if (node.op === 'constant') continue;
      if (isBatchInput(node) && node.shape[0] !== rows)
        fail(node, `has ${node.shape[0]} rows where the batch has ${rows}`);
      const twin = named.get(`${node.op} ${node.name}`);
      if (twin !== undefined && twin !== node) fail(node, 'shares its name with another node');
      named.set(`${node.op} ${node.name}`, node);
      continue;
    }
    if (node.inputs.some((i) => i.id >= node.id)) fail(node, 'reads a node made after it');
    const op = opOf(node.op);
    const own = op.arity === 'any' ? node.inputs : node.inputs.slice(0, op.arity);
    const shape = op.shape(
      own.map((i) => i.shape),
      node.attrs,
    );
    if (!sameShape(shape, node.shape))
      fail(node, `is ${formatShape(node.shape)}, its op says ${formatShape(shape)}`);
  }
  for (const { state, value } of graph.updates) {
    if (state.op !== 'state') fail(state, 'is updated but is no state');
    if (!sameShape(state.shape, value.shape))
      fail(value, `does not fit state ${state.name} ${formatShape(state.shape)}`);
  }
}
