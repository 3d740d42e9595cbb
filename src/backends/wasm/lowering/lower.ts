/**
 * @file From the compiled graph to nodes that each have a kernel: layout made explicit.
 *
 * - Padding of a convolution becomes a padded copy; kernels then never meet a border.
 * - Weights that a gradient reads transposed become a transposed copy, once per step.
 * - A sum over the batch becomes one partial per slice and the sum of the partials.
 * - What ranks sum has memory of its own, which the sum is written over.
 * - Broadcasts no kernel can read in place become copies, and so do states that are shown and written.
 * Previous stop: `compile/pipeline.ts`. Next stop: `../families.ts`, which gives each node its kernel.
 */
import { first } from '../../../base/lists.ts';
import { sameShape } from '../../../base/shape.ts';
import { useCounts } from '../../../compile/rewrite.ts';
import {
  createNode,
  firstInput,
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../../graph/node.ts';
import { broadcastTo } from '../../../ops/broadcast.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { readingOf } from '../../../ops/epilogue.ts';
import { input } from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { isExchange, rankSum } from '../../../ops/ranks.ts';
import { recordOf } from '../families.ts';
import type { PlanContext, Target } from '../kernel.ts';
import type { Slicing } from '../program/slicing.ts';
import { isBatchedNode } from './batched.ts';
import { loweredNode, type Step } from './step.ts';

export interface Lowered {
  readonly graph: Graph;
  readonly context: PlanContext;
}

export function lower(graph: Graph, target: Target, slicing: Slicing | undefined): Lowered {
  const batched = new Set<Node>();
  const context: PlanContext = { target, slicing, isBatched: (node) => batched.has(node) };
  const done = new Map<Node, Node>();
  const memo = new Map<string, Node>();
  const once = (key: string, make: () => Node): Node => {
    const found = memo.get(key);
    if (found !== undefined) return found;
    const node = make();
    memo.set(key, node);
    return node;
  };
  const mark = (node: Node): Node => {
    if (slicing !== undefined && isBatchedNode(node, batched, slicing)) batched.add(node);
    return node;
  };
  const isPrepared = ({ op }: Node): boolean =>
    graph.updates.length === 0 && (op === 'state' || op === 'constant');
  const step: Step = { context, mark, once, isPrepared };
  const uses = useCounts(graph);
  for (const node of topologicalOrder(rootsOf(graph))) {
    const inputs = node.inputs.map((i) => done.get(i) as Node);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const own = node.op === rankSum.name && isReadElsewhere(firstInput(node), uses);
    if (own) inputs[0] = mark(copyOf(first(inputs, 'input of a sum')));
    const rebuilt = same && !own ? node : createNode({ ...node, inputs });
    const lowered = recordOf(node.op)?.lower?.(rebuilt, step) ?? mark(fitBroadcasts(rebuilt, step));
    if (!sameShape(lowered.shape, node.shape) || lowered.dtype !== node.dtype)
      throw new Error(
        `internal error: ${node.op} ${node.name} became ${lowered.op} of another shape`,
      );
    done.set(node, lowered);
  }
  const renewed = (node: Node): Node => done.get(node) as Node;
  const moved = new Set(graph.updates.map(({ state }) => state));
  return {
    context,
    graph: {
      outputs: Object.fromEntries(
        Object.entries(graph.outputs).map(([name, n]) => [
          name,
          moved.has(storedIn(n)) ? asItWas(renewed(n)) : renewed(n),
        ]),
      ),
      updates: graph.updates.map(({ state, value }) => ({
        state: renewed(state),
        value: renewed(value),
      })),
    },
  };
}

/** The node whose numbers a reshape shows. */
function storedIn(node: Node): Node {
  return node.op === 'reshape' ? storedIn(firstInput(node)) : node;
}

/** A copy of a state that is shown, made before the state is written. */
const asItWas = (state: Node): Node => copyOf(state, 'asItWas');

function copyOf(node: Node, label = 'copy'): Node {
  const attrs = { expression: input(0), label };
  return build('elementwise', [node], attrs, `${node.name}/${label}`);
}

/** Whether the memory a node's numbers lie in is read by anything but the one that asks. */
function isReadElsewhere(node: Node, uses: ReadonlyMap<Node, number>): boolean {
  return isSource(node) || node.op === 'reshape' || isExchange(node) || uses.get(node) !== 1;
}

/** Copies the inputs of an element-wise or fused node that are broadcast in a way its kernel cannot read. */
function fitBroadcasts(node: Node, step: Step): Node {
  if (expressionOf(node) === undefined) return node;
  const inputs = node.inputs.map((input) =>
    readingOf(input, node) !== undefined
      ? input
      : step.mark(
          loweredNode(broadcastTo, [input], { shape: node.shape }, `${input.name}/broadcast`),
        ),
  );
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : createNode({ ...node, inputs });
}
