/**
 * @file What the chapters on LeNet-5 and AlexNet ask of the library: counts, connections, fields, codes.
 */
import {
  accountsOf,
  biasesOf,
  type Convention,
  type CountedLayer,
  compareConventions,
  countAs,
  distanceTable,
  type LayerSummary,
  lenetConnections,
  modelOf,
  type Summary,
  summarize,
} from 'fovea/web';

const summaries = new Map<string, Summary>();

export function summaryOf(model: string): Summary {
  const known = summaries.get(model) ?? summarize(modelOf(model));
  summaries.set(model, known);
  return known;
}

export function layerOf(model: string, layer: string): LayerSummary {
  return found(
    summaryOf(model).layers.find(({ name }) => name === layer),
    `${model} has no layer ${layer}`,
  );
}

/** The square window of a layer: its side, and the stride. */
export function windowOf(
  model: string,
  layer: string,
): { readonly size: number; readonly stride: number } {
  const { kernel, strides } = layerOf(model, layer).window ?? {};
  return { size: found(kernel, `${layer} has no window`)[0], stride: strides?.[0] ?? 1 };
}

/** One option of a layer, as its spec has it. */
export function optionOf(model: string, layer: string, option: string): unknown {
  const spec = modelOf(model).layers.find(({ name }) => name === layer);
  return found(spec, `${model} has no layer ${layer}`).options[option];
}

/** Parameters of the layers that have any, in order. */
export function parameterCounts(model: string): number[] {
  return summaryOf(model)
    .layers.map(({ parameters }) => parameters)
    .filter((count) => count > 0);
}

/** Side of the square of input pixels that a unit of the layer sees. */
export function fieldOf(model: string, layer: string): number {
  return found(layerOf(model, layer).receptiveField, `${layer} sees no picture`).size[0];
}

export function counted(model: string, convention: Convention) {
  return compareConventions(accountsOf(modelOf(model)), convention);
}

export function countedLayer(model: string, layer: string, convention: Convention): CountedLayer {
  return found(
    countAs(modelOf(model), convention).layers.find(({ name }) => name === layer),
    `${model} has no layer ${layer}`,
  );
}

/** Biases of dense layers, and additions of biases in convolutions. */
export const biases = (model: string) => biasesOf(modelOf(model));

export const tableOne = lenetConnections;
export const kernelsInC3 = (): number => lenetConnections.flat().length;

/** Four maps that are no neighbours, even if the first follows the last. */
export function hasGaps(maps: readonly number[]): boolean {
  return maps.length < MAPS_OF_S2 && gapsIn(maps).filter((gap) => gap > 1).length > 1;
}

/** Neighbours only because the first follows the last. */
export function goesRound(maps: readonly number[]): boolean {
  const beyond = gapsIn(maps).filter((gap) => gap > 1).length;
  const wraps = maps.includes(0) && maps.includes(MAPS_OF_S2 - 1);
  return maps.length < MAPS_OF_S2 && beyond === 1 && wraps;
}

const MAPS_OF_S2 = Math.max(...lenetConnections.flat()) + 1;

/** Steps from each map to the next, round the end. */
const gapsIn = (maps: readonly number[]): number[] =>
  maps.map((map, i) => ((maps[(i + 1) % maps.length] ?? 0) - map + MAPS_OF_S2) % MAPS_OF_S2);

/** Pixels of background that a model puts around a picture. */
export const border = (model: string): number => modelOf(model).preprocessing.border ?? 0;

/** Pixels in which the codes of two digits differ. */
export function codesDiffer(a: string, b: string): number {
  return found(distanceTable([a, b])[0]?.[1], `no codes of ${a} and ${b}`);
}

function found<T>(value: T | undefined | null, missing: string): T {
  if (value === undefined || value === null) throw new RangeError(missing);
  return value;
}
