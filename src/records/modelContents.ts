/**
 * @file What stands in the two files of a trained model: `model.json` (the spec) and `weights.safetensors`.
 *
 * The names of the classes travel in the metadata of the weights, so that the two files are enough to
 * name what a picture shows. Next stop: `interop/safetensors.ts`; `runs/folder/modelFiles.ts`, where they lie.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { shownValue } from '../base/printable.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { checkedClassNames } from '../data/classNames.ts';
import { readSafetensors, type Safetensors, writeSafetensors } from '../interop/safetensors.ts';
import { withoutComments } from '../models/commented.ts';
import { parametersOf } from '../nn/network.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { layerShapes } from '../nn/shapes.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { StateValue, TrainedModel } from '../nn/trained.ts';
import { trainedScope } from '../train/snapshots/snapshot.ts';

/** The file of the parameters that the session holds for this spec object, the one that was trained. */
export async function encodeWeights(
  session: Session,
  spec: ModelSpec,
  classes: readonly string[],
): Promise<Uint8Array> {
  const scope = trainedScope(session, spec);
  const tensors = new Map<string, StateValue>();
  for (const { name, shape } of parametersOf(spec))
    tensors.set(name, { shape, data: await scope.readState(name) });
  const metadata = { format: 'fovea', model: spec.name, classes: JSON.stringify(classes) };
  return writeSafetensors(tensors, metadata);
}

/** A spec from a file's bytes; what stands under "//" is for people. */
export function decodeSpec(bytes: Uint8Array, where: string): ModelSpec {
  try {
    const written = parseJson(bytes, { where, expected: 'a model spec' });
    return parseModelSpec(withoutComments(written));
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    const { where: place } = error.parts;
    if (place === where) throw error;
    throw new FoveaError({
      ...error.parts,
      where: place === undefined ? where : `${where}: ${place}`,
    });
  }
}

/** The parameters of the model, from the bytes of its weights' file; `where` names the file. */
export function decodeWeights(bytes: Uint8Array, spec: ModelSpec, where: string): TrainedModel {
  const { tensors, metadata } = readSafetensors(bytes, where);
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
    if (!data.every(Number.isFinite)) {
      throw new FoveaError({
        where,
        problem: `"${name}" holds NaN or Infinity: a network with such a number answers nothing that counts`,
        expected: 'finite numbers, as training saves them',
        fix: 'take the file from a copy, or train again',
      });
    }
    weights.set(name, { shape, data });
  }
  return { spec, weights, classes: classesOf(metadata, spec, where) };
}

function classesOf(
  { classes }: Safetensors['metadata'],
  spec: ModelSpec,
  where: string,
): readonly string[] {
  const expected = 'names of classes, a list of texts';
  const names = classes === undefined ? [] : parseJson(classes, { where, expected });
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
    throw new FoveaError({ where, problem: `"classes" is ${shownValue(names)}`, expected });
  }
  if (names.length > 0) return checkedClassNames(names, where);
  const width = layerShapes(spec).at(-1)?.outputShape.at(-1) ?? 0;
  return Array.from({ length: width }, (_, i) => String(i));
}
