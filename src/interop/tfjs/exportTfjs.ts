/**
 * @file A model as a TensorFlow.js layers model: model.json and its weights in shards of 4 MB, as a cache of a browser
 * likes them.
 *
 * Before: `../keras/export/topology.ts`. Next stop: `importTfjs.ts`, the way back.
 */
import { sizeOf } from '../../base/shape.ts';
import { version } from '../../base/version.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import type { ChosenOptions, ExportedFiles } from '../exporting.ts';
import { arraysOf } from '../keras/export/exportKeras.ts';
import { kerasTopology } from '../keras/export/topology.ts';

const SHARD_BYTES = 4 * 2 ** 20;

export function exportModel(
  model: TrainedModel,
  { name }: Pick<ChosenOptions, 'name'>,
): ExportedFiles {
  const { json, parts } = kerasTopology(model.spec, 'tfjs');
  const arrays = parts.flatMap((part) => {
    const values = arraysOf(part, model);
    return part.variables.map((variable, i) => ({
      name: `${part.name}/${variable.name}`,
      shape: values[i]?.shape ?? [],
      data: values[i]?.data ?? new Float32Array(0),
    }));
  });
  const bytes = new Uint8Array(arrays.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0));
  let at = 0;
  for (const { data } of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const shards = shardsOf(bytes, name);
  const weights = arrays.map(({ name: own, shape }) => ({ name: own, shape, dtype: 'float32' }));
  const text = JSON.stringify({
    format: 'layers-model',
    generatedBy: `Fovea ${version}`,
    convertedBy: null,
    modelTopology: { ...json, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' },
    userDefinedMetadata: { classes: model.classes },
    weightsManifest: [{ paths: [...shards.keys()], weights }],
  });
  return new Map([[`${name}.json`, new TextEncoder().encode(text)], ...shards]);
}

/** NAME-shard1of2.bin, ... */
function shardsOf(bytes: Uint8Array, name: string): Map<string, Uint8Array> {
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  const shards = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const own = bytes.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES);
    shards.set(`${name}-shard${i + 1}of${count}.bin`, own);
  }
  return shards;
}
