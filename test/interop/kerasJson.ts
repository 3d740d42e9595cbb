/**
 * @file Files of Keras made by a test: JSON of layers in a few words, weights beside it, and what the model answers.
 */
import { referenceBackend } from '../../src/backends/reference/index.ts';
import { importModel } from '../../src/interop/importers.ts';
import { type GroupOut, writeHdf5 } from '../../src/interop/keras/writeHdf5.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { predictBatch } from '../../src/train/prediction/batchPrediction.ts';

export type Json = Record<string, unknown>;
export interface Given {
  readonly name: string;
  readonly arrays: readonly (readonly [
    name: string,
    shape: readonly number[],
    data?: readonly number[],
  ])[];
}

export const ramp = (n: number) =>
  Float32Array.from({ length: n }, (_, i) => ((i * 7) % 11) / 11 - 0.4);
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A file as Keras 2 keeps it. */
export function h5(
  config: unknown,
  layers: readonly Given[],
  version = '2.9.0',
): Promise<Uint8Array> {
  const groups = layers.map(({ name, arrays }): [string, GroupOut] => {
    const weights = arrays.map(([own, shape, data]) => {
      const numbers = data === undefined ? ramp(sizeOf(shape)) : Float32Array.from(data);
      return [own, { shape, data: numbers }] as const;
    });
    // A name with "/" is a path: groups on the way to the array.
    const inner = new Map<string, GroupOut>();
    for (const [own, array] of weights) {
      const [folder, leaf] = own.split('/');
      const before = inner.get(folder)?.arrays ?? new Map();
      inner.set(folder, { arrays: new Map([...before, [leaf, array]]) });
    }
    return [name, { attributes: { weight_names: weights.map(([own]) => own) }, groups: inner }];
  });
  return writeHdf5({
    attributes: {
      keras_version: version,
      ...(config === undefined ? {} : { model_config: JSON.stringify(config) }),
    },
    groups: new Map([
      [
        'model_weights',
        { attributes: { layer_names: layers.map(({ name }) => name) }, groups: new Map(groups) },
      ],
    ]),
  });
}

export const open = async (bytes: Uint8Array, name = 'net.h5') =>
  importModel(await sourceOfFiles(name, new Map([[name, bytes]])));

export const layer = (className: string, config: Json, more: Json = {}) => ({
  class_name: className,
  config: { name: String(config.name ?? className.toLowerCase()), ...config },
  ...more,
});
export const inputLayer = (...shape: (number | null)[]) =>
  layer('InputLayer', { batch_input_shape: [null, ...shape], name: 'in' });
export const chain = (...layers: Json[]) => ({
  class_name: 'Sequential',
  config: { name: 'net', layers },
});

/** A chain without numbers, or with those given. */
export const chained = async (layers: Json[], weights: readonly Given[] = [], version?: string) =>
  open(await h5(chain(...layers), weights, version));

/** What a model answers to numbers as it reads them. */
export async function answers(model: Awaited<ReturnType<typeof open>>, numbers: readonly number[]) {
  await using session = await referenceBackend.open();
  const plain = { ...model, spec: { ...model.spec, preprocessing: { scale: 1, offset: 0 } } };
  const found = await predictBatch(session, plain, Float32Array.from(numbers));
  return [...Object.values(found)[0].data];
}
