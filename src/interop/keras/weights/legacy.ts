/**
 * @file Weights as Keras 1, 2 and 3 keep them in .h5 files: a group per layer, with its arrays' names in order.
 *
 *   [model_weights/]  @layer_names ["conv2d", ...]
 *     conv2d          @weight_names ["conv2d/kernel:0", "conv2d/bias:0"]
 *       conv2d/kernel:0   an array; its name holds "/" and so is a path
 *
 * A model that is a layer has one group for all its arrays. Before: `../hdf5.ts`. Next stop: `assign.ts`.
 */
import { FoveaError } from '../../../base/errors.ts';
import { shownValue } from '../../../base/printable.ts';
import type { Hdf5 } from '../hdf5.ts';
import type { LayerVariables } from '../runModel.ts';
import { assign, type StoredArray, type Wanted, wantedOf } from './assign.ts';

interface Group {
  readonly name: string;
  readonly arrays: readonly StoredArray[];
}

/** Where the weights of a file begin; undefined where they are not kept in this way. */
export function legacyRoot(file: Hdf5): string | undefined {
  const root = file.names('model_weights') === undefined ? '' : 'model_weights';
  return file.texts(root, 'layer_names') === undefined ? undefined : root;
}

/** Arrays of the file for the numbers of the layers. */
export function legacyWeights(
  file: Hdf5,
  root: string,
  layers: readonly LayerVariables[],
  where: string,
): readonly (readonly [Wanted, StoredArray])[] {
  const groups = groupsIn(file, root, where).filter(({ arrays }) => arrays.length > 0);
  const wanted = byTopLayer(layers);
  const names = new Map(groups.map((group) => [group.name, group]));
  const isNamed = wanted.every(({ name }) => names.has(name));
  if (wanted.length !== groups.length) {
    throw new FoveaError({
      where,
      problem: `${groups.length} of its layers hold weights (${groups.map(({ name }) => name).join(', ')})`,
      expected: `${wanted.length}: ${wanted.map(({ name }) => name).join(', ')}`,
      fix: 'take network and weights from the same model',
    });
  }
  return wanted.flatMap(({ name, all }, i) => {
    const group = isNamed ? names.get(name) : groups[i];
    return assign(wantedOf(all), group?.arrays ?? [], `${where}: ${group?.name}`);
  });
}

/** Layers by the outermost layer they belong to, in order. */
function byTopLayer(layers: readonly LayerVariables[]) {
  const groups = new Map<string, LayerVariables[]>();
  for (const layer of layers) {
    if (layer.variables.length === 0) continue;
    const [top = ''] = layer.path;
    groups.set(top, [...(groups.get(top) ?? []), layer]);
  }
  return [...groups].map(([name, all]) => ({ name, all }));
}

function groupsIn(file: Hdf5, root: string, where: string): Group[] {
  const under = (name: string) => (root === '' ? name : `${root}/${name}`);
  return (file.texts(root, 'layer_names') ?? []).map((name) => {
    const arrays = (file.texts(under(name), 'weight_names') ?? []).map((weight): StoredArray => {
      const path = `${under(name)}/${weight}`;
      const dataset = file.dataset(path);
      if (dataset !== undefined) return { name: weight, shape: dataset.shape, read: dataset.read };
      throw new FoveaError({
        where,
        problem: `it names the weights ${shownValue(path)} and does not hold them`,
        fix: 'the file is damaged: get it again',
      });
    });
    return { name, arrays };
  });
}
