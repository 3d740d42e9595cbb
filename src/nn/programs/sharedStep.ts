/**
 * @file A training step of one rank of several: its rows of the batch, and the sums over all ranks where one step
 * over the whole batch has sums over its rows.
 *
 * Every rank ends with the gradient of the whole batch and updates its own copy of the parameters. Gradients are
 * exchanged in buckets, those of the last layers first, which the backward pass makes first: they travel while
 * the others are computed. Before: `programs.ts`. Next stop: `train/runners/ranks.ts`.
 */

import { backward } from '../../autodiff/backward.ts';
import { at } from '../../base/lists.ts';
import { sizeOf } from '../../base/shape.ts';
import { rewrite } from '../../compile/rewrite.ts';
import {
  constantNode,
  createNode,
  type Graph,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { isExchange } from '../../ops/ranks.ts';
import { updatesOf } from '../optimizers/optimizer.ts';
import { float32 } from '../precision/precision.ts';
import type { RowShare } from '../rowShare.ts';
import type { ModelSpec } from '../spec.ts';
import { lossOfBatch } from './loss.ts';
import { gradientName, type TrainingOptions } from './programs.ts';

export interface SharedStepOptions extends TrainingOptions {
  readonly rows: RowShare;
  /** Whether batch statistics are those of the whole batch; default: each rank has those of its rows. */
  readonly synchronized?: boolean | undefined;
}

/**
 * Inputs, outputs and updates as `trainingGraph` has them, for the rows of this rank; a rank without rows takes
 * one that counts for nothing. Outputs are those of the whole batch.
 */
export function sharedTrainingGraph(spec: ModelSpec, options: SharedStepOptions): Graph {
  const { rows, optimizer, precision = float32 } = options;
  const batchSize = Math.max(1, rows.count);
  const { network, loss, measures } = lossOfBatch(spec, { ...options, share: rows }, batchSize);
  const trained = network.parameters.filter((p) => p.trainable).map((p) => p.node);
  const gradients = backward(precision.scaled(loss), trained).map((gradient, i) =>
    summed(gradient, gradientName(at(trained, i, 'parameter').name)),
  );
  const outputs = Object.fromEntries(
    Object.entries({ loss, ...measures() }).map(([name, node]) => [name, summed(node, name)]),
  );
  const statistics = network.updates.map(({ state, value }) => ({
    state,
    value: options.synchronized === true ? value : meanOverRanks(value, rows),
  }));
  // Sums over all ranks: each finds the same of them finite.
  const step = precision.guarded(gradients, (found) => ({
    outputs,
    updates: [...updatesOf(optimizer, trained, found), ...statistics],
  }));
  const last = [...Object.values(outputs), ...statistics.map(({ value }) => value)];
  return precision.rounded(orderExchanges(step, [...bucketsOf(gradients), last]));
}

const summed = (node: Node, name: string): Node => build('rankSum', [node], {}, name);

/** Weighted by the rows. */
function meanOverRanks(value: Node, { count, of }: RowShare): Node {
  return summed(build('mul', [value, constantNode(count / of)]), value.name);
}

/** A bucket is closed when it holds this share of all gradients, and at least so many numbers. */
const BUCKET_SHARE = 1 / 4;
const FEWEST_NUMBERS = 2 ** 18;

/** The gradients of the last layers first. */
export function bucketsOf(gradients: readonly Node[]): Node[][] {
  const all = gradients.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const enough = Math.max(FEWEST_NUMBERS, all * BUCKET_SHARE);
  const buckets: Node[][] = [[]];
  let numbers = 0;
  for (const gradient of [...gradients].reverse()) {
    if (numbers >= enough) {
      buckets.push([]);
      numbers = 0;
    }
    buckets.at(-1)?.push(gradient);
    numbers += sizeOf(gradient.shape);
  }
  return buckets;
}

/**
 * Says of every exchange when it begins: each group as one, in the order given, what it needs before it. Made on the whole graph, before any pass, so that it is the same on every rank.
 */
export function orderExchanges(graph: Graph, together: readonly (readonly Node[])[] = []): Graph {
  const places = new Map<Node, { order: number; bucket: number }>();
  let buckets = 0;
  const begin = (nodes: readonly Node[]): void => {
    const fresh = nodes.filter((node) => isExchange(node) && !places.has(node));
    for (const node of fresh) places.set(node, { order: places.size, bucket: buckets });
    if (fresh.length > 0) buckets++;
  };
  for (const group of together) {
    for (const node of topologicalOrder(group)) if (!group.includes(node)) begin([node]);
    begin(group);
  }
  for (const node of topologicalOrder(rootsOf(graph))) begin([node]);
  return rewrite(graph, (node, original) => {
    const place = places.get(original);
    return place === undefined ? node : createNode({ ...node, attrs: { ...node.attrs, ...place } });
  });
}
