/**
 * @file A trained network as operators that keep channels first, from its inputs to its outputs.
 *
 * Before: `layerNodes.ts`. Next stop: `../onnx/out/exportOnnx.ts`.
 */
import { unreachable } from '../../base/errors.ts';
import { layerShapes, type PlacedLayer } from '../../nn/shapes.ts';
import { inputsOf, outputsOf } from '../../nn/spec.ts';
import type { StateValue, TrainedModel } from '../../nn/trained.ts';
import { type TorchTensorSlot, torchLayers } from '../stateDict/torchLayers.ts';
import { layerNodes } from './layerNodes.ts';
import { preprocessingNodes } from './preprocessingNodes.ts';
import { type OperatorProgram, ProgramBuilder, type ProgramEnd } from './program.ts';
import { channelsFirst } from './rowOrders.ts';
import { toChannelsFirst, toChannelsLast } from './shapeNodes.ts';

export interface ProgramOptions {
  /** How pictures come and go: (N, C, H, W) or (N, H, W, C). */
  readonly pictures: 'nchw' | 'nhwc';
  /** Whether it reads pixels 0..255 and makes its numbers of them itself. */
  readonly readsPixels: boolean;
}

export function toProgram(model: TrainedModel, options: ProgramOptions): OperatorProgram {
  const { spec } = model;
  const { turned } = channelsFirst(spec);
  const slots = slotsByLayer(model);
  const b = new ProgramBuilder();
  const values = new Map<string, string>();
  const inputs: ProgramEnd[] = [];
  // The ends keep their names; a layer called as one of them gives way.
  for (const { name } of [...inputsOf(spec), ...outputsOf(spec)]) b.free(name);
  for (const { name, shape, preprocessing } of inputsOf(spec)) {
    const { border = 0 } = options.readsPixels ? preprocessing : {};
    const [H, W, C] = shape;
    const inner = shape.length === 3 ? [H - 2 * border, W - 2 * border, C] : shape;
    inputs.push({ name, shape: endShape(inner, options) });
    const isTurned = shape.length === 3 && options.pictures === 'nhwc';
    const given = isTurned ? toChannelsFirst(b, name) : name;
    values.set(
      name,
      options.readsPixels ? preprocessingNodes(b, given, shape, preprocessing) : given,
    );
  }
  for (const layer of layerShapes(spec)) {
    b.layer = layer.spec.name;
    values.set(layer.spec.name, written(layer));
  }
  b.layer = '';
  const outputs = outputsOf(spec).map(({ name, layer }) => {
    const shape = shapeOf(layer);
    const value = valueNamed(layer);
    const turnedBack =
      shape.length === 3 && options.pictures === 'nhwc' ? toChannelsLast(b, value) : value;
    return { from: turnedBack, name, shape: endShape(shape, options) };
  });
  for (const { from, name } of outputs) {
    b.nodes.push({ op: 'Identity', inputs: [from], output: name, attributes: {}, layer: '' });
  }
  return { inputs, outputs, nodes: withoutIdentities(b), constants: b.constants };

  function valueNamed(name: string): string {
    return values.get(name) ?? unreachable(`no value "${name}"`);
  }

  function shapeOf(name: string): readonly number[] {
    const layer = layerShapes(spec).find(({ spec: { name: own } }) => own === name);
    return layer?.outputShape ?? [];
  }

  function written(layer: PlacedLayer): string {
    const { name, shares = name, options: own } = layer.spec;
    const reads = layer.inputs.map(valueNamed);
    const tensor = (torch: string): StateValue => {
      const slot = slots.get(shares)?.get(torch) ?? unreachable(`no ${torch} in "${shares}"`);
      return slot.toTorch(model.weights.get(slot.parameter) ?? unreachable(slot.parameter));
    };
    return layerNodes({
      b,
      layer,
      options: own,
      inputs: reads,
      x: reads[0] ?? '',
      isPicture: layer.inputShapes[0].length === 3,
      isTurned: turned.has(name),
      weight: (torch) => b.weight(`${shares}.${torch}`, () => shaped(layer, tensor(torch))),
      tensor,
    });
  }
}

/** Slopes of pictures are one for each channel: (C, 1, 1). */
function shaped({ spec, inputShapes: [input] }: PlacedLayer, value: StateValue): StateValue {
  const isSlopes = spec.kind === 'prelu' && value.shape.length === 1 && input.length === 3;
  return isSlopes ? { ...value, shape: [...value.shape, 1, 1] } : value;
}

function slotsByLayer({ spec }: TrainedModel): Map<string, ReadonlyMap<string, TorchTensorSlot>> {
  return new Map(
    torchLayers(spec).map(({ layer, slots }) => [
      layer.spec.name,
      new Map(slots.map((slot) => [slot.torch, slot])),
    ]),
  );
}

const endShape = (shape: readonly number[], { pictures }: ProgramOptions): readonly number[] => {
  const [H, W, C] = shape;
  return shape.length === 3 && pictures === 'nchw' ? [C, H, W] : shape;
};

/** An output takes the place of the value it is a copy of, where nothing else reads that and no input is it. */
function withoutIdentities(b: ProgramBuilder): OperatorProgram['nodes'] {
  const readers = Map.groupBy(
    b.nodes.flatMap(({ inputs }) => inputs),
    (name) => name,
  );
  const renamed = new Map<string, string>();
  for (const {
    op,
    inputs: [from = ''],
    output,
  } of b.nodes) {
    const isMade = b.nodes.some((node) => node.output === from);
    if (op === 'Identity' && isMade && readers.get(from)?.length === 1) renamed.set(from, output);
  }
  return b.nodes
    .filter(({ op, inputs: [from = ''] }) => op !== 'Identity' || !renamed.has(from))
    .map((node) => ({ ...node, output: renamed.get(node.output) ?? node.output }));
}
