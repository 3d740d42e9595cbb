/**
 * @file From the compiled graph to nodes that each have a kernel: layout made explicit.
 *
 * - Padding of a convolution becomes a padded copy; kernels then never meet a border.
 * - Weights that a gradient reads transposed become a transposed copy, once per step.
 * - A sum over the batch becomes one partial per slice and the sum of the partials.
 * - Broadcasts no kernel can read in place become copies.
 * Previous stop: `compile/pipeline.ts`. Next stop: `../families.ts`, which gives each node its kernel.
 */
import {
  batchSizeOf,
  createNode,
  type Graph,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { readingOf } from '../../../ops/epilogue.ts';
import { type PlanContext, sliceBatch, type Target } from '../kernel.ts';
import { isBatchedNode } from './batched.ts';
import {
  lowerConnected,
  lowerConnectedInputGradient,
  lowerConnectedKernelGradient,
} from './connected.ts';
import { lowerConv2d, lowerInputGradient, lowerKernelGradient } from './convolution.ts';
import { lowerMatmul } from './product.ts';
import type { Rule, Step } from './step.ts';
import { lowerSumTo, lowerUpsampleGradient } from './sums.ts';

export interface Lowered {
  readonly graph: Graph;
  readonly context: PlanContext;
}

export function lower(graph: Graph, target: Target): Lowered {
  const batched = new Set<Node>();
  const images = batchSizeOf(graph);
  const slicing = images === undefined ? undefined : sliceBatch(images);
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
  const step: Step = { context, mark, once };
  for (const node of topologicalOrder(rootsOf(graph))) {
    const inputs = node.inputs.map((i) => done.get(i) as Node);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const rebuilt = same ? node : createNode({ ...node, inputs });
    const rule = RULES[node.op];
    done.set(node, rule === undefined ? mark(fitBroadcasts(rebuilt, step)) : rule(rebuilt, step));
  }
  const renewed = (node: Node): Node => done.get(node) as Node;
  return {
    context,
    graph: {
      outputs: Object.fromEntries(
        Object.entries(graph.outputs).map(([name, n]) => [name, renewed(n)]),
      ),
      updates: graph.updates.map(({ state, value }) => ({
        state: renewed(state),
        value: renewed(value),
      })),
    },
  };
}

/** The ops whose layout changes; a new rule is one line here. */
const RULES: Readonly<Record<string, Rule | undefined>> = {
  conv2d: lowerConv2d,
  conv2dInputGradient: lowerInputGradient,
  conv2dKernelGradient: lowerKernelGradient,
  connectedConv2d: lowerConnected,
  connectedConv2dInputGradient: lowerConnectedInputGradient,
  connectedConv2dKernelGradient: lowerConnectedKernelGradient,
  matmul: lowerMatmul,
  sumTo: lowerSumTo,
  upsample2dGradient: lowerUpsampleGradient,
};

/** Copies the inputs of an element-wise or fused node that are broadcast in a way its kernel cannot read. */
function fitBroadcasts(node: Node, step: Step): Node {
  if (expressionOf(node) === undefined) return node;
  const inputs = node.inputs.map((input) =>
    readingOf(input, node) !== undefined
      ? input
      : step.mark(
          createNode({
            op: 'broadcastTo',
            inputs: [input],
            attrs: { shape: node.shape },
            shape: node.shape,
            dtype: 'f32',
            name: `${input.name}/broadcast`,
          }),
        ),
  );
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : createNode({ ...node, inputs });
}
