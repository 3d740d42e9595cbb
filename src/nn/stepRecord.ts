/**
 * @file A training step that writes down what it measures: its loss, its right rows, for a trainer that reads them once in a
 * while and not after every step.
 *
 * Each has a ring of states; the step writes at the place that the input `RECORD_PLACE` says. The numbers
 * themselves are kept and not their sum: float64 sums in the order of steps stay what they were, and a loss
 * that is no number names its step. Before: `programs.ts`. Next stop: `train/runners/fused.ts`.
 */
import { constantNode, type Graph, inputNode, type Node, stateNode } from '../graph/node.ts';
import * as e from '../ops/expression.ts';
import { build } from '../ops/index.ts';

/** Name of the state (RECORD_STEPS) that records an output. */
export const recordOf = (output: string): string => `record/${output}`;

/** Name of the input () f32, from 0. */
export const RECORD_PLACE = 'record/place';

/** Steps that the rings hold. */
export const RECORD_STEPS = 256;

/** The graph with updates that record its outputs, each of one number. */
export function recorded(graph: Graph): Graph {
  const places = Array.from({ length: RECORD_STEPS }, (_, i) => i);
  const indices = constantNode(places, [RECORD_STEPS], 'places');
  const place = inputNode(RECORD_PLACE, []);
  const write = (name: string, value: Node) => {
    const state = stateNode(recordOf(name), [RECORD_STEPS]);
    const [index, at, now, before] = [0, 1, 2, 3].map(e.input);
    const expression = e.select(e.equal(index, at), now, before);
    const attrs = { expression, label: 'record' };
    return {
      state,
      value: build('elementwise', [indices, place, value, state], attrs, recordOf(name)),
    };
  };
  const records = Object.entries(graph.outputs).map(([name, value]) => write(name, value));
  return { ...graph, updates: [...graph.updates, ...records] };
}
