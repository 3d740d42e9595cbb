/**
 * @file What a layer is: options, output shape, parameters, its expansion to ops, and its accounting.
 *
 * A layer holds no numbers: a spec names layers and options (data), and these definitions say what they
 * mean. Shapes here are of one image, without the batch axis, except in `call`, whose nodes carry it.
 * Next stop: `windows/conv2d.ts` for a layer with parameters, `windows/pooling.ts` for one without.
 */
import type * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import type { NonEmpty } from '../../base/lists.ts';
import { formatShape, type ImageShape, type Shape } from '../../base/shape.ts';
import type { Pair } from '../../base/window.ts';
import type { Node } from '../../graph/node.ts';
import type { Build } from '../../ops/op.ts';
import type { Fans, InitializerSpec } from '../initializers.ts';
import type { AcrossRanks } from '../rowShare.ts';
import { type CallableLayer, callable } from './wiring.ts';

/** Numbers a layer owns. They live in the state "LAYER/NAME". */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: InitializerSpec;
  /** Of each place on the last axis, where the shape does not say them. */
  readonly fans?: readonly Fans[];
  /** Whether the optimizer moves it (moving statistics are not trainable). */
  readonly trainable: boolean;
  /** Weight of the penalty l2 * sum(w^2) that the loss carries for it. */
  readonly l2?: number | undefined;
}

export interface CallContext<O> {
  readonly build: Build;
  /** The layer's name, for the labels of its nodes. */
  readonly name: string;
  /** (N, ...shape of one image) */
  readonly inputs: NonEmpty<Node>;
  readonly options: O;
  /** Where statistics are to be those of a batch that several ranks share. */
  readonly across?: AcrossRanks | undefined;
  readonly training: boolean;
  /** The state of one of the layer's parameters. */
  parameter(name: string): Node;
  /** After a training step, the parameter holds `value`. */
  update(name: string, value: Node): void;
  /** Uniform numbers in [0, 1), new ones each step, the same for the same seed. */
  random(shape: Shape): Node;
}

/** Which input pixels one output pixel sees: a step of the network's receptive field. */
export interface Reception {
  /** Taps of the window, [height, width]. */
  readonly kernel: Pair;
  /** Input pixels between neighbouring outputs; a fraction where the layer enlarges. */
  readonly strides: Pair;
  readonly dilation: Pair;
  /** Padding at the top and left; negative where pixels are cut off there. */
  readonly before: Pair;
}

/** What the options say of a layer's window, in numbers; for tables. */
export interface WindowFacts {
  /** Absent where pixels are added or cut off and no window slides. */
  readonly kernel?: Pair;
  /** Of the output where the window is transposed, of the input elsewhere. */
  readonly strides?: Pair;
  readonly dilation?: Pair;
  readonly transposed?: true;
  readonly padding: {
    readonly rule: 'valid' | 'same' | 'explicit';
    /** Pixels added, or cut off where negative. */
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
}

export interface Accounting {
  /** As the 1998 paper counts: (inputs of a unit, plus one for its bias) x units. */
  readonly connections: number;
  /** Multiplications that feed a sum, for one image, biases and activations left out. */
  readonly multiplyAdds: number;
}

export interface Layer<O = Readonly<Record<string, unknown>>> {
  readonly kind: string;
  /** One line for people. */
  readonly says: string;
  readonly options: z.ZodMiniObject;
  /** Number of input layers; 1 unless said. */
  readonly arity?: 'many';
  /** Throws a FoveaError that says which sizes do not fit. */
  outputShape(inputs: NonEmpty<Shape>, options: O): Shape;
  parameters?(inputs: NonEmpty<Shape>, options: O): readonly Parameter[];
  call(context: CallContext<O>): Node;
  /** Absent: no connections of its own, no multiplications. */
  accounting?(inputs: NonEmpty<Shape>, options: O): Accounting;
  /** Absent: each output pixel sees its own input pixel; 'whole': every unit sees all of them. */
  reception?(inputs: NonEmpty<Shape>, options: O): Reception | 'whole';
  /**
   * Where the layer's numbers are distances to the classes, the smallest of which wins: that of the rubbish
   * class. Absent: they are scores, the largest wins.
   */
  rubbishDistance?(options: O): number;
  /** Absent: no window, no padding. */
  window?(inputs: NonEmpty<Shape>, options: O): WindowFacts;
}

/** What every layer accepts beside its own options. */
export interface Placement {
  /** Default: the kind with a number, as Keras does (conv2d, conv2d_1, ...). */
  readonly name?: string;
  /** Names of the layers it reads, or "input"; default: the layer before. */
  readonly inputs?: readonly string[];
  /**
   * false: training leaves the layer's numbers alone; a batch normalisation then uses its moving statistics and does
   * not move them, as in Keras. Default true.
   */
  readonly trainable?: boolean;
}

/** Options as they are written. */
type Given<O> = O extends Record<string, never> ? Placement : O & Placement;

/** Writes a layer of a model; `O`: its options. */
export interface LayerBuilder<O> {
  (options: Given<O>): CallableLayer;
  readonly layer: Layer;
}

/** A layer whose options may all be left out can be called without any. */
export interface OptionalLayerBuilder<O> {
  (options?: Given<O>): CallableLayer;
  readonly layer: Layer;
}

/**
 * Declares a layer and gives the function that writes it in a model. The option types are checked inside
 * the file and forgotten outside of it. A layer with options says them in an interface too, which editors show.
 */
export function defineLayer<S extends z.ZodMiniObject>(
  definition: Layer<z.output<S>> & { readonly options: S },
): Record<string, never> extends z.input<S>
  ? OptionalLayerBuilder<z.input<S>>
  : LayerBuilder<z.input<S>> {
  const write = ({
    name,
    inputs,
    trainable,
    ...options
  }: Placement & Record<string, unknown> = {}) =>
    callable({
      kind: definition.kind,
      name,
      inputs,
      ...(trainable === undefined ? {} : { trainable }),
      options,
    });
  return Object.assign(write, { layer: definition }) as unknown as ReturnType<
    typeof defineLayer<S>
  >;
}

/** The shape of the one image a layer works on; says so where it is not an image. */
export function imageOf([input]: NonEmpty<Shape>): ImageShape {
  const [H, W, C] = input;
  if (H === undefined || W === undefined || C === undefined || input.length > 3) {
    throw new FoveaError({
      problem: `received ${formatShape(input)}`,
      expected: 'an image (height, width, channels)',
      ...(input.length === 1
        ? { fix: 'put this layer before the flatten, dense or global pooling layer' }
        : {}),
    });
  }
  return [H, W, C];
}

/** The length of the one row of numbers a layer works on; where it is none, `makers` are layers that give one. */
export function rowLengthOf([input]: NonEmpty<Shape>, makers: string): number {
  const [length] = input;
  if (length !== undefined && input.length === 1) return length;
  throw new FoveaError({
    problem: `received ${formatShape(input)}`,
    expected: 'one row of numbers (inputs,)',
    fix: `put ${makers} before it`,
  });
}
