/**
 * @file Writes the network while the file's nodes are read: layers by name, their weights, and who reads whom.
 *
 * A layer that was just written may still change: it takes in the bias or the activation that follows, where nobody else
 * reads it. Before: `view.ts`. Next stop: `converters.ts`.
 */
import { unreachable } from '../../../base/errors.ts';
import { type NonEmpty, nonEmpty } from '../../../base/lists.ts';
import { type Shape, sameShape, sizeOf } from '../../../base/shape.ts';
import { layerOf } from '../../../nn/layers/index.ts';
import { baseNameOf, LayerNames } from '../../../nn/names.ts';
import { parseOptions } from '../../../nn/options.ts';
import { parseModelSpec } from '../../../nn/sequential.ts';
import { INPUT, type InputSpec, type ModelSpec, type OutputSpec } from '../../../nn/spec.ts';
import {
  isInOrder,
  isPicture,
  pictureShape,
  pictureView,
  plainView,
  transposedView,
  type View,
} from './view.ts';

type Options = Readonly<Record<string, unknown>>;

/** One parameter of a layer, as the layer wants it; made when the model is finished. */
export interface Weight {
  readonly shape: Shape;
  make(): Float32Array;
}

export interface WrittenLayer {
  readonly kind: string;
  readonly name: string;
  readonly reads: readonly string[];
  options: Options;
  readonly weights: Map<string, Weight>;
  shares?: string;
  trainable?: false;
  /** Weights of the file, and how they are laid out: layers of the same ones share them. */
  readonly key?: string | undefined;
}

export interface NewLayer {
  readonly kind: string;
  readonly reads: readonly View[];
  readonly options?: Options;
  readonly weights?: Readonly<Record<string, Weight>>;
  /** What the file calls its kernel, scales or slopes: "features.0.weight" names the layer "features.0". */
  readonly weightsName?: string;
  readonly key?: string | undefined;
  readonly trainable?: false;
}

/** y = scale x + offset, one of each per channel. */
export interface InputLine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

export class NetworkWriter {
  readonly notes: string[] = [];
  readonly inputs: InputSpec[] = [];
  readonly #names: LayerNames;
  readonly #layers = new Map<string, WrittenLayer>();
  readonly #shapes = new Map<string, Shape>();
  readonly #byKey = new Map<string, WrittenLayer>();
  readonly #lines = new Map<string, InputLine>();

  constructor(inputNames: Iterable<string>) {
    this.#names = new LayerNames(inputNames);
  }

  addInput(input: InputSpec): void {
    this.inputs.push(input);
    this.#shapes.set(input.name, input.shape);
  }

