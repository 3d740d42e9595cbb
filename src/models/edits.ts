/**
 * @file Changes of single layers of a model, written as settings: "lenet5,conv2d.filters=8,dense.dropout=0.5".
 *
 *   LAYER.OPTION=VALUE   an option of the layer, by its name; lists between slashes: conv2d.kernelSize=5/3
 *   LAYER.kind=KIND      another layer in its place, with the options that both know
 *   LAYER.dropout=RATE   a dropout layer behind it, called LAYERDropout
 *   LAYER.removed=true   none in its place
 *
 * They are applied in the order in which they are written. `draftOf` goes on where `modelOf` throws: it says which
 * layer is concerned, for those who edit a model and look at what comes of it. Before: `options.ts`.
 */
import { FoveaError, unknownName } from '../base/errors.ts';
import { layerOf } from '../nn/layers/index.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import type { LayerSpec, ModelSpec } from '../nn/spec.ts';

/** Settings as they are given: those with a dot in their name are about a layer. */
type Given = Readonly<Record<string, unknown>>;

/** A spec whose options are not checked yet. */
type Layers = readonly LayerSpec[];

/** Of one layer, with the words by which errors name it. */
interface Edit {
  readonly layer: string;
  readonly what: string;
  readonly value: unknown;
}

/** The settings of a model that are about single layers, and the others. */
export function splitEdits(given: Given): {
  readonly options: Given;
  readonly edits: Given;
} {
  const entries = Object.entries(given);
  const part = (isEdit: boolean): Given =>
    Object.fromEntries(entries.filter(([key]) => key.includes('.') === isEdit));
  return { options: part(false), edits: part(true) };
}

/** The model with its layers changed; throws where a change makes no sense or the layers no longer fit. */
export function edited(spec: ModelSpec, edits: Given): ModelSpec {
  if (Object.keys(edits).length === 0) return spec;
  return parseModelSpec({ ...spec, layers: editedLayers(spec.layers, edits) });
}

/** A model that is being edited: as far as its layers fit. */
export interface Draft {
  /** As they were asked for; options may be wrong. */
  readonly layers: Layers;
  /** The whole model; null where something is wrong. */
  readonly spec: ModelSpec | null;
  /** The layers before the one that is wrong; null where that is the first. */
  readonly sound: ModelSpec | null;
  readonly problem: {
    /** null: the change itself makes no sense. */
    readonly layer: string | null;
    readonly error: FoveaError;
  } | null;
}

export function draftOf(spec: ModelSpec, edits: Given): Draft {
  const layers = attempt(() => editedLayers(spec.layers, edits));
  if (layers instanceof FoveaError) {
    return {
      layers: spec.layers,
      spec: null,
      sound: spec,
      problem: { layer: null, error: layers },
    };
  }
  const of = (count: number) =>
    attempt(() => parseModelSpec({ ...spec, layers: layers.slice(0, count) }));
  const whole = of(layers.length);
  if (!(whole instanceof FoveaError)) return { layers, spec: whole, sound: whole, problem: null };
  let sound: ModelSpec | null = null;
  for (const [i, { name }] of layers.entries()) {
    const upTo = of(i + 1);
    if (upTo instanceof FoveaError)
      return { layers, spec: null, sound, problem: { layer: name, error: upTo } };
    sound = upTo;
  }
  return { layers, spec: null, sound, problem: { layer: null, error: whole } };
}

function attempt<T>(task: () => T): T | FoveaError {
  try {
    return task();
  } catch (error) {
    if (error instanceof FoveaError) return error;
    throw error;
  }
}

function editedLayers(layers: Layers, edits: Given): Layers {
  return Object.entries(edits).reduce((changed, [key, value]) => {
    const dot = key.lastIndexOf('.');
    return applied(changed, { layer: key.slice(0, dot), what: key.slice(dot + 1), value });
  }, layers);
}

function applied(layers: Layers, { layer: name, what, value }: Edit): Layers {
  const names = layers.map((layer) => layer.name);
  const i = names.indexOf(name);
  const layer = layers[i];
  if (layer === undefined) throw unknownName('layer', name, names);
  const replaced = (...by: readonly LayerSpec[]): Layers => layers.toSpliced(i, 1, ...by);
  switch (what) {
    case 'kind':
      return replaced(ofKind(layer, String(value)));
    case 'removed':
      if (value !== true) throw wrong(name, `${what}=${String(value)}`, `${what}=true`);
      if (layers.length === 1) throw wrong(name, 'removing it', 'at least one layer');
      return replaced();
    case 'dropout':
      return replaced(layer, {
        kind: 'dropout',
        name: `${name}Dropout`,
        options: { rate: value },
      });
    default:
      return replaced({ ...layer, options: { ...layer.options, [what]: value } });
  }
}

const wrong = (layer: string, problem: string, expected: string): FoveaError =>
  new FoveaError({ where: `layer "${layer}"`, problem, expected });

/** Options that the other kind does not know are left out. */
function ofKind({ options, ...layer }: LayerSpec, kind: string): LayerSpec {
  const known = layerOf(kind).options.shape;
  const kept = Object.entries(options).filter(([name]) => Object.hasOwn(known, name));
  return { ...layer, kind, options: Object.fromEntries(kept) };
}

/** The words that `parseModelWords` reads as these options: { "conv2d.filters": 8 } -> "lenet5,conv2d.filters=8". */
export function modelWords(name: string, options: Given): string {
  const settings = Object.entries(options).map(
    ([key, value]) => `${key}=${Array.isArray(value) ? value.join('/') : String(value)}`,
  );
  return [name, ...settings].join(',');
}
