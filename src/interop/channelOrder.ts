/**
 * @file A network that reads blue first, made one that reads red first: pictures here are red, green, blue.
 *
 * The kernels that read the picture get their input channels turned round, and nothing else changes. Where the first
 * layers are other ones, a frozen 1x1 convolution in front does it. Before: `preprocessing.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { last } from '../base/lists.ts';
import { parametersOf } from '../nn/network.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { layerShapes } from '../nn/shapes.ts';
import { INPUT, type ModelSpec } from '../nn/spec.ts';
import type { StateValue, TrainedModel } from '../nn/trained.ts';

/** The same answers for a picture whose channels stand the other way round; `note` says how. */
export function withChannelsReversed<M extends TrainedModel>(
  model: M,
): { readonly model: M; readonly note: string } {
  const { spec, weights } = model;
  if (
    spec.inputs !== undefined ||
    spec.inputShape.length !== 3 ||
    last(spec.inputShape, 'axis') !== 3
  ) {
    throw new FoveaError({
      problem: `${spec.name} reads no picture of three channels`,
      expected: 'one input (height, width, 3) to turn its channels round',
    });
  }
  const readers = layerShapes(spec).filter(({ inputs }) => inputs.includes(INPUT));
  const isShared = (name: string) => spec.layers.some(({ shares }) => shares === name);
  const isFoldable = readers.every(
    ({ spec: { kind, name, options, shares } }) =>
      kind === 'conv2d' && options.groups === 1 && shares === undefined && !isShared(name),
  );
  if (!isFoldable) return withLayerInFront(model);
  const turned = new Map(weights);
  for (const { spec: layer } of readers) {
    const kernel = `${layer.name}/kernel`;
    const value = weights.get(kernel);
    if (value !== undefined) turned.set(kernel, inputsReversed(value));
  }
  const names = readers.map(({ spec: layer }) => layer.name).join(', ');
  return {
    model: { ...model, weights: turned },
    note: `the network read blue first: the input channels of ${names} were turned round`,
  };
}

/** (KH, KW, C, filters), the C axis the other way round. */
function inputsReversed({ shape, data }: StateValue): StateValue {
  const [, , C, filters] = shape;
  const result = new Float32Array(data.length);
  for (let row = 0; row < data.length / filters; row++) {
    const from = row - (row % C) + (C - 1 - (row % C));
    result.set(data.subarray(from * filters, (from + 1) * filters), row * filters);
  }
  return { shape, data: result };
}

function withLayerInFront<M extends TrainedModel>(model: M) {
  const { spec, weights } = model;
  const name = freeName(spec, 'channel_order');
  const front = {
    kind: 'conv2d',
    name,
    trainable: false,
    options: { filters: 3, kernelSize: 1, useBias: false },
  };
  const layers = spec.layers.map((layer) => ({
    ...layer,
    ...(layer.inputs === undefined
      ? {}
      : { inputs: layer.inputs.map((from) => (from === INPUT ? name : from)) }),
  }));
  const changed: ModelSpec = parseModelSpec({ ...spec, layers: [front, ...layers] });
  const [kernel] = parametersOf(changed);
  const data = Float32Array.of(0, 0, 1, 0, 1, 0, 1, 0, 0);
  return {
    model: {
      ...model,
      spec: changed,
      weights: new Map([[kernel?.name ?? '', { shape: [1, 1, 3, 3], data }], ...weights]),
    },
    note: `the network read blue first: a frozen 1x1 convolution (${name}) in front turns the channels round`,
  };
}

function freeName({ layers }: ModelSpec, wanted: string): string {
  const taken = new Set(layers.map(({ name }) => name));
  let name = wanted;
  for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
  return name;
}
