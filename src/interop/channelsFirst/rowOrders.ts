/**
 * @file A network as programs see it that keep channels first: which layers then get their rows in another order.
 *
 * There a picture (C, H, W) is flattened to rows that are not ours, and what reads such a row needs its weights in their
 * order. Where something reads it for which the order counts (a reshape, distances, the end of the network), the picture
 * is brought to our order before it is flattened. Before: `../layouts.ts`. Next stop: `../stateDict/torchLayers.ts`.
 */
import { sizeOf } from '../../base/shape.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { type ModelSpec, outputsOf } from '../../nn/spec.ts';
import { channelsFirstOrder } from '../layouts.ts';

/** order[place channels first] = place channels last; undefined: the same. */
export type RowOrder = Int32Array | undefined;

export interface ChannelsFirst {
  /** Of what each layer reads first, by layer. */
  readonly inputOrders: ReadonlyMap<string, RowOrder>;
  /** Flatten layers before which a picture is brought to our order. */
  readonly turned: ReadonlySet<string>;
}

/** Layers that treat every number of a row alike, or have a number of their own for each. */
const ORDERLY = new Set(['activation', 'dropout', 'clip', 'batchNormalization', 'prelu']);
const JOINS = new Set(['add', 'subtract', 'multiply', 'average', 'maximum', 'minimum']);

export function channelsFirst(spec: ModelSpec): ChannelsFirst {
  const layers = layerShapes(spec);
  const ends = new Set(outputsOf(spec).map(({ layer }) => layer));
  const turned = new Set<string>();
  // Each round turns one flatten layer more at least, until every order can be followed.
  for (;;) {
    const round = follow(layers, ends, turned);
    if (round.wrong.size === 0) return { inputOrders: round.inputOrders, turned };
    for (const name of round.wrong) turned.add(name);
  }
}

/** The order of a row, and the flatten layers it comes from. */
interface Row {
  readonly order: RowOrder;
  readonly from: ReadonlySet<string>;
}

const PLAIN: Row = { order: undefined, from: new Set() };

function follow(
  layers: readonly PlacedLayer[],
  ends: ReadonlySet<string>,
  turned: ReadonlySet<string>,
) {
  const rows = new Map<string, Row>();
  const inputOrders = new Map<string, RowOrder>();
  const wrong = new Set<string>();
  for (const { spec, inputs, inputShapes } of layers) {
    const { name, kind, shares } = spec;
    const reads = inputs.map((input) => rows.get(input) ?? PLAIN);
    const [first = PLAIN] = reads;
    inputOrders.set(name, first.order);
    // A layer applied twice has one set of weights, for one order.
    if (shares !== undefined && !isSame({ ...PLAIN, order: inputOrders.get(shares) }, first)) {
      addAll(wrong, [first]);
      for (const [at, row] of rows) if (readBy(layers, shares) === at) addAll(wrong, [row]);
    }
    let row = PLAIN;
    if (kind === 'flatten' && inputShapes[0].length === 3 && !turned.has(name)) {
      row = { order: orderOf(inputShapes[0]), from: new Set([name]) };
    } else if (ORDERLY.has(kind) || kind === 'flatten') row = first;
    else if (JOINS.has(kind) && reads.every((read) => isSame(read, first))) {
      row = { order: first.order, from: new Set(reads.flatMap(({ from }) => [...from])) };
    } else if (kind === 'concatenate' && inputShapes[0].length === 1) {
      row = joined(reads, inputShapes.map(sizeOf));
    } else if (kind !== 'dense') addAll(wrong, reads);
    if (ends.has(name)) addAll(wrong, [row]);
    rows.set(name, row);
  }
  return { inputOrders, wrong };
}

/** The layer that a layer reads first. */
const readBy = (layers: readonly PlacedLayer[], name: string): string | undefined =>
  layers.find(({ spec }) => spec.name === name)?.inputs[0];

function addAll(wrong: Set<string>, reads: readonly Row[]): void {
  for (const { order, from } of reads) {
    if (order !== undefined) for (const name of from) wrong.add(name);
  }
}

function orderOf(picture: readonly number[]): RowOrder {
  const [H = 1, W = 1, C = 1] = picture;
  return C === 1 || H * W === 1 ? undefined : channelsFirstOrder([H, W, C]);
}

const isSame = ({ order: a }: Row, { order: b }: Row): boolean =>
  a === b || (a !== undefined && b !== undefined && a.every((place, i) => place === b[i]));

/** Rows one behind the other. */
function joined(reads: readonly Row[], lengths: readonly number[]): Row {
  if (reads.every(({ order }) => order === undefined)) return PLAIN;
  const order: number[] = [];
  reads.forEach((read, i) => {
    const before = order.length;
    const own = read.order ?? Array.from({ length: lengths[i] ?? 0 }, (_, place) => place);
    for (const place of own) order.push(before + place);
  });
  return { order: Int32Array.from(order), from: new Set(reads.flatMap(({ from }) => [...from])) };
}
