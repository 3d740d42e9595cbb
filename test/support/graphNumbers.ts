/**
 * @file The outputs of a graph by the plain loops in float64, for tests of gradients.
 */
import { allocate, runNodes } from '../../src/backends/reference/interpreter.ts';
import { type Graph, type Node, rootsOf, topologicalOrder } from '../../src/graph/node.ts';
import type { NumberArray } from '../../src/ops/op.ts';

/** Numbers of inputs and states by name. */
export type Given = Readonly<Record<string, ArrayLike<number>>>;

/** Outputs by name, and new values of states as "update NAME". */
export function numbersOfGraph(graph: Graph, given: Given): Record<string, number[]> {
  const order = topologicalOrder(rootsOf(graph));
  const values = new Map<Node, NumberArray>();
  for (const node of order) {
    const data = allocate(node, 'f64');
    if (node.op === 'input' || node.op === 'state') data.set(given[node.name]);
    values.set(node, data);
  }
  runNodes(order, values);
  const read = (node: Node) => [...values.get(node)!];
  return {
    ...Object.fromEntries(Object.entries(graph.outputs).map(([name, node]) => [name, read(node)])),
    ...Object.fromEntries(graph.updates.map((u) => [`update ${u.state.name}`, read(u.value)])),
  };
}

/** d output / d (numbers of one input or state), by central differences. */
export function differences(graph: Graph, given: Given, output: string, along: string): number[] {
  const step = 1e-5;
  const at = (i: number, change: number): number => {
    const moved = Float64Array.from(given[along]);
    moved[i] += change;
    return numbersOfGraph(graph, { ...given, [along]: moved })[output][0];
  };
  return Array.from(given[along], (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}
