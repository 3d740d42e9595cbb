/**
 * @file Which nodes can be computed slice by slice of the batch: a walk over what each op reads of the others.
 *
 * Previous stop: `lower.ts`. Next stop: `../schedule.ts`, which runs such nodes one after the other in a thread.
 */
import { type Graph, isSource, type Node, rootsOf, topologicalOrder } from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { readingOf } from '../../../ops/epilogue.ts';
import type { MatmulAttrs } from '../../../ops/matmul.ts';
import { type Slicing, sliceBatch } from '../kernel.ts';

/** Fewer images than this are not handed to threads one by one: each kernel is cut by its own rows. */
const FEW_IMAGES = 4;

/** The batch is the leading extent of the graph's first input with axes. */
export function batchOf(graph: Graph): Slicing | undefined {
  for (const node of topologicalOrder(rootsOf(graph))) {
    if (node.op === 'input' && node.shape.length >= 2) return sliceBatch(node.shape[0]);
  }
  return undefined;
}

/**
 * Ops whose rows are independent: image n of the result needs image n of the first so many inputs, and all of
 * the others; those after the op's own are an epilogue's, read as it says.
 */
const ROW_OPS: ReadonlyMap<string, number> = new Map([
  ['conv2d', 1],
  ['conv2dInputGradient', 1],
  ['winogradConv2d', 1],
  ['conv2dScatter', 1],
  ['channelSums', 1],
  ['slotConv2d', 1],
  ['slotConv2dInput', 1],
  ['matmul', 1],
  ['rowDots', 1],
  ['averagePool2d', 1],
  ['averagePool2dGradient', 1],
  ['maxPool2d', 1],
  ['maxPool2dGradient', 3],
  ['minPool2d', 1],
  ['minPool2dGradient', 3],
  ['softmax', 1],
  ['softmaxGradient', 2],
  ['softmaxCrossEntropy', 2],
  ['softmaxCrossEntropyGradient', 3],
  ['inTopK', 2],
  ['reshape', 1],
  ['pad2d', 1],
  ['pad2dGradient', 1],
  ['upsample2d', 1],
  ['upsample2dGradient', 1],
  ['concatenate', Number.POSITIVE_INFINITY],
  ['slice', 1],
  ['sliceGradient', 1],
  ['localResponseNormalization', 1],
  ['localResponseNormalizationGradient', 2],
  ['categoricalCrossEntropy', 2],
  ['categoricalCrossEntropyGradient', 3],
  ['rbf', 1],
  ['rbfInputGradient', 1],
  ['sumTo', 1],
]);

export function isBatchedNode(
  node: Node,
  batched: ReadonlySet<Node>,
  { images }: Slicing,
): boolean {
  if (images < FEW_IMAGES) return false;
  if (node.shape.length === 0 || node.shape[0] !== images) return false;
  if (node.op === 'input') return node.shape.length > 1 || node.dtype === 'i32';
  if (node.op === 'matmul' && (node.attrs as MatmulAttrs).transposeA === true) return false;
  // Random numbers are made beside what reads them, image by image.
  if (node.op === 'randomUniform') return node.shape.length > 1 && node.inputs.every(isSource);
  // A sum keeps its rows apart if it keeps the leading axis where it was.
  if (node.op === 'sumTo' && node.shape.length !== node.inputs[0].shape.length) return false;
  const own = ROW_OPS.get(node.op) ?? (expressionOf(node) === undefined ? undefined : 0);
  if (own === undefined) return false;
  const aligned = node.inputs.filter((input, i) => i < own || readingOf(input, node) === 'element');
  const known = (i: Node): boolean => batched.has(i) || i.op === 'constant';
  if (!aligned.some((i) => batched.has(i)) || !aligned.every(known)) return false;
  // An input read whole (weights, a bias) must be finished before: it cannot come slice by slice itself.
  return node.inputs.every((i) => aligned.includes(i) || isSource(i) || !batched.has(i));
}
