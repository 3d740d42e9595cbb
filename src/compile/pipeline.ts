/**
 * @file The compiler as a table of contents: named passes from a step's graph to the graph that is run.
 *
 * Each pass takes a valid graph and gives a valid one that computes the same; `verify` checks both ends, and
 * the reference backend can run the graph after any of them. Previous stop: `autodiff/backward.ts`.
 * Next stop: a backend, `backends/wasm/lowering/lower.ts` and then `backends/wasm/program/schedule.ts`.
 */
import type { Graph } from '../graph/node.ts';
import { fuseElementwise } from './passes/fuseElementwise.ts';
import { fuseEpilogues } from './passes/fuseEpilogues.ts';
import { shareCommon } from './passes/shareCommon.ts';
import { simplify } from './passes/simplify.ts';
import { wholeWindows } from './passes/wholeWindows.ts';
import { verify } from './verify.ts';

export interface Pass {
  readonly name: string;
  /** Why it stands where it stands. */
  readonly reason: string;
  run(graph: Graph): Graph;
}

export const passes: readonly Pass[] = [
  {
    name: 'wholeWindows',
    reason: 'first: the products it makes are simplified, shared and fused like others',
    run: wholeWindows,
  },
  {
    name: 'simplify',
    reason: 'before fusion: later passes count readers of what is left',
    run: simplify,
  },
  {
    name: 'shareCommon',
    reason: 'before fusion: shared nodes are stored, not fused',
    run: shareCommon,
  },
  {
    name: 'fuseElementwise',
    reason: 'chains first, so that a kernel takes a whole chain',
    run: fuseElementwise,
  },
  {
    name: 'fuseEpilogues',
    reason: 'last: moves finished chains into the sums before them',
    run: fuseEpilogues,
  },
];

/** Runs all passes; `observe` sees the graph before the first and after each. */
export function compileGraph(graph: Graph, observe?: (after: string, graph: Graph) => void): Graph {
  verify(graph, 'the graph as built');
  observe?.('build', graph);
  let current = graph;
  for (const pass of passes) {
    current = pass.run(current);
    verify(current, pass.name);
    observe?.(pass.name, current);
  }
  return current;
}
