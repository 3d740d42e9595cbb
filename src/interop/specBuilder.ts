/**
 * @file Writes the spec of a model layer by layer, with the shape of everything at hand: what importers build with.
 *
 * Layers are added in an order of computation; what no output needs is left out at the end. Names of others become
 * names that a spec may have. Next stop: `nn/sequential.ts`, which checks what comes out.
 */
import { FoveaError } from '../base/errors.ts';
import { type NonEmpty, nonEmpty } from '../base/lists.ts';
import type { Shape } from '../base/shape.ts';
import { layerOf } from '../nn/layers/index.ts';
import { LayerNames } from '../nn/names.ts';
import { parseOptions } from '../nn/options.ts';
import { parseModelSpec } from '../nn/sequential.ts';
import { INPUT, type LayerSpec, type ModelSpec, type Preprocessing } from '../nn/spec.ts';

/** What an input or a layer gives. */
export interface BuiltTensor {
  /** Of the input or layer. */
  readonly name: string;
  /** Of one row, without the batch. */
  readonly shape: Shape;
}

export interface AddedLayer {
  readonly kind: string;
  /** As it is wished for; another where it is taken or no name for a layer. */
  readonly name: string;
  readonly reads: NonEmpty<BuiltTensor>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** false: training leaves its numbers alone. */
  readonly trainable?: boolean;
  /** The layer whose parameters it uses, where it has any. */
  readonly shares?: string | undefined;
}

export interface BuiltModel {
  readonly name: string;
  readonly outputs: NonEmpty<{ readonly name: string; readonly tensor: BuiltTensor }>;
  readonly preprocessing?: Preprocessing | undefined;
}

export class SpecBuilder {
  readonly #inputs: BuiltTensor[] = [];
  readonly #layers: (LayerSpec & { readonly inputs: readonly string[] })[] = [];
  readonly #names = new LayerNames();
  readonly #parameters = new Map<string, Shape>();

  /** An input; without a name it is the only one. */
  input(shape: Shape, name?: string): BuiltTensor {
    const input = {
      name: this.#names.takeFree(name === undefined ? INPUT : plainName(name)),
      shape,
    };
    this.#inputs.push(input);
    return input;
  }

  add({ kind, name, reads, options = {}, trainable, shares }: AddedLayer): BuiltTensor {
    const layer = layerOf(kind);
    const own = this.#names.takeFree(plainName(name));
    const where = `layer "${own}" (${kind})`;
    const all = parseOptions(layer.options, options, where);
    const shapes = nonEmpty(
      reads.map(({ shape }) => shape),
      'inputs',
    );
    const built = inPlace(where, () => ({
      shape: layer.outputShape(shapes, all),
      parameters: layer.parameters?.(shapes, all) ?? [],
    }));
    const isShared = shares !== undefined && built.parameters.length > 0;
    this.#layers.push({
      kind,
      name: own,
      inputs: reads.map((read) => read.name),
      ...(isShared ? { shares } : {}),
      ...(trainable === false && built.parameters.length > 0 ? { trainable } : {}),
      options: all,
    });
    if (!isShared) {
      for (const { name: one, shape } of built.parameters)
        this.#parameters.set(`${own}/${one}`, shape);
    }
    return { name: own, shape: built.shape };
  }

  /** The shape of a parameter by the name of its state; undefined where the layer has none, or another's. */
  parameterShape(state: string): Shape | undefined {
    return this.#parameters.get(state);
  }

  /** Names of inputs that no output depends on. */
  unread(outputs: readonly BuiltTensor[]): readonly string[] {
    const needed = this.#neededBy(outputs);
    return this.#inputs.map(({ name }) => name).filter((name) => !needed.has(name));
  }

  /** Whether one of `others` is worked out from `tensor`. */
  leadsTo(tensor: BuiltTensor, others: readonly BuiltTensor[]): boolean {
    return others.some(
      (other) => other.name !== tensor.name && this.#neededBy([other]).has(tensor.name),
    );
  }

  build({ name, outputs, preprocessing }: BuiltModel): ModelSpec {
    const needed = this.#neededBy(outputs.map(({ tensor }) => tensor));
    const inputs = this.#inputs.filter((input) => needed.has(input.name));
    const [only, ...more] = inputs;
    const isPlain = only !== undefined && more.length === 0 && only.name === INPUT;
    let before = more.length === 0 ? only?.name : undefined;
    const layers = this.#layers
      .filter((layer) => needed.has(layer.name))
      .map((layer) => {
        const { inputs: reads, ...rest } = layer;
        // The layer before is what a layer reads anyway.
        const isNext = reads.length === 1 && reads[0] === before;
        before = layer.name;
        return isNext ? rest : layer;
      });
    return parseModelSpec({
      name: name === '' ? 'model' : name,
      ...(preprocessing === undefined ? {} : { preprocessing }),
      ...(isPlain ? { inputShape: only.shape } : { inputs }),
      ...(outputs.length === 1
        ? {}
        : {
            outputs: outputs.map(({ name: own, tensor }) => ({
              name: plainName(own),
              layer: tensor.name,
            })),
          }),
      layers,
    });
  }

  /** Names of all layers and inputs that these are worked out from, themselves included. */
  #neededBy(outputs: readonly BuiltTensor[]): ReadonlySet<string> {
    const needed = new Set(outputs.map(({ name }) => name));
    for (const { name, inputs, shares } of this.#layers.toReversed()) {
      if (!needed.has(name)) continue;
      for (const read of inputs) needed.add(read);
      if (shares !== undefined) needed.add(shares);
    }
    return needed;
  }
}

/** Letters, digits, "_", "-" and "." alone. */
export const plainName = (name: string): string =>
  name.replace(/[^\w.-]+/g, '_').slice(0, 200) || 'layer';

/** Runs `task`; an error of ours that has no place yet gets this one. */
function inPlace<T>(where: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof FoveaError) || error.parts.where !== undefined) throw error;
    throw new FoveaError({ ...error.parts, where }, { cause: error });
  }
}
