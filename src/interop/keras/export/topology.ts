/**
 * @file A spec as Keras's JSON: in the words of Keras 3, of Keras 2, or of TensorFlow.js.
 *
 * A chain becomes a Sequential model, everything else a functional one. The preprocessing goes along as layers right behind
 * the input, so that the model reads pixels 0..255 wherever it goes. Layers keep their names. Before: `pieces.ts`. Next
 * stop: `exportKeras.ts`.
 */
import { FoveaError } from '../../../base/errors.ts';
import { at, nonEmpty } from '../../../base/lists.ts';
import type { Shape } from '../../../base/shape.ts';
import { LayerNames } from '../../../nn/names.ts';
import { layerShapes, type PlacedLayer } from '../../../nn/shapes.ts';
import {
  type InputSpec,
  inputsOf,
  type ModelSpec,
  outputsOf,
  type Preprocessing,
} from '../../../nn/spec.ts';
import type { Json } from '../config.ts';
import type { Piece } from './piece.ts';
import { piecesOf } from './pieces.ts';
import { type Dialect, precision } from './values.ts';

/** One layer of the Keras model. */
export interface KerasPart {
  readonly className: string;
  readonly name: string;
  readonly config: Json;
  /** Its numbers in order: Keras's name, our state, Keras's shape where it is another. */
  readonly variables: readonly {
    readonly name: string;
    readonly state: string;
    readonly shape?: Shape;
  }[];
  /** What it reads, once per call. */
  readonly calls: readonly (readonly Ref[])[];
  /** Of its first input. */
  readonly inputShape: Shape;
}

/** What call `node` of a layer gave. */
interface Ref {
  readonly layer: string;
  readonly node: number;
  readonly shape: Shape;
}

export interface KerasOut {
  readonly json: Json;
  /** In the order of Keras's layers, inputs included where Keras counts them. */
  readonly parts: readonly KerasPart[];
  readonly isSequential: boolean;
}

export function kerasTopology(spec: ModelSpec, dialect: Dialect): KerasOut {
  const assembly = new Assembly(spec, dialect);
  const inputs = inputsOf(spec);
  for (const input of inputs) assembly.input(input, inputs.length === 1);
  for (const layer of layerShapes(spec)) assembly.layer(layer);
  const outputs = outputsOf(spec).map(({ layer }) => assembly.ref(layer));
  const { parts, inputRefs } = assembly;
  const isSequential = inputs.length === 1 && outputs.length === 1 && isChain(parts);
  const writer = { dialect, isSequential };
  const layers = parts.map((part) => layerJson(part, writer));
  const refs = (all: readonly Ref[]) => all.map(({ layer, node }) => [layer, node, 0]);
  const config = isSequential
    ? { name: spec.name, layers }
    : { name: spec.name, layers, input_layers: refs(inputRefs), output_layers: refs(outputs) };
  const json = modelJson(config, inputs, writer);
  const counted = isSequential
    ? parts.filter(({ className }) => className !== 'InputLayer')
    : parts;
  return { json, parts: counted, isSequential };
}

class Assembly {
  readonly parts: KerasPart[] = [];
  readonly inputRefs: Ref[] = [];
  readonly #names: LayerNames;
  readonly #refs = new Map<string, Ref>();
  /** Keras's layers of each of ours, to be called again by those that share its numbers. */
  readonly #made = new Map<string, readonly string[]>();
  readonly #dialect: Dialect;

  constructor({ layers, inputs = [] }: ModelSpec, dialect: Dialect) {
    this.#dialect = dialect;
    this.#names = new LayerNames([...layers, ...inputs].map(({ name }) => name));
  }

  ref(name: string): Ref {
    const found = this.#refs.get(name);
    if (found === undefined) throw new FoveaError(`no layer "${name}"`);
    return found;
  }

