/**
 * @file What a lowering rule is given, what it is, and how it makes nodes.
 *
 * Previous stop: `lower.ts`.
 */
import { createNode, type Node } from '../../../graph/node.ts';
import { epilogueOf } from '../../../ops/epilogue.ts';
import { dtypeOf, type OpSignature } from '../../../ops/op.ts';
import type { PlanContext } from '../kernel.ts';

export interface Step {
  readonly context: PlanContext;
  /** Notes whether a new node's leading axis is the batch; gives the node back. */
  mark(node: Node): Node;
  /** Whether what is made of a node alone is made once for many runs (`../program/schedule.ts`). */
  isPrepared(node: Node): boolean;
  /** A derived copy of a node, made once however many kernels read it. */
  once(key: string, make: () => Node): Node;
}

/** One op's node, its inputs lowered already, to the node or nodes that have kernels. */
export type Rule<A> = (node: Node, attrs: A, step: Step) => Node;

/** A node of any op, by the op's own rules. `finishes`: the node whose epilogue and name it takes over. */
export function loweredNode<A extends object>(
  op: OpSignature<A>,
  inputs: readonly Node[],
  attrs: A,
  place: string | Node,
): Node {
  const finishes = typeof place === 'string' ? undefined : place;
  const epilogue = finishes === undefined ? undefined : epilogueOf(finishes);
  const own = op.arity === 'any' ? inputs : inputs.slice(0, op.arity);
  return createNode({
    op: op.name,
    inputs,
    attrs: { ...attrs, ...(epilogue === undefined ? {} : { epilogue }) },
    shape: op.shape(
      own.map(({ shape }) => shape),
      attrs,
    ),
    dtype: dtypeOf(op, inputs),
    name: typeof place === 'string' ? place : place.name,
  });
}
