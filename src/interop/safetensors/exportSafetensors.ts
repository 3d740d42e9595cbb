/**
 * @file Safetensors out: one file with the weights and the network in its metadata, or the weights as PyTorch names and
 * lays them out, with the module that loads them.
 *
 * Before: `../exporters.ts`.
 */
import type { TrainedModel } from '../../nn/trained.ts';
import type { ChosenOptions, ExportedFiles } from '../exporting.ts';
import { encodeModel } from '../modelTensors.ts';
import { moduleText } from '../pytorch/moduleText.ts';
import { torchState } from '../pytorch/torchNames.ts';
import { writeSafetensors } from './safetensors.ts';

export function exportModel(model: TrainedModel, { name, layout }: ChosenOptions): ExportedFiles {
  const file = `${name}.safetensors`;
  if (layout === 'fovea') return new Map([[file, encodeModel(model, { withNetwork: true })]]);
  const state = torchState(model) as Parameters<typeof writeSafetensors>[0];
  const text = moduleText(model, {
    load: `load_file(${JSON.stringify(file)})`,
    imports: ['from safetensors.torch import load_file'],
  });
  return new Map([
    [file, writeSafetensors(state, { format: 'pt' })],
    ['model.py', new TextEncoder().encode(text)],
  ]);
}
