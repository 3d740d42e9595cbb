/**
 * @file ONNX in: a file and what lies beside it, as a network of layers with its weights.
 *
 * Before: `../importers.ts`. Next stop: `decode.ts`, then `spec/importSpec.ts`; any other model: `importGraph.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { ImportedModel } from '../importing.ts';
import { modelNameOf, type Source } from '../source.ts';
import { decodeModel, externalFilesOf, type OnnxModel } from './decode.ts';
import { specOfOnnx } from './spec/importSpec.ts';

export async function importModel(source: Source): Promise<ImportedModel> {
  return specOfOnnx(await readOnnx(source), modelNameOf(source));
}

/** The model with the files beside it that it names. */
export async function readOnnx(source: Source): Promise<OnnxModel> {
  const model = decodeModel(source.bytes, source.where);
  const external = new Map<string, Uint8Array>();
  for (const path of externalFilesOf(model)) {
    const file = await besides(source, path);
    if (file !== undefined) external.set(path, file.bytes);
  }
  return { ...model, external };
}

async function besides(source: Source, path: string): Promise<Source | undefined> {
  try {
    return await source.beside(path);
  } catch (error) {
    if (!(error instanceof FoveaError) || error.parts.where !== undefined) throw error;
    throw new FoveaError({ ...error.parts, where: source.where }, { cause: error });
  }
}
