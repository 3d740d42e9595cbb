/**
 * @file A Keras model's JSON as a tree: layers, the calls of each, and what goes in and out; of Keras 1, 2 and 3 alike.
 *
 *   { "class_name": "Sequential", "config": { "layers": [...] } }              also: "config": [...]
 *   { "class_name": "Functional" | "Model", "config": { "layers": [...], "input_layers", "output_layers" } }
 *
 * A layer may be a model itself. Layers of a functional model are called once per entry of `inbound_nodes`. What a layer
 * means is not asked here. Next stop: `runModel.ts`, which calls the layers in order.
 */
import { FoveaError } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';
import { isObject, type Json } from './config.ts';
import { modernLayer } from './keras1.ts';

/** What call `node` of a layer gave. */
export interface TensorRef {
  readonly layer: string;
  readonly node: number;
  /** Which of several results. */
  readonly tensor: number;
}

export interface LayerCall {
  readonly reads: readonly TensorRef[];
  /** Options of the call alone: { training: false }. */
  readonly options: Json;
}

export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: Json;
  /** Empty in a sequential model, where each layer reads the one before. */
  readonly calls: readonly LayerCall[];
  /** Where the layer is a model. */
  readonly model?: KerasModel;
}

export interface KerasModel {
  readonly kind: 'sequential' | 'functional';
  readonly name: string;
  readonly trainable: boolean;
  readonly layers: readonly KerasLayer[];
  /** Of a functional model. */
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly { readonly name: string; readonly ref: TensorRef }[];
  /** Batch and one row, where the model says it beside its layers. */
  readonly builtFor?: readonly unknown[] | undefined;
}

const MOST_LAYERS = 100_000;
const FUNCTIONAL = ['Functional', 'Model'];

/** Whether a JSON value looks like the description of a model. */
export function isTopology(value: unknown): value is Json {
  return isObject(value) && typeof value.class_name === 'string' && 'config' in value;
}

/** The model that a JSON value describes; `where` names the file. */
export function parseTopology(value: unknown, where: string): KerasModel {
  if (!isTopology(value)) throw noModel(where, `it holds ${shownValue(value)}`);
  const model = modelIn(value, where);
  if (model !== undefined) return model;
  throw noModel(where, `it describes ${shownValue(value.class_name)}`);
}

function noModel(where: string, problem: string): FoveaError {
  return new FoveaError({
    where,
    problem,
    expected: 'a Sequential or functional Keras model',
    fix: 'a model that is a class of its own keeps its network in Python: build it from layers and save it again',
  });
}

function modelIn(value: Json, where: string): KerasModel | undefined {
  const { class_name: kind, config } = value;
  const list = Array.isArray(config) ? config : isObject(config) ? config.layers : undefined;
  const isFunctional = FUNCTIONAL.includes(String(kind));
  if ((kind !== 'Sequential' && !isFunctional) || !Array.isArray(list)) return undefined;
  if (list.length > MOST_LAYERS) throw noModel(where, `it has ${list.length} layers`);
  const own: Json = isObject(config) ? config : {};
  const layers = list.map((layer, i) => layerIn(layer, i, where));
  checkNames(layers, where);
  return {
    kind: isFunctional ? 'functional' : 'sequential',
    name: typeof own.name === 'string' ? own.name : 'sequential',
    trainable: own.trainable !== false,
    layers,
    inputs: isFunctional ? refsIn(own.input_layers, where).map(({ ref }) => ref) : [],
    outputs: isFunctional ? refsIn(own.output_layers, where) : [],
    builtFor: builtFor(own.build_input_shape) ?? builtFor(buildConfigOf(value)),
  };
}

const builtFor = (shape: unknown) => (Array.isArray(shape) ? shape : undefined);
const buildConfigOf = ({ build_config: build }: Json) =>
  isObject(build) ? build.input_shape : undefined;

function checkNames(layers: readonly KerasLayer[], where: string): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) {
      throw new FoveaError({ where, problem: `two layers are called ${shownValue(name)}` });
    }
    names.add(name);
  }
}

