/**
 * @file THE table of patterns: nodes of a file that together are one layer, by the operator of the last of them.
 *
 * What is found stands for its nodes from then on: a file's gelu of five nodes is an activation, which the layer before
 * takes in. Nothing else may read what the nodes hand on among themselves. Before: `../importSpec.ts`. Next stop:
 * `activations.ts`, `windows.ts`, `squares.ts`.
 */
import type { OnnxModel, OnnxNode } from '../../decode.ts';
import type { Evaluation } from '../../evaluate.ts';
import type { Converter } from '../converters.ts';
import { gate, scaledTanh } from './activations.ts';
import { type Matcher, NodeTree } from './nodeTree.ts';
import { distances, groups, neighbours } from './squares.ts';
import { circular, minimum } from './windows.ts';

const matchers: ReadonlyMap<string, readonly Matcher[]> = new Map(
  Object.entries({
    Mul: [gate, scaledTanh],
    Div: [gate, neighbours],
    Reshape: [groups],
    Neg: [minimum],
    Concat: [circular],
    ReduceSum: [distances],
  }),
);

export interface Patterns {
  /** The model with one node in place of each pattern. */
  readonly model: OnnxModel;
  /** What writes those. */
  readonly writers: ReadonlyMap<OnnxNode, Converter>;
}

/** `readers`: how many nodes and outputs of the graph read each name. */
export function withPatterns(
  model: OnnxModel,
  evaluation: Evaluation,
  readers: ReadonlyMap<string, number>,
): Patterns {
  const tree = new NodeTree(model, evaluation, readers);
  const gone = new Set<OnnxNode>();
  const writers = new Map<OnnxNode, Converter>();
  const nodes: OnnxNode[] = [];
  // From the end, so that the outermost of several ends is found.
  for (const last of model.nodes.toReversed()) {
    if (gone.has(last)) continue;
    const found = matchers
      .get(last.operator)
      ?.map((matcher) => matcher(tree, last))
      .find((pattern) => pattern !== undefined);
    if (found === undefined) {
      nodes.push(last);
      continue;
    }
    const node = { ...last, ...found.node, outputs: last.outputs, place: last.place };
    for (const one of found.within) gone.add(one);
    writers.set(node, found.write);
    nodes.push(node);
  }
  return { model: { ...model, nodes: nodes.reverse() }, writers };
}
