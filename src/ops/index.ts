/**
 * @file THE table of ops. A new op is one file and one line here.
 *
 * `build` makes a node of an op by name and is the only way nodes with inputs come to be: it checks the
 * number of inputs and asks the op for the shape. Next stop: `autodiff/backward.ts`.
 */
import { FoveaError, unknownName, unreachable } from '../base/errors.ts';
import { broadcastShapes, formatShape, sameShape } from '../base/shape.ts';
import { type Attrs, createNode, type Node } from '../graph/node.ts';
import { broadcastTo, sumTo } from './broadcast.ts';
import { elementwise, elementwiseOps } from './elementwise.ts';
import { epilogueOf } from './epilogue.ts';
import { matmul } from './matmul.ts';
import { concatenate, slice, sliceGradient } from './moves/concatenate.ts';
import { pad2d, pad2dGradient } from './moves/pad2d.ts';
import { reshape } from './moves/reshape.ts';
import { transpose } from './moves/transpose.ts';
import { upsample2d, upsample2dGradient } from './moves/upsample2d.ts';
import { type Build, dtypeOf, type Op } from './op.ts';
import { randomUniform } from './randomUniform.ts';
import { rankSum, rankSwap } from './ranks.ts';
import {
  categoricalCrossEntropy,
  categoricalCrossEntropyGradient,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from './scores/crossEntropy.ts';
import { inTopK } from './scores/inTopK.ts';
import { rbf, rbfCentersGradient, rbfInputGradient } from './scores/rbf.ts';
import { softmax, softmaxGradient } from './scores/softmax.ts';
import { averagePool2d, averagePool2dGradient } from './windows/averagePool2d.ts';
import {
  connectedConv2d,
  connectedConv2dInputGradient,
  connectedConv2dKernelGradient,
} from './windows/connectedConv2d.ts';
import { conv2d, conv2dInputGradient, conv2dKernelGradient } from './windows/conv2d.ts';
import {
  maxPool2d,
  maxPool2dGradient,
  minPool2d,
  minPool2dGradient,
} from './windows/extremePool2d.ts';
import {
  localResponseNormalization,
  localResponseNormalizationGradient,
} from './windows/localResponseNormalization.ts';

export const ops = {
  ...elementwiseOps,
  elementwise,
  sumTo,
  broadcastTo,
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
  connectedConv2d,
  connectedConv2dInputGradient,
  connectedConv2dKernelGradient,
  matmul,
  reshape,
  transpose,
  averagePool2d,
  averagePool2dGradient,
  maxPool2d,
  maxPool2dGradient,
  minPool2d,
  minPool2dGradient,
  softmax,
  softmaxGradient,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
  categoricalCrossEntropy,
  categoricalCrossEntropyGradient,
  inTopK,
  randomUniform,
  concatenate,
  slice,
  sliceGradient,
  pad2d,
  pad2dGradient,
  upsample2d,
  upsample2dGradient,
  localResponseNormalization,
  localResponseNormalizationGradient,
  rbf,
  rbfInputGradient,
  rbfCentersGradient,
  rankSum,
  rankSwap,
} as const satisfies Record<string, Op<never>>;

export type OpName = keyof typeof ops;

export function opOf(name: string): Op {
  if (!Object.hasOwn(ops, name)) throw unknownName('op', name, Object.keys(ops));
  const op: Op<never> = ops[name as OpName];
  return op as Op;
}

/** Makes a node of the op named. Errors carry the node's name as their place. */
export const build: Build = (name, inputs, attrs: Attrs = {}, label = name): Node => {
  const op = opOf(name);
  const arity = op.arity === 'any' ? inputs.length : op.arity;
  const fused = epilogueOf({ attrs }) !== undefined;
  if (inputs.length < arity || (inputs.length > arity && !fused)) {
    unreachable(`${name} takes ${arity} inputs, received ${inputs.length}`);
  }
  try {
    const shapes = inputs.map((i) => i.shape);
    const shape = op.shape(shapes.slice(0, arity), attrs);
    if (!sameShape(broadcastShapes([shape, ...shapes.slice(arity)]), shape)) {
      unreachable(`an epilogue input of ${name} is larger than its result ${formatShape(shape)}`);
    }
    return createNode({ op: name, inputs, attrs, shape, dtype: dtypeOf(op, inputs), name: label });
  } catch (error) {
    if (error instanceof FoveaError && error.parts.where === undefined) {
      throw new FoveaError({ ...error.parts, where: label });
    }
    throw error;
  }
};
