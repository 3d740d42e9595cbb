/**
 * @file All that is decided of a program before anything is made: its graph, its kernels, its memory.
 *
 * Inputs are written before each run and are free once they were last read; constants and outputs keep their
 * memory. Moments are dispatches, counted through all kernels. Next stop: `program.ts`, which makes it.
 */

import type { Lifetime } from '../../../compile/memoryPlan.ts';
import { compileGraph } from '../../../compile/pipeline.ts';
import { planSlots, type SlotPlan } from '../../../compile/slotPlan.ts';
import { verify } from '../../../compile/verify.ts';
import { type Graph, isSource, type Node, rootsOf, topologicalOrder } from '../../../graph/node.ts';
import { storageOf } from '../../inPlace.ts';
import { signatureOf } from '../families.ts';
import { bytesOf, type Groups, type Kernel, type Target } from '../kernel.ts';
import { storeHalves } from '../lowering/halves.ts';
import { lower } from '../lowering/lower.ts';
import type { Layout, Part } from './bindings.ts';
import { cut } from './cut.ts';
import { schedule } from './schedule.ts';

export interface PlacedDispatch extends Part {
  readonly kernel: Kernel;
  readonly workgroups: Groups;
}

/** Values that ranks exchange at once, between two dispatches. */
export interface Exchanging {
  readonly nodes: readonly Node[];
  /** Dispatches before it, from the first of all. */
  readonly after: number;
}

export interface ProgramPlan extends Layout {
  /** As it is run. */
  readonly graph: Graph;
  readonly kernels: readonly Kernel[];
  readonly dispatches: readonly PlacedDispatch[];
  /** New states that no kernel wrote in place: copied when all is done. */
  readonly copies: Graph['updates'];
  /** The states and constants that the program holds, and its other values by slot. */
  readonly memory: SlotPlan<Node>;
  /** What ranks exchange, and the dispatches that are done by then. */
  readonly exchanges: readonly Exchanging[];
}

export function planProgram(built: Graph, target: Target): ProgramPlan {
  const context = { target };
  const lowered = lower(compileGraph(built), context);
  verify(lowered, 'lowering', signatureOf);
  const graph = storeHalves(lowered, context);
  const { kernels, aliases, exchanges: buckets } = schedule(graph, context);
  const owner = (node: Node): Node => storageOf(node, aliases);
  const dispatches = kernels.flatMap((kernel) => placed(kernel, { storageOf: owner, context }));
  const copies = graph.updates.filter(({ state, value }) => owner(value) !== state);
  const exchanges = buckets.map((nodes) => ({
    nodes,
    after:
      1 + dispatches.findLastIndex(({ kernel }) => kernel.outputs.some((n) => nodes.includes(n))),
  }));
  const memory = planSlots(lifetimesOf(graph, dispatches, owner));
  return { graph, context, kernels, dispatches, exchanges, copies, memory, storageOf: owner };
}

function placed(kernel: Kernel, layout: Layout): PlacedDispatch[] {
  const { maxGroups } = layout.context.target;
  return kernel.dispatches.flatMap((dispatch) =>
    cut(dispatch, kernel, layout).map((items) => {
      const workgroups = dispatch.work.groups(items);
      if (workgroups.some((n) => n > maxGroups || n < 1))
        throw new Error(
          `internal error: ${kernel.family} ${kernel.name} has ${workgroups.join(' x ')} groups`,
        );
      return { kernel, dispatch, items, workgroups };
    }),
  );
}

/** From the first dispatch that writes a value to the last that reads it; states live on their own. */
function lifetimesOf(
  graph: Graph,
  dispatches: readonly PlacedDispatch[],
  owner: (node: Node) => Node,
): Lifetime<Node>[] {
  const end = dispatches.length;
  const spans = new Map<Node, { from: number; to: number }>();
  const use = (node: Node, moment: number): void => {
    const key = owner(node);
    if (key.op === 'state') return;
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { from: moment, to: moment });
    else {
      span.from = Math.min(span.from, moment);
      span.to = Math.max(span.to, moment);
    }
  };
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (isSource(node)) use(node, -1);
    if (node.op === 'constant') use(node, end);
  }
  dispatches.forEach(({ dispatch }, moment) => {
    for (const { node } of [...dispatch.inputs, ...dispatch.outputs]) use(node, moment);
  });
  for (const node of Object.values(graph.outputs)) use(node, end);
  for (const { value } of graph.updates) use(value, end);
  return [...spans].map(([key, span]) => ({ key, bytes: bytesOf(key), ...span }));
}
