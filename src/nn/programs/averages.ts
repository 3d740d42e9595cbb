/**
 * @file Weights as their running means have them: what an optimizer with `ema` is tested and saved by.
 *
 * The means are slots of the optimizer ("adam/ema/conv2d/kernel"). Programs read them in the place of the
 * weights by a change of names, so testing copies nothing. Next stop: `train/fit.ts`.
 */
import { rewrite } from '../../compile/rewrite.ts';
import { type Graph, stateNode } from '../../graph/node.ts';
import { parametersOf } from '../network.ts';
import { AVERAGE_SLOT } from '../optimizers/define.ts';
import { type Optimizer, slotName } from '../optimizers/optimizer.ts';
import type { ModelSpec } from '../spec.ts';
import type { StateValue } from '../trained.ts';

/** Parameter -> the state that holds its running mean; empty where the optimizer keeps none. */
export function averagesOf(optimizer: Optimizer, spec: ModelSpec): ReadonlyMap<string, string> {
  if (!optimizer.slots.includes(AVERAGE_SLOT)) return new Map();
  const trained = parametersOf(spec).filter(({ trainable }) => trainable);
  return new Map(trained.map(({ name }) => [name, slotName(optimizer, AVERAGE_SLOT, name)]));
}

/** The graph reading the running means where it read the parameters. It must move none of them. */
export function readingAverages(graph: Graph, averages: ReadonlyMap<string, string>): Graph {
  if (averages.size === 0) return graph;
  return rewrite(graph, (node) => {
    const average = node.op === 'state' ? averages.get(node.name) : undefined;
    return average === undefined ? node : stateNode(average, node.shape);
  });
}

/**
 * The parameters among a checkpoint's states, as they are tested and saved: the running mean of each that has
 * one, and what it is in training of the others.
 *
 *     const weights = weightsOf(spec, snapshot.states);
 */
export function weightsOf(
  spec: ModelSpec,
  states: ReadonlyMap<string, StateValue>,
): Map<string, StateValue> {
  const weights = new Map<string, StateValue>();
  for (const { name } of parametersOf(spec)) {
    const suffix = `/${AVERAGE_SLOT}/${name}`;
    const [, average] = [...states].find(([state]) => state.endsWith(suffix)) ?? [];
    const value = average ?? states.get(name);
    if (value !== undefined) weights.set(name, value);
  }
  return weights;
}
