/**
 * @file A training step that writes down its loss and its right rows, for a trainer that reads them once in a
 * while and not after every step.
 *
 * Each has a ring of states; the step writes at the place that the input `RECORD.place` says. The numbers
 * themselves are kept and not their sum: float64 sums in the order of steps stay what they were, and a loss
 * that is no number names its step. Before: `programs.ts`. Next stop: `train/runners/fused.ts`.
 */
import { constantNode, type Graph, inputNode, type Node, stateNode } from '../graph/node.ts';
import * as e from '../ops/expression.ts';
import { build } from '../ops/index.ts';

/** Names of the states (RECORD_STEPS) and of the input () f32, from 0. */
export const RECORD = {
  loss: 'record/loss',
  correct: 'record/correct',
  place: 'record/place',
} as const;

/** Steps that the rings hold. */
export const RECORD_STEPS = 256;

/** The graph, which has the outputs `loss` and `correct`, with updates that record them. */
export function recorded(graph: Graph): Graph {
  const { loss, correct } = graph.outputs;
  const places = Array.from({ length: RECORD_STEPS }, (_, i) => i);
  const indices = constantNode(places, [RECORD_STEPS], 'places');
  const place = inputNode(RECORD.place, []);
  const write = (name: string, value: Node) => {
    const state = stateNode(name, [RECORD_STEPS]);
    const [index, at, now, before] = [0, 1, 2, 3].map(e.input);
    const expression = e.select(e.equal(index, at), now, before);
    const attrs = { expression, label: 'record' };
    return { state, value: build('elementwise', [indices, place, value, state], attrs, name) };
  };
  return {
    ...graph,
    updates: [...graph.updates, write(RECORD.loss, loss), write(RECORD.correct, correct)],
  };
}
