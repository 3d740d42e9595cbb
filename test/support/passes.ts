/**
 * @file What a test of a compiler pass asks: which ops a graph holds, and whether two graphs compute the same.
 */
import { allocate, runNodes } from '../../src/backends/reference/interpreter.ts';
import { RandomStream } from '../../src/base/random.ts';
import {
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../src/graph/node.ts';
import type { NumberArray } from '../../src/ops/op.ts';
import { expectClose } from './compare.ts';

/** Every op that computes something, inputs before users. */
export function opsOf(graph: Graph): string[] {
  return topologicalOrder(rootsOf(graph))
    .filter((node) => !isSource(node))
    .map(({ op }) => op);
}

export const outputOf = (y: Node): Graph => ({ outputs: { y }, updates: [] });

/** Outputs and new states in float64, from numbers drawn by the names of inputs and states. */
export function valuesOf(graph: Graph): Record<string, number[]> {
  const order = topologicalOrder(rootsOf(graph));
  const values = new Map<Node, NumberArray>();
  for (const node of order) {
    const data = allocate(node, 'f64');
    if (node.op === 'input' || node.op === 'state') {
      const random = new RandomStream(1, node.name);
      for (let i = 0; i < data.length; i++)
        data[i] = node.dtype === 'i32' ? random.integer(2) : random.normal();
    }
    values.set(node, data);
  }
  runNodes(order, values);
  const of = (node: Node) => Array.from(values.get(node)!);
  return Object.fromEntries([
    ...Object.entries(graph.outputs).map(([name, node]) => [name, of(node)]),
    ...graph.updates.map(({ state, value }) => [`new ${state.name}`, of(value)]),
  ]);
}

/** Fails unless both graphs give the same numbers, the digits of float64 aside. */
export function expectSameNumbers(after: Graph, before: Graph): void {
  const [found, expected] = [valuesOf(after), valuesOf(before)];
  for (const [name, numbers] of Object.entries(expected))
    expectClose(found[name], numbers, 1e-6, name);
}
