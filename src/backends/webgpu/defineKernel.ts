/**
 * @file One record per kernel: the op it computes, how its work is planned, and how the plan is written down.
 *
 * `plan` decides on shapes, attributes and the target, without a machine; `emit` follows and decides nothing.
 * A record stands beside its emitter and is listed in `families.ts`. Next stop: `families.ts`.
 */
import type { Node } from '../../graph/node.ts';
import { attrsOf, type OpSignature } from '../../ops/op.ts';
import type { Dispatch, Kernel, PlanContext } from './kernel.ts';

/** What is decided of one node. */
export interface Planned<P extends object> {
  readonly multiplyAdds: number;
  /** The decisions the emitter follows. */
  readonly plan: P;
  /** Of the plan, what `inspect` shows; all of it unless said. */
  readonly shown?: object;
}

export interface KernelDefinition<A, P extends object> {
  readonly op: OpSignature<A>;
  plan(node: Node, attrs: A, context: PlanContext): Planned<P>;
  /** In order; each waits for the one before it. */
  emit(node: Node, plan: P, context: PlanContext): readonly Dispatch[];
  /**
   * Each element is written by the invocation that has just read, by the epilogue, what stood there: a new state
   * may be written over the old one, if the sum itself does not read it.
   */
  readonly finishesInPlace?: true;
  /** Whether the node's result can be stored as half precision: four neighbours at a time. Default: it cannot. */
  storesHalf?(node: Node, attrs: A, context: PlanContext): boolean;
  /** Runs before planning; the node it gives may be of another op. */
  lower?(node: Node, attrs: A, context: PlanContext): Node;
}

/** A definition whose types have done their work. */
export interface KernelRecord {
  readonly op: OpSignature<never>;
  readonly finishesInPlace: boolean;
  storesHalf?(node: Node, context: PlanContext): boolean;
  plan?(node: Node, context: PlanContext): Kernel;
  lower?(node: Node, context: PlanContext): Node;
}

export function defineKernel<A, P extends object>(
  definition: KernelDefinition<A, P>,
): KernelRecord {
  const { op, plan, emit, finishesInPlace = false, storesHalf, lower } = definition;
  return {
    op,
    finishesInPlace,
    ...(lower === undefined
      ? {}
      : { lower: (node, context) => lower(node, attrsOf(node, op), context) }),
    ...(storesHalf === undefined
      ? {}
      : { storesHalf: (node, context) => storesHalf(node, attrsOf(node, op), context) }),
    plan: (node, context) => {
      const { multiplyAdds, plan: decisions, shown } = plan(node, attrsOf(node, op), context);
      return {
        family: op.name,
        name: node.name,
        outputs: [node],
        dispatches: emit(node, decisions, context),
        multiplyAdds,
        plan: Object.fromEntries(Object.entries(shown ?? decisions)),
      };
    },
  };
}

/** The record of an op that lowering replaces by others. */
export function defineLowering<A>(
  op: OpSignature<A>,
  lower: (node: Node, attrs: A, context: PlanContext) => Node,
): KernelRecord {
  return {
    op,
    finishesInPlace: false,
    lower: (node, context) => lower(node, attrsOf(node, op), context),
  };
}
