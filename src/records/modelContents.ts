/**
 * @file What stands in the two files of a trained model: `model.json` (the spec) and `weights.safetensors`.
 *
 * The names of the classes travel in the metadata of the weights, so that the two files are enough to
 * name what a picture shows. Next stop: `interop/modelTensors.ts`, which reads them back; `runs/folder/modelFiles.ts`, where they lie.
 */
import type { Session } from '../backends/backend.ts';
import { FoveaError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { encodeModel } from '../interop/modelTensors.ts';
import { withoutComments } from '../models/commented.ts';
import { parametersOf } from '../nn/network.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';
import type { StateValue } from '../nn/trained.ts';
import { trainedScope } from '../train/snapshots/snapshot.ts';

/** The file of the parameters that the session holds for this spec object, the one that was trained. */
export async function encodeWeights(
  session: Session,
  spec: ModelSpec,
  classes: readonly string[],
): Promise<Uint8Array> {
  const scope = trainedScope(session, spec);
  const weights = new Map<string, StateValue>();
  for (const { name, shape } of parametersOf(spec))
    weights.set(name, { shape, data: await scope.readState(name) });
  return encodeModel({ spec, weights, classes });
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
