/**
 * @file Weights as Keras 3 keeps them in model.weights.h5: a path per layer, its arrays by number.
 *
 *   layers/conv2d/vars/0, layers/conv2d/vars/1, layers/conv2d_1/vars/0, ...
 *   layers/functional/layers/dense/vars/0      a layer of a model that is a layer
 *
 * Paths are made of classes and counted, in the order of the layers, whatever their names: the second convolution is
 * "conv2d_1". Newer files say the layer's name beside it. Before: `../hdf5.ts`. Next stop: `assign.ts`.
 */
import type { Hdf5 } from '../hdf5.ts';
import type { LayerVariables } from '../runModel.ts';
import type { KerasLayer, KerasModel } from '../topology.ts';
import { assign, type StoredArray, type Wanted, wantedOf } from './assign.ts';

/** What the group of a model's layers is called; the second name is TensorFlow 2.12's. */
const GROUPS = ['layers', '_layer_checkpoint_dependencies'];

/** Whether the file keeps weights in this way. */
export function hasVars(file: Hdf5): boolean {
  return GROUPS.some((group) => file.names(group) !== undefined);
}

/** Keras's rule for words: "Conv2D" is "conv2d", "MaxPooling2D" "max_pooling2d", "PReLU" "p_re_lu". */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The group of each layer of a model that is gone through as Keras does; the file names them in this order. */
export function groupNames(layers: readonly Pick<KerasLayer, 'className'>[]): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ className }) => {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  });
}

/** A sequential model does not count its input among its layers. */
export const groupedLayers = ({ kind, layers }: KerasModel): readonly KerasLayer[] =>
  kind === 'sequential' ? layers.filter(({ className }) => className !== 'InputLayer') : layers;

/** Arrays of the file for the numbers of the layers. */
export function varsWeights(
  file: Hdf5,
  model: KerasModel,
  layers: readonly LayerVariables[],
  where: string,
): readonly (readonly [Wanted, StoredArray])[] {
  const held = new Map(layers.map((layer) => [layer.path.join('\0'), layer]));
  return inModel(file, model, { prefix: '', path: [], held, where });
}

interface Place {
  /** Of the model's own group, with a "/" behind it. */
  readonly prefix: string;
  readonly path: readonly string[];
  readonly held: ReadonlyMap<string, LayerVariables>;
  readonly where: string;
}

function inModel(
  file: Hdf5,
  model: KerasModel,
  { prefix, path, held, where }: Place,
): readonly (readonly [Wanted, StoredArray])[] {
  const groups = GROUPS.map((name) => prefix + name);
  const group = groups.find((name) => file.names(name) !== undefined) ?? groups[0];
  const layers = groupedLayers(model);
  const names = groupNames(layers);
  return layers.flatMap((layer, i) => {
    const own = `${group}/${names[i]}`;
    const here = [...path, layer.name];
    if (layer.model !== undefined) {
      return inModel(file, layer.model, { prefix: `${own}/`, path: here, held, where });
    }
    const wanted = held.get(here.join('\0'));
    if (wanted === undefined || wanted.variables.length === 0) return [];
    return assign(wantedOf([wanted]), arraysIn(file, own), `${where}: ${own}`);
  });
}

function arraysIn(file: Hdf5, group: string): StoredArray[] {
  const numbers = (file.names(`${group}/vars`) ?? []).filter((key) => /^\d+$/.test(key));
  return numbers
    .sort((a, b) => Number(a) - Number(b))
    .flatMap((key) => {
      const dataset = file.dataset(`${group}/vars/${key}`);
      if (dataset === undefined) return [];
      return [{ name: key, shape: dataset.shape, read: dataset.read }];
    });
}
