/**
 * @file A training step that writes down what it measures: its loss, its right rows, for a trainer that reads them once in a
 * while and not after every step.
 *
 * Each has a ring of states; the step writes at the place that the input `RECORD_PLACE` says. The numbers
 * themselves are kept and not their sum: float64 sums in the order of steps stay what they were, and a loss
 * that is no number names its step. Before: `programs.ts`. Next stop: `train/runners/fused.ts`.
 */
import { at } from '../../base/lists.ts';
import { constantNode, type Graph, inputNode, type Node, stateNode } from '../../graph/node.ts';
import { expressionOf } from '../../ops/elementwise.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';

/** Name of the state (RECORD_STEPS) that records an output. */
export const recordOf = (output: string): string => `record/${output}`;

/** Name of the input () f32, from 0. */
export const RECORD_PLACE = 'record/place';

/** Steps that the rings hold. */
export const RECORD_STEPS = 256;

/** Numbers that one record reads at most to make its value; with its place, a kernel has no room for more. */
const MOST_PARTS = 5;

/**
 * The graph with updates that record its outputs, each of one number. A number is made where it is recorded, from
 * the same sums as the output itself: a record that read the output would wait for it, one phase longer.
 */
export function recorded(graph: Graph): Graph {
  const places = Array.from({ length: RECORD_STEPS }, (_, i) => i);
  const indices = constantNode(places, [RECORD_STEPS], 'places');
  const place = inputNode(RECORD_PLACE, []);
  const stored = new Set(Object.values(graph.outputs));
  const write = (name: string, value: Node) => {
    const state = stateNode(recordOf(name), [RECORD_STEPS]);
    const { expression: now, parts } = madeOf(value, stored);
    const [index, current, before] = placesAfter(parts);
    const expression = e.select(e.equal(index, current), now, before);
    const attrs = { expression, label: 'record' };
    const inputs = [...parts, indices, place, state];
    return { state, value: build('elementwise', inputs, attrs, recordOf(name)) };
  };
  const records = Object.entries(graph.outputs).map(([name, value]) => write(name, value));
  return { ...graph, updates: [...graph.updates, ...records] };
}

const placesAfter = ({ length }: readonly Node[]) =>
  [e.input(length), e.input(length + 1), e.input(length + 2)] as const;

/**
 * A number as arithmetic on the sums and constants it is made of. Numbers that are `stored` are read and not made
 * again: a sum of their rounded values would have other bits than one of the unrounded.
 */
function madeOf(
  value: Node,
  stored: ReadonlySet<Node>,
): { expression: e.Expression; parts: Node[] } {
  const parts: Node[] = [];
  const write = (node: Node): e.Expression => {
    const own = expressionOf(node);
    if (own !== undefined && node.shape.length === 0 && (node === value || !stored.has(node))) {
      return e.substitute(own, (i) => write(at(node.inputs, i, 'input')));
    }
    const known = parts.indexOf(node);
    return e.input(known >= 0 ? known : parts.push(node) - 1);
  };
  const expression = write(value);
  const isSmall = parts.length <= MOST_PARTS;
  return isSmall ? { expression, parts } : { expression: e.input(0), parts: [value] };
}
