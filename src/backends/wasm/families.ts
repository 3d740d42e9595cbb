/**
 * @file Which kernel computes which op. A new kernel family is one file in `emit/` and one line here.
 *
 * An op without a line runs in its own plain loops on the calling thread, between phases: right, and slow.
 */
import type { Node } from '../../graph/node.ts';
import type { Pad2dAttrs } from '../../ops/pad2d.ts';
import { channelSumsKernel } from './emit/conv2d/channelSums.ts';
import { conv2dKernel } from './emit/conv2d/conv2d.ts';
import {
  conv2dKernelGradientKernel,
  type KernelGradientPlan,
} from './emit/conv2d/kernelGradient.ts';
import { conv2dScatterKernel } from './emit/conv2d/scatter.ts';
import {
  slotConv2dInputKernel,
  slotConv2dKernel,
  slotConv2dWeightsKernel,
} from './emit/conv2d/slotConv2d.ts';
import { randomUniformKernel } from './emit/elementwise/random.ts';
import { matmulKernel } from './emit/matmul/matmul.ts';
import { matmulOuterKernel } from './emit/matmul/outer.ts';
import { matmulPackedKernel } from './emit/matmul/packed.ts';
import { rowDotsKernel } from './emit/matmul/rowDots.ts';
import { matmulThinKernel } from './emit/matmul/thin.ts';
import {
  concatenateKernel,
  padGradientKernel,
  pictureFillKernel,
  sliceGradientKernel,
  sliceKernel,
  upsampleKernel,
} from './emit/moves/boxes.ts';
import {
  broadcastKernel,
  copyKernel,
  flipKernelKernel,
  packKernelKernel,
  padKernel,
  scatterKernelKernel,
  transposeKernel,
} from './emit/moves/copies.ts';
import {
  categoricalCrossEntropyGradientKernel,
  categoricalCrossEntropyKernel,
  softmaxCrossEntropyGradientKernel,
  softmaxCrossEntropyKernel,
} from './emit/rows/crossEntropy.ts';
import { localResponseGradientKernel, localResponseKernel } from './emit/rows/localResponse.ts';
import { rbfCentersGradientKernel, rbfInputGradientKernel, rbfKernel } from './emit/rows/rbf.ts';
import { reduceKernel } from './emit/rows/reduce.ts';
import { inTopKKernel, softmaxGradientKernel, softmaxKernel } from './emit/rows/rows.ts';
import {
  columnPartialsKernel,
  kernelGradientSumKernel,
  rowSumKernel,
  totalKernel,
} from './emit/rows/sum.ts';
import { poolGradientKernel, poolKernel } from './emit/windows/pool2d.ts';
import { winogradConv2dKernel } from './emit/winograd/conv2d.ts';
import { winogradGradientKernel } from './emit/winograd/kernelGradient.ts';
import { winogradKernelKernel } from './emit/winograd/weights.ts';
import type { Kernel, PlanContext } from './kernel.ts';

type Planner = (node: Node, context: PlanContext) => Kernel | undefined;

const FAMILIES: Readonly<Record<string, Planner | undefined>> = {
  conv2d: conv2dKernel,
  conv2dScatter: conv2dScatterKernel,
  kernelGradientPartials: conv2dKernelGradientKernel,
  kernelGradientSum: (node) => kernelGradientSumKernel(node, node.attrs.plan as KernelGradientPlan),
  winogradConv2d: winogradConv2dKernel,
  winogradKernel: winogradKernelKernel,
  winogradKernelGradient: winogradGradientKernel,
  channelSums: channelSumsKernel,
  slotConv2d: slotConv2dKernel,
  slotConv2dInput: slotConv2dInputKernel,
  slotConv2dWeights: slotConv2dWeightsKernel,
  matmul: matmulKernel,
  matmulPacked: matmulPackedKernel,
  matmulOuter: matmulOuterKernel,
  matmulThin: matmulThinKernel,
  rowDots: rowDotsKernel,
  averagePool2d: poolKernel,
  averagePool2dGradient: poolGradientKernel,
  maxPool2d: poolKernel,
  maxPool2dGradient: poolGradientKernel,
  minPool2d: poolKernel,
  minPool2dGradient: poolGradientKernel,
  softmax: softmaxKernel,
  softmaxGradient: softmaxGradientKernel,
  softmaxCrossEntropy: softmaxCrossEntropyKernel,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientKernel,
  categoricalCrossEntropy: categoricalCrossEntropyKernel,
  categoricalCrossEntropyGradient: categoricalCrossEntropyGradientKernel,
  inTopK: inTopKKernel,
  randomUniform: randomUniformKernel,
  localResponseNormalization: localResponseKernel,
  localResponseNormalizationGradient: localResponseGradientKernel,
  rbf: rbfKernel,
  rbfInputGradient: rbfInputGradientKernel,
  rbfCentersGradient: rbfCentersGradientKernel,
  columnPartials: columnPartialsKernel,
  sumTo: planSumTo,
  broadcastTo: broadcastKernel,
  concatenate: concatenateKernel,
  slice: sliceKernel,
  sliceGradient: sliceGradientKernel,
  upsample2d: upsampleKernel,
  // A sum over windows that do not overlap (`lowering/lower.ts`).
  upsample2dGradient: poolKernel,
  pad2d: (node, context) =>
    (node.attrs as unknown as Pad2dAttrs).mode === 'constant'
      ? padKernel(node, context)
      : pictureFillKernel(node, context),
  pad2dGradient: padGradientKernel,
  packKernel: packKernelKernel,
  flipKernel: flipKernelKernel,
  scatterKernel: scatterKernelKernel,
  transpose: transposeKernel,
  copy: copyKernel,
};

/** Sums to one number and sums over leading rows have kernels of their own. */
function planSumTo(node: Node, context: PlanContext): Kernel {
  const [x] = node.inputs;
  const size = node.shape.reduce((a, b) => a * b, 1);
  if (size === 1) return totalKernel(node);
  const kept = node.shape.filter((_, i) => i >= node.shape.findIndex((n) => n !== 1));
  const trailing = x.shape.slice(x.shape.length - kept.length);
  const overRows = kept.every((n, i) => n === trailing[i]);
  return overRows ? rowSumKernel(node) : reduceKernel(node, context);
}

export function planKernel(node: Node, context: PlanContext): Kernel | undefined {
  return FAMILIES[node.op]?.(node, context);
}
