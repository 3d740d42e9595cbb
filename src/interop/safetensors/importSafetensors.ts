/**
 * @file Safetensors in: a model of ours, with its network in the file or beside it.
 *
 * Before: `importers.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { ImportedModel, ImportOptions } from '../importing.ts';
import { specIn, weightsIn } from '../modelTensors.ts';
import type { Source } from '../source.ts';
import { readSafetensors } from './safetensors.ts';

export async function importModel(
  { bytes, where }: Source,
  { model: given }: ImportOptions,
): Promise<ImportedModel> {
  const file = readSafetensors(bytes, where);
  const spec = given ?? specIn(file, where);
  if (spec === undefined) {
    throw new FoveaError({
      where,
      problem: 'it holds weights and no network',
      expected: 'the network they belong to: the name of a model, a model.json or a run',
    });
  }
  return {
    ...weightsIn(file, spec, where),
    notes: [],
    preprocessing: 'file',
    producedBy: file.metadata.format === 'fovea' ? 'Fovea' : 'safetensors',
  };
}
