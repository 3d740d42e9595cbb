/**
 * @file In which precision a step computes: float32, or half precision where that is enough (mixed precision).
 *
 * It is three changes to the graph of a step, so every backend computes the same. Before: `../programs/programs.ts`.
 * Next stops: `halved.ts`, which numbers are rounded; `lossScaling.ts`.
 */
import type { Graph, Node } from '../../graph/node.ts';

export interface StepPrecision {
  /** First values of the states () that it keeps, by name. */
  readonly states: ReadonlyMap<string, number>;
  /** What is differentiated in place of the loss. */
  scaled(loss: Node): Node;
  /**
   * The step that follows from gradients of `scaled`: given to `step` are those of the loss. The outputs may have
   * numbers of its own beside those of the step.
   */
  guarded(gradients: readonly Node[], step: (gradients: readonly Node[]) => Graph): Graph;
  /** The whole graph, of a step or without an output `loss` of a forward pass alone, as it is computed. */
  rounded(graph: Graph): Graph;
}

/** The state () that a loss is multiplied by, and the output of a step that says what it was in it. */
export const LOSS_SCALE = 'lossScale';
/** The output () of a step: 1 where it changed nothing but the scale, else 0. */
export const SKIPPED = 'skipped';
/** Where gradients are those of the loss itself: no smaller scale helps. */
export const LEAST_SCALE = 1;

export const float32: StepPrecision = {
  states: new Map(),
  scaled: (loss) => loss,
  guarded: (gradients, step) => step(gradients),
  rounded: (graph) => graph,
};
