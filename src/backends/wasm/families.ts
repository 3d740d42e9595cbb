/**
 * @file The index of kernels: one record per op that this backend computes, or lowers to others.
 *
 * A new kernel is one file in a folder of `emit/` and one line here. An op without a line runs in its own plain
 * loops on the calling thread, between phases: right, and slow. Next stop: a record, `emit/moves/moves.ts`.
 */
import type { Node } from '../../graph/node.ts';
import { sumTo } from '../../ops/broadcast.ts';
import { opOf, ops } from '../../ops/index.ts';
import { upsample2dGradient } from '../../ops/moves/upsample2d.ts';
import type { OpSignature } from '../../ops/op.ts';
import {
  connectedConv2d,
  connectedConv2dInputGradient,
  connectedConv2dKernelGradient,
} from '../../ops/windows/connectedConv2d.ts';
import { conv2d, conv2dInputGradient, conv2dKernelGradient } from '../../ops/windows/conv2d.ts';
import { defineLowering, type KernelRecord } from './defineKernel.ts';
import { channelSumsKernel } from './emit/connected/channelSums.ts';
import {
  slotConv2dInputKernel,
  slotConv2dKernel,
  slotConv2dWeightsKernel,
} from './emit/connected/slotConv2d.ts';
import { directConv2dKernel } from './emit/conv2d/conv2d.ts';
import { kernelGradientPartialsKernel } from './emit/conv2d/kernelGradient.ts';
import { kernelGradientSumKernel } from './emit/conv2d/kernelGradientSum.ts';
import { conv2dScatterKernel } from './emit/conv2d/scatter.ts';
import {
  flipWeightsKernel,
  packWeightsKernel,
  scatterWeightsKernel,
} from './emit/conv2d/weights.ts';
import { randomUniformKernel } from './emit/elementwise/random.ts';
import { matmulKernel } from './emit/matmul/matmul.ts';
import { matmulOuterKernel } from './emit/matmul/outer.ts';
import { matmulPackedKernel } from './emit/matmul/packed.ts';
import { rowDotsKernel } from './emit/matmul/rowDots.ts';
import { matmulThinKernel } from './emit/matmul/thin.ts';
import {
  broadcastKernel,
  concatenateKernel,
  pad2dGradientKernel,
  pad2dKernel,
  sliceGradientKernel,
  sliceKernel,
  transposeKernel,
  upsampleKernel,
} from './emit/moves/moves.ts';
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
import { columnPartialsKernel, rowSumKernel, totalKernel } from './emit/rows/sum.ts';
import {
  averagePool2dGradientKernel,
  averagePool2dKernel,
  maxPool2dGradientKernel,
  maxPool2dKernel,
  minPool2dGradientKernel,
  minPool2dKernel,
  sumPool2dKernel,
} from './emit/windows/pool2d.ts';
import { winogradConv2dKernel } from './emit/winograd/conv2d.ts';
import { winogradGradientKernel } from './emit/winograd/kernelGradient.ts';
import { winogradWeightsKernel } from './emit/winograd/weights.ts';
import type { Kernel, PlanContext } from './kernel.ts';
import {
  lowerConnected,
  lowerConnectedInputGradient,
  lowerConnectedKernelGradient,
} from './lowering/connected.ts';
import { lowerConv2d, lowerInputGradient, lowerKernelGradient } from './lowering/convolution.ts';
import { lowerSumTo, lowerUpsampleGradient } from './lowering/sums.ts';

const RECORDS: readonly KernelRecord[] = [
  defineLowering(conv2d, lowerConv2d),
  defineLowering(conv2dInputGradient, lowerInputGradient),
  defineLowering(conv2dKernelGradient, lowerKernelGradient),
  defineLowering(connectedConv2d, lowerConnected),
  defineLowering(connectedConv2dInputGradient, lowerConnectedInputGradient),
  defineLowering(connectedConv2dKernelGradient, lowerConnectedKernelGradient),
  defineLowering(sumTo, lowerSumTo),
  defineLowering(upsample2dGradient, lowerUpsampleGradient),
  directConv2dKernel,
  packWeightsKernel,
  flipWeightsKernel,
  scatterWeightsKernel,
  conv2dScatterKernel,
  kernelGradientPartialsKernel,
  kernelGradientSumKernel,
  winogradConv2dKernel,
  winogradWeightsKernel,
  winogradGradientKernel,
  channelSumsKernel,
  slotConv2dKernel,
  slotConv2dInputKernel,
  slotConv2dWeightsKernel,
  matmulKernel,
  matmulPackedKernel,
  matmulOuterKernel,
  matmulThinKernel,
  rowDotsKernel,
  transposeKernel,
  averagePool2dKernel,
  averagePool2dGradientKernel,
  maxPool2dKernel,
  maxPool2dGradientKernel,
  minPool2dKernel,
  minPool2dGradientKernel,
  sumPool2dKernel,
  softmaxKernel,
  softmaxGradientKernel,
  softmaxCrossEntropyKernel,
  softmaxCrossEntropyGradientKernel,
  categoricalCrossEntropyKernel,
  categoricalCrossEntropyGradientKernel,
  inTopKKernel,
  randomUniformKernel,
  localResponseKernel,
  localResponseGradientKernel,
  rbfKernel,
  rbfInputGradientKernel,
  rbfCentersGradientKernel,
  columnPartialsKernel,
  totalKernel,
  rowSumKernel,
  reduceKernel,
  broadcastKernel,
  upsampleKernel,
  concatenateKernel,
  sliceKernel,
  sliceGradientKernel,
  pad2dKernel,
  pad2dGradientKernel,
];

const BY_OP: ReadonlyMap<string, KernelRecord> = new Map(
  RECORDS.map((record) => [record.op.name, record]),
);

/** What this backend has for an op; undefined where its nodes are element-wise, or run in plain loops. */
export function recordOf(op: string): KernelRecord | undefined {
  return BY_OP.get(op);
}

export function planKernel(node: Node, context: PlanContext): Kernel | undefined {
  return recordOf(node.op)?.plan?.(node, context);
}

/** What a node of an op is: one of the table, or one that lowering makes. */
export function signatureOf(op: string): OpSignature {
  const lowered = Object.hasOwn(ops, op) ? undefined : recordOf(op)?.op;
  return lowered === undefined ? opOf(op) : (lowered as OpSignature);
}
