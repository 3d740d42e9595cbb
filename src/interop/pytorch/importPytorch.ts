/**
 * @file PyTorch in: a state dict, put onto a network that is given.
 *
 * Before: `../importers.ts`. Next stop: `torchFile.ts`, then `../stateDict/ontoSpec.ts`.
 */
import type { ImportedModel, ImportOptions } from '../importing.ts';
import { numberedClasses } from '../modelTensors.ts';
import type { Source } from '../source.ts';
import { needsSpec, ontoSpec } from '../stateDict/ontoSpec.ts';
import { readTorchFile } from './torchFile.ts';

export async function importModel(
  source: Source,
  { model: spec }: ImportOptions,
): Promise<ImportedModel> {
  const dict = await readTorchFile(source);
  if (spec === undefined) throw needsSpec(dict, source.where);
  const matched = ontoSpec(dict, spec, source.where);
  return {
    spec,
    ...matched,
    classes: numberedClasses(spec),
    preprocessing: 'model',
    producedBy: 'a state dict of PyTorch',
  };
}
