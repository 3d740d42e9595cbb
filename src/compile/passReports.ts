/**
 * @file What each pass did to a graph, counted and named, for `inspect` and the lab.
 *
 * Previous stop: `pipeline.ts`.
 */
import { type Graph, isSource, type Node, rootsOf, topologicalOrder } from '../graph/node.ts';
import { epilogueOf } from '../ops/epilogue.ts';
import { formatExpression } from '../ops/expression.ts';
import { compileGraph, passes } from './pipeline.ts';

export interface PassReport {
  readonly name: string;
  /** Why the pass stands where it stands; empty for the graph as built. */
  readonly reason: string;
  readonly graph: Graph;
  /** Nodes that compute something. */
  readonly nodes: number;
  /** Ops whose number changed: before and after. */
  readonly changes: readonly {
    readonly op: string;
    readonly before: number;
    readonly after: number;
  }[];
}

export function reportPasses(graph: Graph): PassReport[] {
  const reports: PassReport[] = [];
  let before = new Map<string, number>();
  compileGraph(graph, (name, after) => {
    const counts = countOps(after);
    const ops = [...new Set([...before.keys(), ...counts.keys()])];
    reports.push({
      name,
      reason: passes.find((pass) => pass.name === name)?.reason ?? '',
      graph: after,
      nodes: [...counts.values()].reduce((sum, n) => sum + n, 0),
      changes: ops
        .map((op) => ({ op, before: before.get(op) ?? 0, after: counts.get(op) ?? 0 }))
        .filter((change) => reports.length > 0 && change.before !== change.after),
    });
    before = counts;
  });
  return reports;
}

function countOps(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { op } of computed(graph)) counts.set(op, (counts.get(op) ?? 0) + 1);
  return counts;
}

function computed(graph: Graph): Node[] {
  return topologicalOrder(rootsOf(graph)).filter((node) => !isSource(node));
}

export interface FusedNode {
  readonly name: string;
  readonly op: string;
  /** What is done to each element of the result before it is stored; $0 is the op's own where it has one. */
  readonly formula: string;
  readonly inputs: readonly string[];
}

/** The nodes that do the work of several. */
export function fusedNodes(graph: Graph): FusedNode[] {
  return computed(graph).flatMap((node) => {
    const expression = epilogueOf(node) ?? (node.op === 'elementwise' ? node.attrs.expression : 0);
    if (expression === 0) return [];
    return {
      name: node.name,
      op: node.op,
      formula: formatExpression(expression as Parameters<typeof formatExpression>[0]),
      inputs: node.inputs.map((input) => input.name),
    };
  });
}
