/**
 * @file Layers as functions of what other layers give: `conv2d({ ... })(x)`, `add()(a, b)`.
 *
 * A call computes nothing: it notes who reads whom. `nn/model.ts` walks these notes back from the output
 * and writes them down as a spec, where layers name the layers they read. Next stop: `nn/model.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';
import type { Preprocessing } from '../spec.ts';

/** A layer as it is written: in the list of `sequential`, or before its call in a `model`. */
export interface LayerInput {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly inputs?: readonly string[] | undefined;
  readonly trainable?: boolean | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a layer gives, or the model's input: pass it to the layers that read it. */
export type LayerOutput = ModelInput | AppliedLayer;

/** An input of a model, for layers to be called on. */
export interface ModelInput {
  /** Of one image: [height, width, channels]. */
  readonly shape: Shape;
  /** Needed where a model has several; a record of inputs names them too. */
  readonly name?: string | undefined;
  /** Of this input; default: the model's. */
  readonly preprocessing?: Partial<Preprocessing> | undefined;
  readonly layer?: undefined;
}

/** One application of a layer. Applications of one layer object share its parameters. */
export interface AppliedLayer {
  readonly layer: LayerInput;
  readonly reads: readonly LayerOutput[];
}

export function isLayerOutput(value: unknown): value is LayerOutput {
  if (typeof value !== 'object' || value === null) return false;
  return 'reads' in value || ('shape' in value && Array.isArray(value.shape));
}

/** A layer that can be called on what it reads. */
export interface CallableLayer extends LayerInput {
  (...inputs: readonly LayerOutput[]): LayerOutput;
}

/** Makes a layer callable; in JSON, in a spread and to whoever reads its fields it stays plain data. */
export function callable(layer: LayerInput): CallableLayer {
  const call = (...reads: readonly LayerOutput[]): LayerOutput => {
    reads.forEach((read, i) => {
      checkOutput(read, i, layer);
    });
    if (layer.inputs !== undefined) {
      throw new FoveaError({
        where: placeOf(layer),
        problem: `names its inputs (${layer.inputs.join(', ')}) and is called on others`,
        expected: 'one of the two',
        fix: 'leave the option "inputs" out',
      });
    }
    return { layer: written, reads };
  };
  // A function has a name already, which cannot be assigned.
  const fields = Object.entries(layer).map(([key, value]) => [key, { value, enumerable: true }]);
  const toJSON = { value: () => layer };
  const properties = { ...Object.fromEntries(fields), toJSON };
  const written = Object.defineProperties(call, properties) as CallableLayer;
  return written;
}

function checkOutput(read: unknown, position: number, layer: LayerInput): void {
  if (isLayerOutput(read)) return;
  const isLayer = typeof read === 'function' && 'kind' in read;
  throw new FoveaError({
    where: placeOf(layer),
    problem: `input ${position + 1} is ${isLayer ? `the layer ${read.kind} itself` : 'nothing that a layer gives'}`,
    expected: 'what input({ shape }) or a call of a layer gave',
    fix: isLayer
      ? `call it on what it reads: ${read.kind}({ ... })(x)`
      : 'pass inputs one by one: add()(a, b)',
  });
}

function placeOf({ kind, name }: LayerInput): string {
  return name === undefined ? `layer ${kind}` : `layer "${name}" (${kind})`;
}