function layerIn(value: unknown, position: number, where: string): KerasLayer {
  const place = `${where}: layer ${position + 1}`;
  if (!isTopology(value)) {
    throw new FoveaError({
      where: place,
      problem: `it is ${shownValue(value)}`,
      expected: '"class_name" and "config"',
    });
  }
  checkOrigin(value, place);
  const model = modelIn(value, place);
  const { className, config } = modernLayer(String(value.class_name), configOf(value, model));
  const given = value.name ?? config.name;
  const name = typeof given === 'string' ? given : `${className}_${position}`;
  const calls = Array.isArray(value.inbound_nodes)
    ? value.inbound_nodes.map((node) => callIn(node, `${where}: layer ${shownValue(name)}`))
    : [];
  return { name, className, config, calls, ...(model === undefined ? {} : { model }) };
}

/** An old sequential model has a list for a config. */
function configOf({ config }: Json, model: KerasModel | undefined): Json {
  if (isObject(config)) return config;
  return model === undefined ? {} : { name: model.name };
}

/** Layers of a user's own program bear a package's name, or stand in a module that is not Keras's. */
function checkOrigin({ class_name: name, registered_name: given, module }: Json, where: string) {
  const isForeign =
    typeof module === 'string' && !/^(keras|tf_keras|tensorflow\.keras)\b/.test(module);
  const isCustom = [name, given].some((word) => typeof word === 'string' && word.includes('>'));
  if (!isForeign && !isCustom) return;
  const origin = isForeign ? ` of the module ${shownValue(module)}` : '';
  throw new FoveaError({
    where,
    problem: `${shownValue(given ?? name)}${origin} is no layer of Keras but of the program that saved it`,
    expected: 'layers of Keras alone, since what another does stands in Python',
    fix: 'build the model from layers of Keras and save it again',
  });
}

/** Keras 1 and 2: [[name, node, tensor, options], ...]; Keras 3: { args: [...], kwargs: {...} }. */
function callIn(node: unknown, where: string): LayerCall {
  if (isObject(node)) {
    const { args, kwargs } = node;
    const options = isObject(kwargs) ? kwargs : {};
    return {
      reads: [...tensorsIn(args, where, true), ...tensorsIn(options, where, false)],
      options: withoutTensors(options),
    };
  }
  const entries = Array.isArray(node) ? node : [];
  if (entries.length === 0) throw broken(where, node);
  const reads: TensorRef[] = [];
  let options: Json = {};
  for (const entry of entries) {
    reads.push(refIn(entry, where));
    const [, , , more] = entry as readonly unknown[];
    if (!isObject(more)) continue;
    const tensors = Object.entries(more).filter(([, value]) => isRef(value));
    reads.push(...tensors.map(([, value]) => refIn(value, where)));
    options = {
      ...options,
      ...Object.fromEntries(Object.entries(more).filter(([, v]) => !isRef(v))),
    };
  }
  return { reads, options };
}

function isRef(value: unknown): value is readonly [string, number, number, ...unknown[]] {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || value.length < 3) return false;
  return Number.isSafeInteger(value[1]) && Number.isSafeInteger(value[2]);
}

function refIn(value: unknown, where: string): TensorRef {
  if (!isRef(value)) throw broken(where, value);
  const [layer, node, tensor] = value;
  return { layer, node, tensor };
}

function broken(where: string, value: unknown): FoveaError {
  return new FoveaError({
    where,
    problem: `it reads ${shownValue(value)}`,
    expected: 'what layers it reads: their name, the number of the call, the number of the result',
  });
}

const isTensor = (value: unknown): value is Json =>
  isObject(value) && value.class_name === '__keras_tensor__';

/** Keras 3's tensors, wherever they stand in the arguments; `strict`: nothing else may stand there. */
function tensorsIn(value: unknown, where: string, strict: boolean): TensorRef[] {
  if (isTensor(value)) {
    return [refIn(isObject(value.config) ? value.config.keras_history : undefined, where)];
  }
  if (Array.isArray(value)) return value.flatMap((one) => tensorsIn(one, where, strict));
  if (strict) throw broken(where, value);
  return isObject(value) ? Object.values(value).flatMap((one) => tensorsIn(one, where, false)) : [];
}

function withoutTensors(options: Json): Json {
  const holds = (value: unknown): boolean =>
    isTensor(value) || (Array.isArray(value) && value.some(holds));
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !holds(value)));
}

/** One [name, node, tensor], several, or several by name. */
function refsIn(value: unknown, where: string): { name: string; ref: TensorRef }[] {
  if (isRef(value)) return [{ name: value[0], ref: refIn(value, where) }];
  if (Array.isArray(value)) return value.flatMap((one) => refsIn(one, where));
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, one]) =>
      refsIn(one, where).map(({ ref }) => ({ name, ref })),
    );
  }
  throw broken(where, value);
}