  input({ name, shape, preprocessing }: InputSpec, isOnly: boolean): void {
    const own = isOnly ? this.#names.takeFree('input_layer') : name;
    const { parts } = this;
    parts.push({
      className: 'InputLayer',
      name: own,
      config: { ...this.#inputConfig(shape), name: own },
      variables: [],
      calls: [],
      inputShape: shape,
    });
    const ref = { layer: own, node: 0, shape };
    this.inputRefs.push(ref);
    const scaled = preprocessingPieces(preprocessing, shape).reduce(
      (from, piece) =>
        this.#call(piece, this.#names.takeFree('rescaling'), [from], from.shape, true),
      ref,
    );
    this.#refs.set(name, scaled);
  }

  /** Adds one of our layers, or calls again those that it shares. */
  layer({ spec, inputs, inputShapes, outputShape }: PlacedLayer): void {
    const { kind, name, options, shares, trainable } = spec;
    const reads = nonEmpty(inputs, 'inputs').map((input) => this.ref(input));
    const pieces = inPlace(name, kind, () =>
      piecesOf({ kind, options, inputs: inputShapes, output: outputShape, dialect: this.#dialect }),
    );
    const owned = shares === undefined ? undefined : this.#made.get(shares);
    const made: string[] = [];
    let from: readonly Ref[] = reads;
    pieces.forEach((piece, i) => {
      const given = piece.suffix === undefined ? name : `${name}_${piece.suffix}`;
      const own = owned?.[i];
      const ref =
        own === undefined
          ? this.#call(
              piece,
              piece.suffix === undefined ? name : this.#names.takeFree(given),
              from,
              outputShape,
              trainable !== false,
              name,
            )
          : this.#callAgain(own, from, outputShape);
      made.push(ref.layer);
      from = [ref];
    });
    this.#made.set(name, made);
    this.#refs.set(name, at(from, 0, 'result'));
  }

  #call(
    { className, config, variables = [] }: Piece,
    name: string,
    reads: readonly Ref[],
    shape: Shape,
    isTrained: boolean,
    owner = name,
  ): Ref {
    const dtype = precision(this.#dialect);
    this.parts.push({
      className,
      name,
      config: { name, trainable: isTrained, dtype, ...config },
      variables: variables.map(([own, parameter, other]) => {
        const variable = { name: own, state: `${owner}/${parameter}` };
        return other === undefined ? variable : { ...variable, shape: other };
      }),
      calls: [reads],
      inputShape: at(reads, 0, 'input').shape,
    });
    return { layer: name, node: 0, shape };
  }

  #callAgain(name: string, reads: readonly Ref[], shape: Shape): Ref {
    const index = this.parts.findIndex((part) => part.name === name);
    const part = at(this.parts, index, 'layer');
    this.parts[index] = { ...part, calls: [...part.calls, reads] };
    return { layer: name, node: part.calls.length, shape };
  }

  #inputConfig(shape: Shape): Json {
    const batch = [null, ...shape];
    return this.#dialect === 'keras3'
      ? { batch_shape: batch, dtype: 'float32', sparse: false }
      : { batch_input_shape: batch, dtype: 'float32', sparse: false };
  }
}

function inPlace<T>(name: string, kind: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof FoveaError) || error.parts.where !== undefined) throw error;
    throw new FoveaError({ ...error.parts, where: `layer "${name}" (${kind})` }, { cause: error });
  }
}

/** (pixel - mean) * scale + offset, as one or two scalings; one even for pixels as they are, which says that. */
function preprocessingPieces(
  { scale, offset, mean }: Preprocessing,
  shape: Shape,
): readonly Piece[] {
  const rescaling = (factor: unknown, shift: unknown): Piece => ({
    className: 'Rescaling',
    config: { scale: factor, offset: shift },
  });
  const channels = shape.at(-1);
  if (mean !== undefined && mean.length !== channels) {
    throw new FoveaError({
      problem: `the preprocessing subtracts a picture of ${mean.length} numbers`,
      expected: 'a mean per channel',
      fix: 'export to onnx or safetensors',
    });
  }
  const centred =
    mean === undefined
      ? []
      : [
          rescaling(
            1,
            mean.map((m) => -m),
          ),
        ];
  return [...centred, rescaling(scale, offset)];
}

/** Every layer is called once, on the one before. */
function isChain(parts: readonly KerasPart[]): boolean {
  return parts.every(({ calls }, i) => {
    if (i === 0) return calls.length === 0;
    const [reads, ...more] = calls;
    return more.length === 0 && reads?.length === 1 && reads[0]?.layer === parts[i - 1]?.name;
  });
}

interface Writer {
  readonly dialect: Dialect;
  readonly isSequential: boolean;
}

function layerJson(
  { className, name, config, calls, inputShape }: KerasPart,
  writer: Writer,
): Json {
  const { dialect, isSequential } = writer;
  const batch = [null, ...inputShape];
  const common = { class_name: className, config };
  const inbound = { inbound_nodes: calls.map((reads) => nodeJson(reads, dialect)) };
  if (dialect !== 'keras3') return isSequential ? common : { ...common, name, ...inbound };
  return {
    module: 'keras.layers',
    ...common,
    registered_name: null,
    ...(className === 'InputLayer' ? {} : { build_config: { input_shape: batch } }),
    ...(isSequential ? {} : { name, ...inbound }),
  };
}

function nodeJson(reads: readonly Ref[], dialect: Dialect): unknown {
  if (dialect !== 'keras3') return reads.map(({ layer, node }) => [layer, node, 0, {}]);
  const tensors = reads.map(({ layer, node, shape }) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, ...shape], dtype: 'float32', keras_history: [layer, node, 0] },
  }));
  return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
}

function modelJson(
  config: Json,
  inputs: readonly InputSpec[],
  { dialect, isSequential }: Writer,
): Json {
  const batch = [null, ...at(inputs, 0, 'input').shape];
  if (dialect === 'tfjs') return { class_name: isSequential ? 'Sequential' : 'Model', config };
  if (dialect === 'keras2')
    return { class_name: isSequential ? 'Sequential' : 'Functional', config };
  const trainable = { trainable: true, dtype: precision(dialect) };
  const { name, ...rest } = config;
  return isSequential
    ? {
        module: 'keras',
        class_name: 'Sequential',
        config: { name, ...trainable, ...rest, build_input_shape: batch },
        registered_name: null,
        build_config: { input_shape: batch },
      }
    : {
        module: 'keras.src.models.functional',
        class_name: 'Functional',
        config: { name, trainable: true, ...rest },
        registered_name: 'Functional',
        build_config: {
          input_shape: inputs.length === 1 ? batch : inputs.map(({ shape }) => [null, ...shape]),
        },
      };
}
