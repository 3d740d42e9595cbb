/**
 * @file What happens to a finished sum before it is stored: bias, activation, another tensor's factor.
 *
 * An epilogue is an expression whose $0 is the sum; the other inputs are read beside it, at the sum's own index.
 * Next stop: `../emit/product/finish.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import { epilogueOf as expressionOf } from '../../../ops/epilogue.ts';
import type { Expression } from '../../../ops/expression.ts';
import { type Binding, type Reach, type Read, scalars, vectors } from '../kernel.ts';
import { broadcastIndex } from './indexing.ts';

export interface Epilogue {
  readonly expression: Expression;
  /** The inputs after the op's own. */
  readonly inputs: readonly Node[];
}

export function epilogueOf(node: Node, ownInputs: number): Epilogue | undefined {
  const expression = expressionOf(node);
  if (expression === undefined) return undefined;
  return { expression, inputs: node.inputs.slice(ownInputs) };
}

/** Whether an input of an epilogue has a number of its own for each result. */
export const isBeside = (input: Node, { shape }: Pick<Node, 'shape'>): boolean =>
  sizeOf(input.shape) === sizeOf(shape) && input.dtype !== 'i32';

/** What an epilogue binds, where a result is reached so, one by one or by fours. */
export function besidesOf(
  epilogue: Epilogue | undefined,
  result: Node,
  reach: Reach | undefined,
  byFours = false,
): Binding[] {
  const { inputs = [] } = epilogue ?? {};
  const beside = byFours ? vectors : scalars;
  return inputs.map((input) => (isBeside(input, result) ? beside(input, reach) : scalars(input)));
}

/** A load of an input that is broadcast to a node's result, at the result's index. */
export function loadAt(input: Node, read: Read, result: Node, index: string): string {
  const load = read(broadcastIndex(input.shape, result.shape, index));
  return input.dtype === 'i32' ? `f32(${load})` : load;
}
