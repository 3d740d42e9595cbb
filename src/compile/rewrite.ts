/** @file Rebuilding a graph node by node: what every pass that changes nodes is made of. */
import { createNode, type Graph, type Node, rootsOf, topologicalOrder } from '../graph/node.ts';

/**
 * Visits nodes inputs-first with their inputs already replaced; the visitor returns the node to use instead.
 * Nodes whose inputs did not change are handed over as they are; `original` is the node before.
 */
export function rewrite(graph: Graph, visit: (node: Node, original: Node) => Node): Graph {
  const done = new Map<Node, Node>();
  for (const node of topologicalOrder(rootsOf(graph))) {
    const inputs = node.inputs.map((i) => done.get(i) ?? i);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    done.set(node, visit(same ? node : createNode({ ...node, inputs }), node));
  }
  const renewed = (node: Node): Node => done.get(node) ?? node;
  return {
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([k, n]) => [k, renewed(n)])),
    updates: graph.updates.map(({ state, value }) => ({
      state: renewed(state),
      value: renewed(value),
    })),
  };
}

/** How many times each node is read: by other nodes, as an output, as a new state. */
export function useCounts(graph: Graph): Map<Node, number> {
  const uses = new Map<Node, number>();
  const count = (node: Node): void => {
    uses.set(node, (uses.get(node) ?? 0) + 1);
  };
  for (const node of topologicalOrder(rootsOf(graph))) node.inputs.forEach(count);
  Object.values(graph.outputs).forEach(count);
  for (const { value } of graph.updates) count(value);
  return uses;
}
