/**
 * @file PyTorch out: a state dict in a zip, and the module that loads it.
 *
 * Before: `../exporters.ts`. Next stop: `moduleText.ts`, which writes the module.
 */
import { storeZip } from '../../archives/storeZip.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import type { ChosenOptions, ExportedFiles } from '../exporting.ts';
import { moduleText } from './moduleText.ts';
import { torchState } from './torchNames.ts';
import { torchPickle } from './writeTorchPickle.ts';

/** Numbers begin at multiples of so many bytes, as torch.save has it. */
const ALIGNMENT = 64;

export function exportModel(model: TrainedModel, { name }: ChosenOptions): ExportedFiles {
  const file = `${name}.pth`;
  const load = `torch.load(${JSON.stringify(file)}, weights_only=True)`;
  return new Map([
    [file, torchFile(model, name)],
    ['model.py', new TextEncoder().encode(moduleText(model, { load }))],
  ]);
}

export function torchFile(model: TrainedModel, folder: string): Uint8Array {
  const tensors = [...torchState(model)].map(([name, value]) => ({ name, ...value }));
  const files = new Map([
    [`${folder}/data.pkl`, torchPickle(tensors)],
    [`${folder}/byteorder`, new TextEncoder().encode('little')],
  ]);
  tensors.forEach(({ data }, i) => {
    const { buffer, byteOffset, byteLength } = data;
    files.set(`${folder}/data/${i}`, new Uint8Array(buffer, byteOffset, byteLength));
  });
  files.set(`${folder}/version`, new TextEncoder().encode('3\n'));
  return storeZip(files, ALIGNMENT);
}
