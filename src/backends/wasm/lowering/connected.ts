/**
 * @file How a convolution by a table of connections (C3 of LeNet-5) is laid out for lanes of four.
 *
 * Four output maps share a vector; term t of the vector is the t-th connection of each of them. The input is
 * gathered into these slots once, and so are the weights:
 *
 *   maps 0..3 see 012 123 234 345   ->   term 0: inputs 0 1 2 3, term 1: 1 2 3 4, term 2: 2 3 4 5
 *
 * so a term is one multiply-add of whole vectors and no kernel that does not exist is computed. A lane whose
 * map has fewer terms than its neighbours idles: it repeats the map's first connection with the weight 0.
 * Previous stop: `lower.ts`. Next stop: `../emit/conv2d/slotConv2d.ts`.
 */
import type { Pads } from '../../../base/window.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import type { ConnectedConv2dAttrs, Connections } from '../../../ops/connectedConv2d.ts';
import type { Step } from './step.ts';

export interface SlotLayout {
  /** Per vector of four maps: its first slot and its number of terms. */
  readonly vectors: readonly { readonly first: number; readonly terms: number }[];
  readonly maps: number;
  /** Per slot the input map it holds. */
  readonly inputs: readonly number[];
  /** Per slot the connection whose weight it holds; -1 where the lane idles. */
  readonly connections: readonly number[];
}

export function layoutOf(table: Connections): SlotLayout {
  const firstOf: number[] = [];
  table.reduce((next, maps) => {
    firstOf.push(next);
    return next + maps.length;
  }, 0);
  const vectors: { first: number; terms: number }[] = [];
  const inputs: number[] = [];
  const connections: number[] = [];
  for (let o = 0; o < table.length; o += 4) {
    const maps = table.slice(o, o + 4);
    const terms = Math.max(...maps.map((m) => m.length));
    vectors.push({ first: inputs.length, terms });
    for (let t = 0; t < terms; t++) {
      for (let lane = 0; lane < 4; lane++) {
        const seen = table[o + lane] ?? maps[0];
        const real = o + lane < table.length && t < seen.length;
        inputs.push(real ? seen[t] : seen[0]);
        connections.push(real ? firstOf[o + lane] + t : -1);
      }
    }
  }
  return { vectors, maps: table.length, inputs, connections };
}

const tableOf = (node: Node): Connections =>
  (node.attrs as unknown as ConnectedConv2dAttrs).connections;

/** Per place of the last axis of the result, the places of x whose sum it is. */
function channelSums(
  x: Node,
  sources: readonly (readonly number[])[],
  name: string,
  { mark }: Step,
): Node {
  const shape = [...x.shape.slice(0, -1), sources.length];
  const attrs = { sources };
  return mark(createNode({ op: 'channelSums', inputs: [x], attrs, shape, dtype: 'f32', name }));
}

function gathered(x: Node, table: Connections, step: Step): Node {
  const { inputs } = layoutOf(table);
  const sources = inputs.map((channel) => [channel]);
  return step.once(`slots ${x.id} ${JSON.stringify(table)}`, () =>
    channelSums(x, sources, `${x.name}/slots`, step),
  );
}

function packed(w: Node, table: Connections, step: Step): Node {
  const { connections } = layoutOf(table);
  const sources = connections.map((p) => (p < 0 ? [] : [p]));
  return step.once(`slot weights ${w.id} ${JSON.stringify(table)}`, () =>
    channelSums(w, sources, `${w.name}/slots`, step),
  );
}

export function lowerConnected(node: Node, step: Step): Node {
  const table = tableOf(node);
  const [x, w] = node.inputs;
  const inputs = [gathered(x, table, step), packed(w, table, step)];
  return step.mark(
    createNode({ ...node, op: 'slotConv2d', inputs, attrs: { layout: layoutOf(table) } }),
  );
}

/** The gradient in slots, from dy padded at the left and right; then the slots of each input map, summed. */
export function lowerConnectedInputGradient(node: Node, step: Step): Node {
  const table = tableOf(node);
  const layout = layoutOf(table);
  const [dy, w] = node.inputs;
  const [N, H, W, C] = node.shape;
  const reach = w.shape[1] - 1;
  const pads: Pads = [
    [0, 0],
    [reach, reach],
  ];
  const padded = step.mark(
    createNode({
      op: 'pad2d',
      inputs: [dy],
      attrs: { mode: 'constant', pads, value: 0 },
      shape: [N, dy.shape[1], dy.shape[2] + 2 * reach, dy.shape[3]],
      dtype: 'f32',
      name: `${dy.name}/padded`,
    }),
  );
  const slots = step.mark(
    createNode({
      op: 'slotConv2dInput',
      inputs: [padded, packed(w, table, step)],
      attrs: { layout },
      shape: [N, H, W, layout.inputs.length],
      dtype: 'f32',
      name: `${node.name}/slots`,
    }),
  );
  const sources = Array.from({ length: C }, (_, channel) =>
    layout.inputs.flatMap((input, slot) =>
      input === channel && layout.connections[slot] >= 0 ? [slot] : [],
    ),
  );
  return channelSums(slots, sources, node.name, step);
}

export function lowerConnectedKernelGradient(node: Node, step: Step): Node {
  const table = tableOf(node);
  const layout = layoutOf(table);
  const [x, dy] = node.inputs;
  const [KH, KW, P] = node.shape;
  const slots = createNode({
    op: 'slotConv2dWeights',
    inputs: [gathered(x, table, step), dy],
    attrs: { layout },
    shape: [KH, KW, layout.inputs.length],
    dtype: 'f32',
    name: `${node.name}/slots`,
  });
  const sources = Array.from({ length: P }, (_, p) => [layout.connections.indexOf(p)]);
  return channelSums(slots, sources, node.name, step);
}
