/**
 * @file Which numbers of a step are half precision: factors of products, and what is kept between products.
 *
 *   conv2d -> + bias -> tanh -> [half] -> maxPool2d -> conv2d ...     sums inside of an op: float32
 *
 * - A factor of a product (convolutions, matrix products, their gradients) is rounded, weights among them: the
 *   weights that are trained, and whatever else reads a factor that is a source, are float32 still.
 * - A value with a product before it and one behind it is rounded for all who read it, if it is one that has to be
 *   kept: read by several, or made or read by an op that is neither element-wise nor a sum. What comes from sums alone
 *   (means, variances) is not.
 * - Of a step, what lies behind the last product of the forward pass (logits, losses), weight gradients, optimizer and
 *   statistics are float32.
 *
 * A value that copies or picks rounded numbers is rounded already. Before: `precision.ts`.
 */

import { rewrite } from '../../compile/rewrite.ts';
import { type Graph, isSource, type Node, rootsOf, topologicalOrder } from '../../graph/node.ts';
import { expressionOf } from '../../ops/elementwise.ts';
import { isHalf } from '../../ops/halfPrecision.ts';
import { build, opOf } from '../../ops/index.ts';

/** Ops that sum products of their first two inputs. */
const PRODUCTS: ReadonlySet<string> = new Set([
  'matmul',
  'conv2d',
  'conv2dInputGradient',
  'conv2dKernelGradient',
  'connectedConv2d',
  'connectedConv2dInputGradient',
  'connectedConv2dKernelGradient',
]);

const isProduct = ({ op }: Node): boolean => PRODUCTS.has(op);

/** The graph of a step, or of a forward pass where it has no output `loss`, with numbers rounded. */
export function halved(graph: Graph): Graph {
  const kept = keptBetweenProducts(graph);
  const rounded = new Map<Node, Node>();
  const half = (node: Node): Node => {
    if (isHalf(node)) return node;
    const found = rounded.get(node) ?? build('roundToHalf', [node], {}, `${node.name}/half`);
    rounded.set(node, found);
    return found;
  };
  return rewrite(graph, (node, original) => {
    const made = isProduct(node) ? withHalfFactors(node, half) : node;
    return kept.has(original) ? half(made) : made;
  });
}

function withHalfFactors(node: Node, half: (node: Node) => Node): Node {
  const [left, right, ...rest] = node.inputs;
  if (left === undefined || right === undefined) return node;
  return build(node.op, [half(left), half(right), ...rest], node.attrs, node.name);
}

function keptBetweenProducts(graph: Graph): ReadonlySet<Node> {
  const order = topologicalOrder(rootsOf(graph));
  const { loss } = graph.outputs;
  const forward = new Set(loss === undefined ? order : topologicalOrder([loss]));
  const behind = behindProducts(order);
  const before = beforeProducts(order, () => true);
  const beforeForward = beforeProducts(order, (node) => forward.has(node));
  const fromSums = madeOfSums(order);
  const readers = readersOf(order);
  return new Set(
    order.filter((node) => {
      const hasProductBehind = (forward.has(node) ? beforeForward : before).has(node);
      if (isSource(node) || node.dtype !== 'f32' || fromSums.has(node)) return false;
      return behind.has(node) && hasProductBehind && hasToBeKept(node, readers.get(node) ?? []);
    }),
  );
}

/** Whether no fusion can do away with a value. */
function hasToBeKept(node: Node, readers: readonly Node[]): boolean {
  if (readers.length > 1) return true;
  if (expressionOf(node) === undefined && opOf(node.op).takesEpilogue !== true) return true;
  return readers.some((reader) => expressionOf(reader) === undefined && reader.op !== 'sumTo');
}

/** Products, and what is made of them. */
function behindProducts(order: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (isProduct(node) || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** What products among those that count are made of. */
function beforeProducts(
  order: readonly Node[],
  counts: (product: Node) => boolean,
): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of [...order].reverse()) {
    if (found.has(node) || (isProduct(node) && counts(node)))
      for (const input of node.inputs) found.add(input);
  }
  return found;
}

const REPEATING: ReadonlySet<string> = new Set(['reshape', 'broadcastTo']);

/** Sums over axes, and arithmetic on nothing but them. */
function madeOfSums(order: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    const isArithmetic = expressionOf(node) !== undefined || REPEATING.has(node.op);
    const isMade =
      node.op === 'sumTo' ||
      node.op === 'rankSum' ||
      (isArithmetic &&
        node.inputs.some((input) => found.has(input)) &&
        node.inputs.every((input) => found.has(input) || isSource(input)));
    if (isMade) found.add(node);
  }
  return found;
}

function readersOf(order: readonly Node[]): ReadonlyMap<Node, readonly Node[]> {
  const readers = new Map(order.map((node): [Node, Node[]] => [node, []]));
  for (const node of order) for (const input of node.inputs) readers.get(input)?.push(node);
  return readers;
}
