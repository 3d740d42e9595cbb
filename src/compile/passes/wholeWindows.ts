/**
 * @file wholeWindows: a convolution whose window covers the whole image is a matrix product.
 *
 * C5 of LeNet-5 sees all of S4 at once: (N,5,5,16) by (5,5,16,120) is (N,400) by (400,120). Written so, its
 * gradients need no kernel of their own, and an outer product of a single image is what it is.
 * Runs first: a bias or an activation that follows finds the product where it looks for one.
 */
import { nonEmpty } from '../../base/lists.ts';
import { fourAxes, sizeOf } from '../../base/shape.ts';
import { type Graph, type Node, twoInputs } from '../../graph/node.ts';
import { epilogueOf } from '../../ops/epilogue.ts';
import { build } from '../../ops/index.ts';
import { attrsOf } from '../../ops/op.ts';
import {
  type Conv2dAttrs,
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
} from '../../ops/windows/conv2d.ts';
import { rewrite } from '../rewrite.ts';

export function wholeWindows(graph: Graph): Graph {
  return rewrite(graph, (node) =>
    epilogueOf(node) === undefined ? (RULES[node.op]?.(node) ?? node) : node,
  );
}

const RULES: Readonly<Record<string, ((node: Node) => Node | undefined) | undefined>> = {
  conv2d: (node) => {
    const [x, w] = twoInputs(node);
    if (!isWhole(x.shape, w.shape, attrsOf(node, conv2d))) return undefined;
    return shaped(build('matmul', [rows(x), weights(w)], {}, node.name), node);
  },
  conv2dInputGradient: (node) => {
    const [dy, w] = twoInputs(node);
    const attrs = attrsOf(node, conv2dInputGradient);
    if (!isWhole(attrs.inputShape, w.shape, attrs)) return undefined;
    const product = [rows(dy), weights(w)];
    return shaped(build('matmul', product, { transposeB: true }, node.name), node);
  },
  conv2dKernelGradient: (node) => {
    const [x, dy] = twoInputs(node);
    const attrs = attrsOf(node, conv2dKernelGradient);
    if (!isWhole(x.shape, attrs.kernelShape, attrs)) return undefined;
    return shaped(build('matmul', [rows(x), rows(dy)], { transposeA: true }, node.name), node);
  },
};

type Shape = Node['shape'];

/** One position, every pixel under a tap, every tap on a pixel. */
function isWhole(x: Shape, w: Shape, { pads, groups }: Conv2dAttrs): boolean {
  const bare = pads.flat().every((p) => p === 0) && groups === 1;
  // Without padding a dilated window of the picture's size would not fit, unless it is one pixel.
  return bare && x[1] === w[0] && x[2] === w[1];
}

const reshaped = (node: Node, shape: Shape): Node => build('reshape', [node], { shape });

/** (N, ...) -> (N, numbers of one image) */
function rows(x: Node): Node {
  const [N, ...image] = nonEmpty(x.shape, 'axes');
  return reshaped(x, [N, sizeOf(image)]);
}

/** (KH, KW, C, O) -> (KH KW C, O) */
function weights(w: Node): Node {
  const [KH, KW, C, filters] = fourAxes(w.shape);
  return reshaped(w, [KH * KW * C, filters]);
}

const shaped = (product: Node, like: Node): Node => reshaped(product, like.shape);
