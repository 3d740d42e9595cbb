/**
 * @file A model as `.h5` in the words of Keras 2, which Keras 2 and Keras 3 load.
 *
 * A group per layer with the names of its arrays. Before: `topology.ts`. Next stop: `../weights/legacy.ts`, the way back.
 */
import type { TrainedModel } from '../../../nn/trained.ts';
import type { ChosenOptions, ExportedFiles } from '../../exporting.ts';
import { type GroupOut, writeHdf5 } from '../writeHdf5.ts';
import { arraysOf } from './exportKeras.ts';
import { type KerasPart, kerasTopology } from './topology.ts';

/** The version whose words the file speaks. */
const ORIGIN = { backend: 'tensorflow', keras_version: '2.15.0' };

export async function exportModel(
  model: TrainedModel,
  { name }: Pick<ChosenOptions, 'name'>,
): Promise<ExportedFiles> {
  const { json, parts } = kerasTopology(model.spec, 'keras2');
  const none: GroupOut = { attributes: { weight_names: [] } };
  const layers = new Map<string, GroupOut>([
    ...parts.map((part) => [part.name, layerGroup(part, model)] as const),
    ['top_level_model_weights', none],
  ]);
  const names = parts.map((part) => part.name);
  const bytes = await writeHdf5({
    attributes: {
      ...ORIGIN,
      model_config: JSON.stringify(json),
      fovea_classes: JSON.stringify(model.classes),
    },
    groups: new Map([
      ['model_weights', { attributes: { ...ORIGIN, layer_names: names }, groups: layers }],
    ]),
  });
  return new Map([[`${name}.h5`, bytes]]);
}

/** conv2d/conv2d/kernel:0: the arrays' names hold a "/". */
function layerGroup(part: KerasPart, model: TrainedModel): GroupOut {
  const own = part.variables.map((variable) => `${variable.name}:0`);
  const attributes = { weight_names: own.map((name) => `${part.name}/${name}`) };
  if (own.length === 0) return { attributes };
  const arrays = new Map(arraysOf(part, model).map((array, i) => [own[i] ?? '', array]));
  return { attributes, groups: new Map([[part.name, { arrays }]]) };
}
