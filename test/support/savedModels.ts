/** @file Networks of random weights, in memory and as folders that commands read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sizeOf } from '../../src/base/shape.ts';
import { writeSafetensors } from '../../src/interop/safetensors/safetensors.ts';
import { modelOf } from '../../src/models/index.ts';
import { parametersOf } from '../../src/nn/network.ts';
import { initialStates } from '../../src/nn/programs/programs.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';

/** Ten classes: digits where one channel is read, else names of several words. */
export function randomModel(spec: ModelSpec): TrainedModel {
  const states = initialStates(spec, { seed: 5 });
  const weights = parametersOf(spec).map(({ name, shape }) => {
    const data = states.get(name) ?? new Float32Array(sizeOf(shape));
    return [name, { shape, data }] as const;
  });
  const isGray = spec.inputShape[2] === 1;
  const classes = Array.from({ length: 10 }, (_, i) => (isGray ? `${i}` : `kind <${i}>`));
  return { spec, weights: new Map(weights), classes };
}

export const named = (name: string): TrainedModel => randomModel(modelOf(name as 'lenet5'));

/** As a run's folder holds it. */
export function saveModelFiles(folder: string, { spec, weights, classes }: TrainedModel): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'model.json'), JSON.stringify(spec));
  const metadata = { format: 'fovea', model: spec.name, classes: JSON.stringify(classes) };
  writeFileSync(path.join(folder, 'weights.safetensors'), writeSafetensors(weights, metadata));
  return folder;
}
