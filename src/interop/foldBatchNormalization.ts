/**
 * @file Batch normalisations folded into the convolution or dense layer before them, for use without training.
 *
 *   gamma (w x + b - mean) / root(variance + epsilon) + beta = (w f) x + ((b - mean) f + beta),  f = gamma / root(...)
 *
 * Folded where that layer has no activation and nothing else reads it; the others stay. The layer keeps its name, and
 * what read the normalisation reads it.
 */
import { unreachable } from '../base/errors.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { layerShapes, type PlacedLayer } from '../nn/shapes.ts';
import { type LayerSpec, outputsOf } from '../nn/spec.ts';
import type { StateValue, TrainedModel } from '../nn/trained.ts';

/** Kernels by kind of layer; their last axis is the channels that the layer gives. */
const KERNELS: Readonly<Record<string, string>> = {
  conv2d: 'kernel',
  depthwiseConv2d: 'depthwiseKernel',
  dense: 'kernel',
};

export function foldBatchNormalization(model: TrainedModel): TrainedModel {
  const placed = layerShapes(model.spec);
  const folds = placed.flatMap((layer) => {
    const before = foldedInto(layer, placed, model);
    return before === undefined ? [] : [{ normalization: layer.spec, before }];
  });
  if (folds.length === 0) return model;
  const weights = new Map(model.weights);
  const gone = new Map(folds.map(({ normalization, before }) => [normalization.name, before.name]));
  const biased = new Set(gone.values());
  for (const { normalization, before } of folds) fold(weights, normalization, before);
  const layers = placed
    .filter(({ spec }) => !gone.has(spec.name))
    .map(({ spec, inputs }) => ({
      ...spec,
      inputs: inputs.map((name) => gone.get(name) ?? name),
      ...(biased.has(spec.name) ? { options: { ...spec.options, useBias: true } } : {}),
    }));
  const outputs = outputsOf(model.spec).map(({ name, layer }) => ({
    name,
    layer: gone.get(layer) ?? layer,
  }));
  const named = model.spec.outputs === undefined ? {} : { outputs };
  return { ...model, spec: parseModelSpec({ ...model.spec, ...named, layers }), weights };
}

/** The layer that a normalisation can be folded into. */
function foldedInto(
  { spec, inputs: [from] }: PlacedLayer,
  placed: readonly PlacedLayer[],
  { spec: model }: TrainedModel,
): LayerSpec | undefined {
  if (spec.kind !== 'batchNormalization' || spec.shares !== undefined) return undefined;
  const before = placed.find((layer) => layer.spec.name === from)?.spec;
  if (before === undefined || KERNELS[before.kind] === undefined) return undefined;
  const isShared = placed.some(({ spec: { shares } }) =>
    [before.name, spec.name].includes(shares ?? ''),
  );
  const readers = placed.filter(({ inputs }) => inputs.includes(before.name)).length;
  const isOutput = outputsOf(model).some(({ layer }) => layer === before.name);
  const isPlain = before.options.activation === 'linear' && before.shares === undefined;
  return isPlain && !isShared && readers === 1 && !isOutput ? before : undefined;
}

function fold(weights: Map<string, StateValue>, normalization: LayerSpec, before: LayerSpec): void {
  const of = (name: string): StateValue => weights.get(name) ?? unreachable(`no ${name}`);
  const own = (name: string) => of(`${normalization.name}/${name}`).data;
  const [gamma, beta, mean] = [own('gamma'), own('beta'), own('movingMean')];
  const variance = own('movingVariance');
  const epsilon = Number(normalization.options.epsilon);
  const factors = Float64Array.from(gamma, (g, c) => g / Math.sqrt(variance[c] + epsilon));
  const kernelName = `${before.name}/${KERNELS[before.kind]}`;
  const kernel = of(kernelName);
  const scaled = Float32Array.from(kernel.data, (w, i) => w * factors[i % factors.length]);
  weights.set(kernelName, { shape: kernel.shape, data: scaled });
  const bias = weights.get(`${before.name}/bias`)?.data;
  const moved = Float32Array.from(factors, (f, c) => ((bias?.[c] ?? 0) - mean[c]) * f + beta[c]);
  weights.set(`${before.name}/bias`, { shape: [factors.length], data: moved });
  for (const name of ['gamma', 'beta', 'movingMean', 'movingVariance']) {
    weights.delete(`${normalization.name}/${name}`);
  }
}
