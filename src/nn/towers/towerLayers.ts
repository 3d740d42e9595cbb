/**
 * @file The layers of one tower: half as many maps, and at the layers that need them the maps of the other.
 *
 * What is exchanged is an op of the graph (`ops/ranks.ts`), named after the layer. The halves are joined in the order
 * that the whole network has, so that weights are cut out of its weights and no sum has another order but that of
 * the last layer. Before: `towerPlan.ts`. Next stop: `towerStates.ts`, the weights.
 */
import { first, type NonEmpty, nonEmpty } from '../../base/lists.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import type { Build } from '../../ops/op.ts';
import { channelWindow } from '../../ops/windows/localResponseNormalization.ts';
import { type ActivationName, activate } from '../activations.ts';
import type { CallContext, Layer } from '../layers/layer.ts';
import type { PlacedLayer } from '../shapes.ts';
import type { LayerSpec } from '../spec.ts';
import { groupsOf, TOWERS, type TowerLayer, type TowerPlan, widthOption } from './towerPlan.ts';

/** Name of what is exchanged for a layer; its gradient's has `/gradient` behind it. */
export const exchangeName = (layer: string): string => `${layer}/exchange`;

/** For `expand`, in place of the layers of the whole network; `tower`: 0 or 1. */
export function towerLayers({ layers }: TowerPlan, tower: number): PlacedLayer[] {
  return layers.map((layer) => placedIn(layer, tower));
}

function placedIn(tower: TowerLayer, which: number): PlacedLayer {
  const { role, whole, reads, gives } = tower;
  const options = role === 'alike' || role === 'sum' ? whole.spec.options : halved(whole);
  const readsHalf = reads !== undefined && role !== 'exchange';
  const inputShapes = readsHalf
    ? nonEmpty(whole.inputShapes.map(halfShape), 'inputs')
    : whole.inputShapes;
  return {
    ...whole,
    spec: { ...whole.spec, options },
    layer: layerIn(tower, which),
    inputShapes,
    outputShape: gives === undefined ? whole.outputShape : halfShape(whole.outputShape),
    parameters: whole.layer.parameters?.(inputShapes, options) ?? [],
  };
}

export const halfShape = (shape: Shape): Shape =>
  shape.map((n, axis) => (axis === shape.length - 1 ? n / TOWERS : n));

function halved(whole: PlacedLayer): LayerSpec['options'] {
  const { options } = whole.spec;
  const width = widthOption(whole);
  return {
    ...options,
    ...(width === undefined ? {} : { [width]: Number(options[width]) / TOWERS }),
    ...(groupsOf(whole) === TOWERS ? { groups: 1 } : {}),
  };
}

/** The layer, with what is exchanged before or in it. */
function layerIn({ role, whole, reads = 0 }: TowerLayer, tower: number): Layer {
  const { layer, spec } = whole;
  const call = (change: (context: CallContext<LayerSpec['options']>) => Node): Layer => ({
    ...layer,
    call: change,
  });
  if (role === 'exchange') {
    return call((context) => layer.call({ ...context, inputs: [joined(context, reads, tower)] }));
  }
  if (role === 'border') return call((context) => bordered(layer, context, tower));
  if (role === 'sum') return call((context) => summed(layer, context));
  if (role === 'own' && spec.kind === 'dropout') {
    return call((context) =>
      layer.call({
        ...context,
        // As the whole network draws them.
        random: (shape) => ownPart(context.build, context.random(wholeShape(shape)), reads, tower),
      }),
    );
  }
  return layer;
}

const wholeShape = (half: Shape): Shape =>
  half.map((n, axis) => (axis === half.length - 1 ? n * TOWERS : n));

/** (N, ...half) of both towers -> (N, ...whole): in each row `half` numbers of one, then of the other. */
function joined(
  { build, name, inputs }: Pick<CallContext<unknown>, 'build' | 'name' | 'inputs'>,
  half: number,
  tower: number,
): Node {
  const own = first(inputs, 'input');
  const other = build('rankSwap', [own], {}, exchangeName(name));
  const shape = inTurns(own.shape, half);
  const parts = inOrder(own, other, tower).map((part) => build('reshape', [part], { shape }));
  const both = build('concatenate', parts, { axis: 2 }, `${name}/both`);
  return build('reshape', [both], { shape: wholeShape(own.shape) });
}

/** (N, ...) -> (N, turns, numbers of a turn) */
function inTurns(shape: Shape, turn: number): Shape {
  const [N = 1] = shape;
  return [N, sizeOf(shape) / (N * turn), turn];
}

const inOrder = (own: Node, other: Node, tower: number): NonEmpty<Node> =>
  tower === 0 ? [own, other] : [other, own];

/** (N, ...whole) -> (N, ...half): the tower's turns. */
function ownPart(build: Build, whole: Node, half: number, tower: number): Node {
  const turns = inTurns(whole.shape, half * TOWERS);
  const both = build('reshape', [whole], { shape: turns });
  const sizes = [...turns.slice(0, 2), half];
  const own = build('slice', [both], { starts: [0, 0, half * tower], sizes });
  return build('reshape', [own], { shape: halfShape(whole.shape) });
}

/** Normalises the tower's maps and those of the other that stand in their windows; keeps its own. */
function bordered(layer: Layer, context: CallContext<LayerSpec['options']>, tower: number): Node {
  const { build, name, inputs } = context;
  const own = first(inputs, 'input');
  const [N = 1, H = 1, W = 1, C = 1] = own.shape;
  const width = borderWidth(Number(context.options.size), C);
  const cut = (node: Node, from: number, maps: number, label: string): Node =>
    build('slice', [node], { starts: [0, 0, 0, from], sizes: [N, H, W, maps] }, label);
  const border = cut(own, tower === 0 ? C - width : 0, width, exchangeName(name));
  const other = build('rankSwap', [border], {}, exchangeName(name));
  const maps = build('concatenate', inOrder(own, other, tower), { axis: 3 }, `${name}/both`);
  const all = layer.call({ ...context, inputs: [maps] });
  return cut(all, tower === 0 ? 0 : width, C, `${name}/own`);
}

/** Maps of the other tower, of `maps`, that a window of so many reaches at most. */
export function borderWidth(size: number, maps: number): number {
  const { below, above } = channelWindow(size);
  return Math.min(maps, Math.max(below, above));
}

/** The sum of both towers' products; bias and activation are alike. */
function summed(layer: Layer, context: CallContext<LayerSpec['options']>): Node {
  const { build, name, options } = context;
  const bare = { ...options, useBias: false, activation: 'linear' };
  const products = layer.call({ ...context, options: bare });
  const sum = build('rankSum', [products], { alike: true }, exchangeName(name));
  const biased =
    options.useBias === false
      ? sum
      : build('add', [sum, context.parameter('bias')], {}, `${name}/preactivation`);
  const activation = options.activation as ActivationName;
  return activate(build, activation, biased, `${name}/${activation}`);
}
