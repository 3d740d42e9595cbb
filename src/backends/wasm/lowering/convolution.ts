/**
 * @file Convolutions and their gradients: padding made a copy, weights laid out, sums cut by slices.
 *
 * Each asks first whether Winograd pays (`winograd.ts`); its reason stays in the node either way.
 * Previous stop: `lower.ts`. Next stop: `../emit/conv2d/conv2d.ts`.
 */
import { first, last } from '../../../base/lists.ts';
import { fourAxes, sizeOf } from '../../../base/shape.ts';
import { NO_PADS, type Pads, reachOf } from '../../../base/window.ts';
import { type Node, twoInputs } from '../../../graph/node.ts';
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
  const [x, w, ...rest] = twoInputs(node);
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
    const columns = tileColumns(last(w.shape, 'axis') / groups, step.context.target);
    return loweredNode(packWeights, [w], { groups, columns }, `${w.name}/packed`);
  });
}

/** Input channels per group from which lanes over channels are as good as lanes over taps. */
const GATHER_CHANNELS = 16;

export function lowerInputGradient(node: Node, attrs: Conv2dInputGradientAttrs, step: Step): Node {
  const [, w] = twoInputs(node);
  const [, , perGroup] = fourAxes(w.shape);
  const dense = attrs.strides.every((stride) => stride === 1);
  const simple = perGroup >= GATHER_CHANNELS && attrs.groups <= 4;
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
  const [dy, w] = twoInputs(node);
  const flipped = step.once(`flip ${w.id} ${groups}`, () =>
    loweredNode(flipWeights, [w], { groups }, `${w.name}/flipped`),
  );
  const [KH, KW] = fourAxes(w.shape);
  const [, H, W] = fourAxes(node.shape);
  const [, OH, OW] = fourAxes(dy.shape);
  const [[top], [left]] = pads;
  const padding: Pads = [
    [reachOf(KH, dilation[0]) - 1 - top, H + top - OH],
    [reachOf(KW, dilation[1]) - 1 - left, W + left - OW],
  ];
  const forward = { strides, dilation, groups, pads: padding };
  return lowerConv2d(loweredNode(conv2d, [dy, flipped], forward, node.name), forward, step);
}

function scatteredGradient(
  node: Node,
  { strides, dilation, groups, pads, inputShape }: Conv2dInputGradientAttrs,
  step: Step,
): Node {
  const [dy, w] = twoInputs(node);
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
  const [x, dy] = twoInputs(node);
  const images = first(x.shape, 'axis');
  const { slicing } = step.context;
  const winograd = winogradGradientOf(node, attrs, step, (image, p) => padImage(image, p, step));
  if (winograd.node !== undefined) return winograd.node;
  const padded = padImage(x, pads, step);
  const layout = {
    kernelShape,
    groups,
    columns: tileColumns(last(kernelShape, 'axis') / groups, step.context.target),
  };
  const partials = loweredNode(
    kernelGradientPartials,
    [padded, dy],
    {
      ...layout,
      strides,
      dilation,
      pads: NO_PADS,
      slicing: slicing?.images === images ? slicing : sliceBatch(images),
      winograd: winograd.reason,
    },
    `${node.name}/partials`,
  );
  return loweredNode(kernelGradientSum, [partials], layout, node);
}
