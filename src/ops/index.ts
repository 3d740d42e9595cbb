/**
 * @file THE table of ops. A new op is one file and one line here.
 *
 * `build` makes a node of an op by name and is the only way nodes with inputs come to be: it checks the
 * number of inputs and asks the op for the shape. Next stop: `autodiff/backward.ts`.
 */
import { FoveaError, unknownName, unreachable } from '../base/errors.ts';
import { type Attrs, createNode, type Node } from '../graph/node.ts';
import { conv2d, conv2dInputGradient, conv2dKernelGradient } from './conv2d.ts';
import { broadcastTo, elementwise, elementwiseOps, sumTo } from './elementwise.ts';
import type { Build, Op } from './op.ts';

export const ops = {
  ...elementwiseOps,
  elementwise,
  sumTo,
  broadcastTo,
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
} as const satisfies Record<string, Op>;

export type OpName = keyof typeof ops;

export function opOf(name: string): Op {
  if (!Object.hasOwn(ops, name)) throw unknownName('op', name, Object.keys(ops));
  return ops[name as OpName];
}

/** Makes a node of the op named. Errors carry the node's name as their place. */
export const build: Build = (name, inputs, attrs: Attrs = {}, label = name): Node => {
  const op = opOf(name);
  if (op.arity !== 'any' && op.arity !== inputs.length) {
    unreachable(`${name} takes ${op.arity} inputs, received ${inputs.length}`);
  }
  try {
    const shape = op.shape(
      inputs.map((i) => i.shape),
      attrs,
    );
    return createNode({ op: name, inputs, attrs, shape, dtype: op.dtype ?? 'f32', name: label });
  } catch (error) {
    if (error instanceof FoveaError && error.parts.where === undefined) {
      throw new FoveaError({ ...error.parts, where: label });
    }
    throw error;
  }
};
