/**
 * @file A trained model as named tensors, and back: what stands in a run's `weights.safetensors` and in an exported one.
 *
 * Names of classes travel in the metadata. An exported file holds the network too, so that it needs no second file.
 * Next stop: `safetensors/safetensors.ts`.
 */

import { joinedBytes } from '../base/bytes.ts';
import { checkedClassNames } from '../base/classNames.ts';
import { FoveaError } from '../base/errors.ts';
import { allFinite } from '../base/finite.ts';
import { parseJson } from '../base/json.ts';
import { shownValue } from '../base/printable.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { parametersOf } from '../nn/network.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { layerShapes } from '../nn/shapes.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { StateValue, TrainedModel } from '../nn/trained.ts';
import {
  readSafetensors,
  type Safetensors,
  safetensorsParts,
  type WrittenTensors,
} from './safetensors/safetensors.ts';

/** The file of a model's parameters; `withNetwork`: and of the network itself. */
export function encodeModel(model: TrainedModel, options: EncodeOptions = {}): Uint8Array {
  return joinedBytes(modelParts(model, options));
}

interface EncodeOptions {
  readonly withNetwork?: boolean;
}

/** The same file in parts: a large model is not copied once more. */
export function modelParts(
  { spec, weights, classes }: TrainedModel,
  { withNetwork = false }: EncodeOptions = {},
): readonly Uint8Array[] {
  return safetensorsParts(weights as WrittenTensors, {
    format: 'fovea',
    model: spec.name,
    classes: JSON.stringify(classes),
    ...(withNetwork ? { spec: JSON.stringify(spec) } : {}),
  });
}

/** The network that stands in a file's metadata; undefined where there is none. */
export function specIn({ metadata }: Safetensors, where: string): ModelSpec | undefined {
  const { spec } = metadata;
  if (metadata.format !== 'fovea' || spec === undefined) return undefined;
  return parseModelSpec(parseJson(spec, { where, expected: 'a model spec' }));
}

/** The parameters of the model, from the bytes of its weights' file; `where` names the file. */
export function decodeWeights(bytes: Uint8Array, spec: ModelSpec, where: string): TrainedModel {
  return weightsIn(readSafetensors(bytes, where), spec, where);
}

/** The parameters of the model from tensors that bear their names. */
export function weightsIn(
  { tensors, metadata }: Safetensors,
  spec: ModelSpec,
  where: string,
): TrainedModel {
  const weights = new Map<string, StateValue>();
  for (const { name, shape } of parametersOf(spec)) {
    const tensor = tensors.get(name);
    if (tensor === undefined || !sameShape(tensor.shape, shape)) {
      throw new FoveaError({
        where,
        problem:
          tensor === undefined
            ? `it has no "${name}"`
            : `"${name}" has the shape ${formatShape(tensor.shape)}`,
        expected: `${formatShape(shape)}, as model.json beside it says`,
        fix: 'take both files from the same run',
      });
    }
    const data = Float32Array.from(tensor.data);
    if (!allFinite(data)) {
      throw new FoveaError({
        where,
        problem: `"${name}" holds NaN or Infinity: a network with such a number answers nothing that counts`,
        expected: 'finite numbers, as training saves them',
        fix: 'take the file from a copy, or train again',
      });
    }
    weights.set(name, { shape, data });
  }
  return { spec, weights, classes: classesIn(metadata, spec, where) };
}

function classesIn(
  { classes }: Safetensors['metadata'],
  spec: ModelSpec,
  where: string,
): readonly string[] {
  const expected = 'names of classes, a list of texts';
  const names = classes === undefined ? [] : parseJson(classes, { where, expected });
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new FoveaError({ where, problem: `"classes" is ${shownValue(names)}`, expected });
  }
  return names.length > 0 ? checkedClassNames(names, where) : numberedClasses(spec);
}

/** "0", "1", ... where nothing says what the classes are. */
export function numberedClasses(spec: ModelSpec): readonly string[] {
  const width = layerShapes(spec).at(-1)?.outputShape.at(-1) ?? 0;
  return Array.from({ length: width }, (_, i) => String(i));
}
