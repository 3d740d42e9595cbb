/**
 * @file The index of kernels: one record per op that this backend computes.
 *
 * A new kernel is one file in a folder of `emit/` and one line here. Element-wise nodes have no line: the program
 * groups them. Next stop: a record, `emit/moves/moves.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Node } from '../../graph/node.ts';
import { opOf, ops } from '../../ops/index.ts';
import type { OpSignature } from '../../ops/op.ts';
import type { KernelRecord } from './defineKernel.ts';
import {
  conv2dInputGradientKernel,
  conv2dKernel,
  conv2dKernelGradientKernel,
} from './emit/conv2d/conv2d.ts';
import { randomUniformKernel } from './emit/elementwise/random.ts';
import {
  broadcastKernel,
  concatenateKernel,
  pad2dKernel,
  rankSumKernel,
  rankSwapKernel,
  sliceGradientKernel,
  sliceKernel,
  transposeKernel,
  upsampleKernel,
} from './emit/moves/moves.ts';
import { pad2dGradientKernel } from './emit/moves/padGradient.ts';
import {
  connectedConv2dInputGradientKernel,
  connectedConv2dKernel,
  connectedConv2dKernelGradientKernel,
} from './emit/product/connected.ts';
import { matmulKernel } from './emit/product/matmul.ts';
import { sumToKernel } from './emit/reductions/sumTo.ts';
import {
  categoricalCrossEntropyGradientKernel,
  categoricalCrossEntropyKernel,
  softmaxCrossEntropyGradientKernel,
  softmaxCrossEntropyKernel,
} from './emit/rows/crossEntropy.ts';
import { inTopKKernel } from './emit/rows/inTopK.ts';
import { rbfCentersGradientKernel, rbfInputGradientKernel, rbfKernel } from './emit/rows/rbf.ts';
import { softmaxGradientKernel, softmaxKernel } from './emit/rows/softmax.ts';
import { localResponseGradientKernel, localResponseKernel } from './emit/windows/localResponse.ts';
import {
  averagePool2dGradientKernel,
  averagePool2dKernel,
  maxPool2dGradientKernel,
  maxPool2dKernel,
  minPool2dGradientKernel,
  minPool2dKernel,
  upsample2dGradientKernel,
} from './emit/windows/pool2d.ts';
import type { Kernel, PlanContext } from './kernel.ts';

const RECORDS: readonly KernelRecord[] = [
  matmulKernel,
  conv2dKernel,
  conv2dInputGradientKernel,
  conv2dKernelGradientKernel,
  connectedConv2dKernel,
  connectedConv2dInputGradientKernel,
  connectedConv2dKernelGradientKernel,
  averagePool2dKernel,
  averagePool2dGradientKernel,
  maxPool2dKernel,
  maxPool2dGradientKernel,
  minPool2dKernel,
  minPool2dGradientKernel,
  upsample2dGradientKernel,
  localResponseKernel,
  localResponseGradientKernel,
  softmaxKernel,
  softmaxGradientKernel,
  softmaxCrossEntropyKernel,
  softmaxCrossEntropyGradientKernel,
  categoricalCrossEntropyKernel,
  categoricalCrossEntropyGradientKernel,
  inTopKKernel,
  rbfKernel,
  rbfInputGradientKernel,
  rbfCentersGradientKernel,
  sumToKernel,
  randomUniformKernel,
  broadcastKernel,
  transposeKernel,
  concatenateKernel,
  sliceKernel,
  sliceGradientKernel,
  pad2dKernel,
  pad2dGradientKernel,
  upsampleKernel,
  rankSumKernel,
  rankSwapKernel,
];

const BY_OP: ReadonlyMap<string, KernelRecord> = new Map(
  RECORDS.map((record) => [record.op.name, record]),
);

/** What this backend has for an op; undefined where its nodes are element-wise. */
export function recordOf(op: string): KernelRecord | undefined {
  return BY_OP.get(op);
}

export function planKernel(node: Node, context: PlanContext): Kernel {
  const kernel = recordOf(node.op)?.plan?.(node, context);
  if (kernel !== undefined) return kernel;
  throw new FoveaError({
    problem: `the webgpu backend has no kernel for the op ${node.op}`,
    expected: `${[...BY_OP.keys()].join(', ')}, and element-wise ops`,
    fix: 'use the wasm backend',
    where: node.name,
  });
}

/** What a node of an op is: one of the table, or one that lowering makes. */
export function signatureOf(op: string): OpSignature {
  const lowered = Object.hasOwn(ops, op) ? undefined : recordOf(op)?.op;
  return lowered === undefined ? opOf(op) : (lowered as OpSignature);
}
