/**
 * @file A model as `.keras`, which Keras 3 loads: a zip of config.json, metadata.json and model.weights.h5.
 *
 * The same model gives the same bytes: the file says no time. Names of classes, for which Keras has no place, stand in
 * the metadata. Before: `topology.ts`. Next stop: `exportH5.ts`.
 */
import { zipSync } from 'fflate';
import { unreachable } from '../../../base/errors.ts';
import type { StateValue, TrainedModel } from '../../../nn/trained.ts';
import type { ChosenOptions, ExportedFiles } from '../../exporting.ts';
import { groupNames } from '../weights/vars.ts';
import { type ArrayOut, type GroupOut, writeHdf5 } from '../writeHdf5.ts';
import { type KerasOut, type KerasPart, kerasTopology } from './topology.ts';

/** The version whose words the file speaks. */
const KERAS = '3.10.0';
const MIDNIGHT_1980 = new Date(1980, 0, 1);

export async function exportModel(
  model: TrainedModel,
  { name }: Pick<ChosenOptions, 'name'>,
): Promise<ExportedFiles> {
  const out = kerasTopology(model.spec, 'keras3');
  const weights = await writeHdf5(weightsOf(out, model));
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const metadata = {
    keras_version: KERAS,
    date_saved: '1980-01-01@00:00:00',
    fovea_classes: model.classes,
  };
  const files = {
    'metadata.json': text(metadata),
    'config.json': text(out.json),
    'model.weights.h5': weights,
  };
  // Keras stores without packing.
  return new Map([[`${name}.keras`, zipSync(files, { level: 0, mtime: MIDNIGHT_1980 })]]);
}

/** layers/conv2d/vars/0, ...; a group for every layer, whether it holds numbers or not. */
function weightsOf({ parts, json }: KerasOut, model: TrainedModel): GroupOut {
  const names = groupNames(parts);
  const vars = (name: string, arrays: ReadonlyMap<string, ArrayOut> = new Map()): GroupOut => ({
    attributes: { name },
    arrays,
  });
  const groups = parts.map((part, i) => {
    const arrays = arraysOf(part, model).map((array, k) => [String(k), array] as const);
    return [
      names[i] ?? '',
      { groups: new Map([['vars', vars(part.name, new Map(arrays))]]) },
    ] as const;
  });
  const { config } = json as { readonly config: { readonly name: string } };
  return {
    groups: new Map([
      ['layers', { groups: new Map<string, GroupOut>(groups) }],
      ['vars', vars(config.name)],
    ]),
  };
}

/** The numbers of one layer in Keras's order and shapes. */
export function arraysOf({ variables }: KerasPart, { weights }: TrainedModel): readonly ArrayOut[] {
  return variables.map(({ state, shape }) => {
    const value: StateValue = weights.get(state) ?? unreachable(`no state "${state}"`);
    const data = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
    return { shape: shape ?? value.shape, data };
  });
}
