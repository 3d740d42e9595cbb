/**
 * @file What a lowering rule is given, and what it is.
 *
 * Previous stop: `lower.ts`.
 */
import type { Node } from '../../../graph/node.ts';
import type { PlanContext } from '../kernel.ts';

export interface Step {
  readonly context: PlanContext;
  /** Notes whether a new node's leading axis is the batch; gives the node back. */
  mark(node: Node): Node;
  /** A derived copy of a node, made once however many kernels read it. */
  once(key: string, make: () => Node): Node;
}

/** One op's node, its inputs lowered already, to the node or nodes that have kernels. */
export type Rule = (node: Node, step: Step) => Node;
