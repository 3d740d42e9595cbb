/**
 * @file Layers as functions of what other layers give: `conv2d({ ... })(x)`, `add()(a, b)`.
 *
 * A call computes nothing: it notes who reads whom. `nn/model.ts` walks these notes back from the output
 * and writes them down as a spec, where layers name the layers they read. Next stop: `nn/model.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Shape } from '../../base/shape.ts';

/** A layer as it is written: in the list of `sequential`, or before its call in a `model`. */
export interface LayerInput {
  readonly kind: string;
  readonly name?: string | undefined;
  readonly inputs?: readonly string[] | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a layer gives, or the model's input: pass it to the layers that read it. */
export type LayerOutput =
  | { readonly shape: Shape; readonly layer?: undefined }
  | { readonly layer: LayerInput; readonly reads: readonly LayerOutput[] };

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
  if (typeof read === 'object' && read !== null && ('shape' in read || 'reads' in read)) return;
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
