/**
 * @file Safetensors in: a model of ours with its network in the file or beside it, or weights of other programs.
 *
 * Before: `../importers.ts`. Next stop: `../stateDict/ontoSpec.ts`, for weights under other names.
 */
import { parametersOf } from '../../nn/network.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { ImportedModel, ImportOptions } from '../importing.ts';
import { numberedClasses, specIn, weightsIn } from '../modelTensors.ts';
import type { Source } from '../source.ts';
import { needsSpec, ontoSpec } from '../stateDict/ontoSpec.ts';
import type { StateDict } from '../stateDict/stateDict.ts';
import { readSafetensors, type Safetensors } from './safetensors.ts';

export async function importModel(
  { bytes, where }: Source,
  { model: given }: ImportOptions,
): Promise<ImportedModel> {
  const file = readSafetensors(bytes, where);
  const spec = given ?? specIn(file, where);
  if (spec === undefined) throw needsSpec(dictOf(file), where);
  if (parametersOf(spec).every(({ name }) => file.tensors.has(name))) {
    const isWhole = given === undefined;
    return {
      ...weightsIn(file, spec, where),
      notes: [],
      preprocessing: isWhole ? 'file' : 'model',
      producedBy: 'Fovea',
    };
  }
  return {
    spec,
    ...ontoSpec(dictOf(file), spec, where),
    classes: numberedClasses(spec),
    preprocessing: 'model',
    producedBy: file.metadata.format === 'pt' ? 'PyTorch, as safetensors' : 'safetensors',
  };
}

/** Writers of safetensors sort by name: the file has no order. */
function dictOf({ tensors }: Safetensors): StateDict {
  const entries = new Map<string, StateValue>();
  for (const [name, { shape, data }] of tensors) {
    entries.set(name, {
      shape,
      data: data instanceof Float32Array ? data : Float32Array.from(data),
    });
  }
  return { entries, isInOrder: false };
}
