/**
 * @file Convolutions and their gradients: padding made a copy, weights laid out, sums cut by slices.
 *
 * Each asks first whether Winograd pays (`winograd.ts`); its reason stays in the node either way.
 * Previous stop: `lower.ts`. Next stop: `../emit/conv2d/conv2d.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import { NO_PADS, type Pads } from '../../../base/window.ts';
import type { Node } from '../../../graph/node.ts';
import { pad2d } from '../../../ops/moves/pad2d.ts';
import {
  type Conv2dAttrs,
  type Conv2dInputGradientAttrs,
  type Conv2dKernelGradientAttrs,
  conv2d,
} from '../../../ops/windows/conv2d.ts';
import { scatterLayout } from '../emit/conv2d/layouts.ts';
import {
  conv2dScatter,
  directConv2d,
  flipWeights,
  kernelGradientPartials,
  kernelGradientSum,
  packWeights,
  scatterWeights,
} from '../emit/conv2d/ops.ts';
import { tileColumns } from '../kernel.ts';
import { sliceBatch } from '../program/slicing.ts';
import { loweredNode, type Step } from './step.ts';
import { winogradConv2dOf, winogradGradientOf } from './winograd.ts';

export function lowerConv2d(node: Node, attrs: Conv2dAttrs, step: Step): Node {
  const { strides, dilation, groups, pads } = attrs;
  const [x, w, ...rest] = node.inputs;
  const winograd = winogradConv2dOf(node, attrs, step, (image, p) => padImage(image, p, step));
  if (winograd.node !== undefined) return winograd.node;
  const padded = padImage(x, pads, step);
  const packed = packedWeights(w, groups, step);
  const direct = {
    strides,
    dilation,
    groups,
    pads: NO_PADS,
    kernelShape: w.shape,
    packed: packed !== w,
    winograd: winograd.reason,
  };
  return step.mark(loweredNode(directConv2d, [padded, packed, ...rest], direct, node));
}

/** A zero-padded copy of a batch of images; negative pads crop. */
function padImage(x: Node, pads: Pads, step: Step): Node {
  if (pads.flat().every((p) => p === 0)) return x;
  return step.once(`pad ${x.id} ${pads.join()}`, () =>
    step.mark(loweredNode(pad2d, [x], { mode: 'constant', pads, value: 0 }, `${x.name}/padded`)),
  );
}

/** Weights of more bytes, read in place, would miss the nearest cache at every tap. */
const IN_PLACE_BYTES = 128 * 1024;

function packedWeights(w: Node, groups: number, step: Step): Node {
  if (sizeOf(w.shape) * 4 <= IN_PLACE_BYTES) return w;
  return step.once(`pack ${w.id} ${groups}`, () => {
    const columns = tileColumns(w.shape[3] / groups, step.context.target);
    return loweredNode(packWeights, [w], { groups, columns }, `${w.name}/packed`);
  });
}

/** Input channels per group from which lanes over channels are as good as lanes over taps. */
const GATHER_CHANNELS = 16;

export function lowerInputGradient(node: Node, attrs: Conv2dInputGradientAttrs, step: Step): Node {
  const [, w] = node.inputs;
  const dense = attrs.strides.every((stride) => stride === 1);
  const simple = w.shape[2] >= GATHER_CHANNELS && attrs.groups <= 4;
  return dense && simple
    ? gatheredGradient(node, attrs, step)
    : scatteredGradient(node, attrs, step);
}

/** dx is the convolution of dy, padded by what is missing, with the flipped kernel. */
function gatheredGradient(
  node: Node,
  { strides, dilation, groups, pads }: Conv2dInputGradientAttrs,
  step: Step,
): Node {
  const [dy, w] = node.inputs;
  const flipped = step.once(`flip ${w.id} ${groups}`, () =>
    loweredNode(flipWeights, [w], { groups }, `${w.name}/flipped`),
  );
  const reach = [0, 1].map((axis) => (w.shape[axis] - 1) * dilation[axis]);
  const padding: Pads = [
    [reach[0] - pads[0][0], node.shape[1] + pads[0][0] - dy.shape[1]],
    [reach[1] - pads[1][0], node.shape[2] + pads[1][0] - dy.shape[2]],
  ];
  const forward = { strides, dilation, groups, pads: padding };
  return lowerConv2d(loweredNode(conv2d, [dy, flipped], forward, node.name), forward, step);
}

function scatteredGradient(
  node: Node,
  { strides, dilation, groups, pads, inputShape }: Conv2dInputGradientAttrs,
  step: Step,
): Node {
  const [dy, w] = node.inputs;
  const layout = scatterLayout(w.shape, groups, dilation[1], step.context.target);
  const transposed = step.once(`scatter ${w.id} ${groups} ${dilation[1]}`, () =>
    loweredNode(scatterWeights, [w], { groups, layout }, `${w.name}/transposed`),
  );
  const scatter = { strides, dilation, groups, pads, inputShape, kernelShape: w.shape, layout };
  return step.mark(loweredNode(conv2dScatter, [dy, transposed], scatter, node));
}

export function lowerKernelGradient(
  node: Node,
  attrs: Conv2dKernelGradientAttrs,
  step: Step,
): Node {
  const { strides, dilation, groups, pads, kernelShape } = attrs;
  const [x, dy] = node.inputs;
  const { slicing } = step.context;
  const winograd = winogradGradientOf(node, attrs, step, (image, p) => padImage(image, p, step));
  if (winograd.node !== undefined) return winograd.node;
  const padded = padImage(x, pads, step);
  const layout = {
    kernelShape,
    groups,
    columns: tileColumns(kernelShape[3] / groups, step.context.target),
  };
  const partials = loweredNode(
    kernelGradientPartials,
    [padded, dy],
    {
      ...layout,
      strides,
      dilation,
      pads: NO_PADS,
      slicing: slicing?.images === x.shape[0] ? slicing : sliceBatch(x.shape[0]),
      winograd: winograd.reason,
    },
    `${node.name}/partials`,
  );
  return loweredNode(kernelGradientSum, [partials], layout, node);
}
