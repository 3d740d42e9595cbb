/**
 * @file Safetensors out: one file with the weights, and with the network in its metadata.
 *
 * Before: `exporters.ts`.
 */
import type { TrainedModel } from '../../nn/trained.ts';
import type { ChosenOptions, ExportedFiles } from '../exporting.ts';
import { encodeModel } from '../modelTensors.ts';

export function exportModel(model: TrainedModel, { name }: ChosenOptions): ExportedFiles {
  return new Map([[`${name}.safetensors`, encodeModel(model, { withNetwork: true })]]);
}