  /** Numbers of an input scaled and moved, per channel, by the file itself. */
  scaleInput(name: string, line: InputLine): void {
    const before = this.#lines.get(name);
    const at = (numbers: readonly number[] | undefined, i: number, standard: number) =>
      numbers?.[i] ?? standard;
    this.#lines.set(name, {
      scale: line.scale.map((n, i) => n * at(before?.scale, i, 1)),
      offset: line.offset.map((n, i) => n + at(line.scale, i, 1) * at(before?.offset, i, 0)),
    });
  }

  /** What the file does to its inputs, by name. */
  get inputLines(): ReadonlyMap<string, InputLine> {
    return this.#lines;
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  isInput(name: string): boolean {
    return this.inputs.some((input) => input.name === name);
  }

  layer(name: string): WrittenLayer | undefined {
    return this.#layers.get(name);
  }

  /** Writes a layer; gives its name and the shape of one row. */
  add({ kind, reads, options = {}, weights = {}, weightsName, key, trainable }: NewLayer): {
    readonly layer: string;
    readonly own: Shape;
  } {
    const name = this.#names.takeFree(layerNameIn(weightsName) ?? baseNameOf(kind));
    const parsed = parseOptions(layerOf(kind).options, options, `layer "${name}" (${kind})`);
    const shapes = nonEmpty(
      reads.map(({ layer }) => this.#shapes.get(layer) ?? unreachable(`no layer "${layer}"`)),
      'inputs',
    );
    const own = layerOf(kind).outputShape(shapes, parsed);
    const written: WrittenLayer = {
      kind,
      name,
      reads: reads.map(({ layer }) => layer),
      options: parsed,
      weights: new Map(Object.entries(weights)),
      ...(key === undefined ? {} : { key: `${kind} ${key} ${JSON.stringify(parsed)}` }),
      ...(trainable === undefined ? {} : { trainable }),
    };
    this.#share(written);
    this.#layers.set(name, written);
    this.#shapes.set(name, own);
    return { layer: name, own };
  }

  /** Takes away the layer written last, which nobody reads yet; undefined where it is not the last. */
  takeBack(name: string): WrittenLayer | undefined {
    const last = [...this.#layers.keys()].at(-1);
    const layer = this.#layers.get(name);
    if (last !== name || layer === undefined) return undefined;
    this.#layers.delete(name);
    return layer;
  }

  shapeOf(name: string): Shape {
    return this.#shapes.get(name) ?? unreachable(`no layer "${name}"`);
  }

  /** The layer's numbers in one row, in its own order. */
  flat(view: View): View {
    if (view.own.length === 1) return view;
    return { ...view, ...this.add({ kind: 'flatten', reads: [view] }) };
  }

  /** A row of the file in the file's order. */
  row(view: View): View {
    const size = sizeOf(view.own);
    if (isInOrder(view)) return plainView(this.flat(view).layer, [size]);
    const moved = this.inFileOrder(view);
    return plainView(this.flat(moved).layer, [size]);
  }

  /** The numbers really moved into the file's order; the layer gives them under some shape. */
  inFileOrder(view: View): View {
    if (isInOrder(view)) return view;
    const { source, axes, shape } = withoutSingles(view);
    const apart = this.#under(view, source);
    const dims = axes.map((axis) => axis + 1);
    const { layer, own } = this.add({ kind: 'permute', reads: [apart], options: { dims } });
    this.note('numbers are put in the order of the file where it counts: permute');
    return plainView(layer, own, shape);
  }

  /** A picture of the file as (H, W, C): with no layer at all where it is one already. */
  picture(view: View): View {
    if (isPicture(view)) return view;
    const [C, H, W] = pictureShape(view);
    const own = [H, W, C];
    const named = (made: View): View => ({ ...pictureView(made.layer, own), own });
    if (isPicture({ ...view, own })) return named(this.#under(view, own));
    const turned =
      transposedView(view, [1, 2, 0]) ?? transposedView(this.inFileOrder(view), [1, 2, 0]);
    const moved = this.inFileOrder(turned ?? unreachable('a tensor in order has all its axes'));
    return named(this.#under(moved, own));
  }

  #under(view: View, shape: Shape): View {
    if (sameShape(view.own, shape)) return view;
    const options = { targetShape: [...shape] };
    return { ...view, ...this.add({ kind: 'reshape', reads: [view], options }) };
  }

  /** A layer with the weights and options of one before is that one, applied again. */
  #share(written: WrittenLayer): void {
    if (written.key === undefined) return;
    const owner = this.#byKey.get(written.key);
    if (owner === undefined) {
      this.#byKey.set(written.key, written);
      return;
    }
    written.shares = owner.name;
    written.weights.clear();
    this.note(`${written.name} uses the weights of ${owner.name}, as in the file`);
  }

  /**
   * The spec, with what was left out filled in, and the weights by name. `inputs`: those added, with their
   * preprocessing; one alone is called "input".
   */
  finish(
    name: string,
    inputs: NonEmpty<InputSpec>,
    outputs: readonly OutputSpec[],
    isNamed: boolean,
  ) {
    const layers = [...this.#layers.values()];
    const [first] = inputs;
    const isPlain = inputs.length === 1 && first.name === INPUT;
    const written = layers.map(({ kind, name: own, reads, options, shares, trainable }, i) => {
      const before = i === 0 ? first.name : layers[i - 1]?.name;
      const isNext = reads.length === 1 && reads[0] === before && (i > 0 || inputs.length === 1);
      return {
        kind,
        name: own,
        options,
        ...(isNext ? {} : { inputs: reads }),
        ...(shares === undefined ? {} : { shares }),
        ...(trainable === undefined ? {} : { trainable }),
      };
    });
    const spec: ModelSpec = parseModelSpec({
      name,
      ...(isPlain ? { inputShape: first.shape, preprocessing: first.preprocessing } : { inputs }),
      ...(isNamed || outputs[0]?.layer !== layers.at(-1)?.name ? { outputs } : {}),
      layers: written,
    });
    const weights = new Map(
      layers.flatMap((layer) =>
        [...layer.weights].map(
          ([own, { shape, make }]) =>
            [`${layer.name}/${own}`, { shape, data: owned(make()) }] as const,
        ),
      ),
    );
    return { spec, weights };
  }
}

/** The module or layer that weights belong to, by their name; undefined where that does not say. */
function layerNameIn(weightsName: string | undefined): string | undefined {
  const name = /(?:^|\/)([\w.-]{1,100})[./](?:weight|kernel|gamma|centers|alpha)(?::0)?$/;
  return name.exec(weightsName ?? '')?.[1];
}

/** Numbers that are no part of larger memory, such as the file's, which would be kept with them. */
const owned = (data: Float32Array): Float32Array =>
  data.byteLength === data.buffer.byteLength ? data : data.slice();

/** The same order without axes of extent 1. */
function withoutSingles({ source, axes, shape }: View) {
  const long = axes.filter((axis) => source[axis] !== 1);
  const inSource = [...long].sort((a, b) => a - b);
  return {
    source: inSource.map((axis) => source[axis] ?? 1),
    axes: long.map((axis) => inSource.indexOf(axis)),
    shape,
  };
}
