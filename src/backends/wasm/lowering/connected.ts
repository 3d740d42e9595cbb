/**
 * @file A convolution by a table of connections, over slots: inputs and weights gathered, gradients folded back.
 *
 * Previous stop: `lower.ts`. Next stop: `../emit/connected/layout.ts`, what a slot is.
 */
import { at, last } from '../../../base/lists.ts';
import type { Pads } from '../../../base/window.ts';
import { type Node, twoInputs } from '../../../graph/node.ts';
import { pad2d } from '../../../ops/moves/pad2d.ts';
import type { ConnectedConv2dAttrs, Connections } from '../../../ops/windows/connectedConv2d.ts';
import { layoutOf } from '../emit/connected/layout.ts';
import {
  channelSums,
  slotConv2d,
  slotConv2dInput,
  slotConv2dWeights,
} from '../emit/connected/ops.ts';
import { loweredNode, type Step } from './step.ts';

/** The same numbers of x, gathered or folded along the last axis. */
function summed(
  x: Node,
  sources: readonly (readonly number[])[],
  name: string,
  { mark }: Step,
): Node {
  return mark(loweredNode(channelSums, [x], { sources }, name));
}

function gathered(x: Node, table: Connections, step: Step): Node {
  const { inputs } = layoutOf(table);
  const sources = inputs.map((channel) => [channel]);
  return step.once(`slots ${x.id} ${JSON.stringify(table)}`, () =>
    summed(x, sources, `${x.name}/slots`, step),
  );
}

function packed(w: Node, table: Connections, step: Step): Node {
  const { connections } = layoutOf(table);
  const sources = connections.map((p) => (p < 0 ? [] : [p]));
  return step.once(`slot weights ${w.id} ${JSON.stringify(table)}`, () =>
    summed(w, sources, `${w.name}/slots`, step),
  );
}

export function lowerConnected(
  node: Node,
  { connections }: ConnectedConv2dAttrs,
  step: Step,
): Node {
  const [x, w] = twoInputs(node);
  const inputs = [gathered(x, connections, step), packed(w, connections, step)];
  return step.mark(loweredNode(slotConv2d, inputs, { layout: layoutOf(connections) }, node));
}

/** The gradient in slots, from dy padded at the left and right; then the slots of each input map, summed. */
export function lowerConnectedInputGradient(
  node: Node,
  { connections }: ConnectedConv2dAttrs,
  step: Step,
): Node {
  const layout = layoutOf(connections);
  const [dy, w] = twoInputs(node);
  const reach = at(w.shape, 1, 'axis') - 1;
  const pads: Pads = [
    [0, 0],
    [reach, reach],
  ];
  const padded = step.mark(
    loweredNode(pad2d, [dy], { mode: 'constant', pads, value: 0 }, `${dy.name}/padded`),
  );
  const inputs = [padded, packed(w, connections, step)];
  const slots = step.mark(loweredNode(slotConv2dInput, inputs, { layout }, `${node.name}/slots`));
  const sources = Array.from({ length: last(node.shape, 'axis') }, (_, channel) =>
    layout.inputs.flatMap((input, slot) =>
      input === channel && at(layout.connections, slot, 'slot') >= 0 ? [slot] : [],
    ),
  );
  return summed(slots, sources, node.name, step);
}

export function lowerConnectedKernelGradient(
  node: Node,
  { connections }: ConnectedConv2dAttrs,
  step: Step,
): Node {
  const layout = layoutOf(connections);
  const [x, dy] = twoInputs(node);
  const inputs = [gathered(x, connections, step), dy];
  const slots = loweredNode(slotConv2dWeights, inputs, { layout }, `${node.name}/slots`);
  const sources = Array.from({ length: last(node.shape, 'axis') }, (_, p) => [
    layout.connections.indexOf(p),
  ]);
  return summed(slots, sources, node.name, step);
}
