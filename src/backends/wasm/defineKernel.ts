/**
 * @file One record per kernel: the op it computes, how its work is planned, and how the plan is written down.
 *
 * `plan` decides on shapes, attributes and the target, without a machine; `emit` follows and decides nothing.
 * A record stands beside its emitter and is listed in `families.ts`; `lower` makes an op's layout explicit before
 * anything is planned. Ops that are only lowered have a record without a plan. Next stop: `families.ts`.
 */
import type { Node } from '../../graph/node.ts';
import { attrsOf, type OpSignature } from '../../ops/op.ts';
import type { Kernel, KernelContext, Partition, PlanContext } from './kernel.ts';
import type { Rule, Step } from './lowering/step.ts';

/** What is decided of one node. */
export interface Planned<P extends object> {
  readonly partition: Partition;
  /** Bytes each thread needs to itself; 0 unless said. */
  readonly scratchBytes?: number;
  readonly multiplyAdds: number;
  /** The decisions the emitter follows. */
  readonly plan: P;
  /** Of the plan, what `inspect` shows; all of it unless said. */
  readonly shown?: object;
}

export interface KernelDefinition<A, P extends object> {
  readonly op: OpSignature<A>;
  /** Undefined: this node has no kernel and runs in its plain loops. */
  plan(node: Node, attrs: A, context: PlanContext): Planned<P> | undefined;
  emit(c: KernelContext, node: Node, plan: P): void;
  /**
   * Each element is written right after the epilogue has read what stood there: a new state may be written over
   * the old one, if the sum itself does not read it.
   */
  readonly finishesInPlace?: true;
  /** Runs before planning; the node it gives may be of another op. */
  readonly lower?: Rule<A>;
}

/** A definition whose types have done their work. */
export interface KernelRecord {
  readonly op: OpSignature<never>;
  readonly finishesInPlace: boolean;
  plan?(node: Node, context: PlanContext): Kernel | undefined;
  lower?(node: Node, step: Step): Node;
}

export function defineKernel<A, P extends object>(
  definition: KernelDefinition<A, P>,
): KernelRecord {
  const { op, plan, emit, finishesInPlace = false, lower } = definition;
  return {
    op,
    finishesInPlace,
    ...(lower === undefined ? {} : loweringOf(op, lower)),
    plan: (node, context) => {
      const planned = plan(node, attrsOf(node, op), context);
      if (planned === undefined) return undefined;
      const { partition, scratchBytes = 0, multiplyAdds, plan: decisions, shown } = planned;
      return {
        family: op.name,
        name: node.name,
        inputs: node.inputs,
        outputs: [node],
        partition,
        scratchBytes,
        multiplyAdds,
        plan: { ...(shown ?? decisions) },
        emit: (c) => emit(c, node, decisions),
      };
    },
  };
}

/** The record of an op that lowering replaces by others. */
export function defineLowering<A>(op: OpSignature<A>, lower: Rule<A>): KernelRecord {
  return { op, finishesInPlace: false, ...loweringOf(op, lower) };
}

function loweringOf<A>(op: OpSignature<A>, lower: Rule<A>): Pick<KernelRecord, 'lower'> {
  return { lower: (node, step) => lower(node, attrsOf(node, op), step) };
}
