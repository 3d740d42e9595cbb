/**
 * @file A model is data: layers with names and options, as plain JSON.
 *
 * Summary, saving, the trainer and the lab's drawings all read this one description. Options are stored
 * with their defaults filled in: a saved model keeps its meaning. Next stop: `sequential.ts`, which writes
 * and checks specs, and `network.ts`, which expands them.
 */
import { FoveaError } from '../base/errors.ts';
import { last, type NonEmpty, nonEmpty } from '../base/lists.ts';
import type { ImageShape, Shape } from '../base/shape.ts';

/** How pixels 0..255 become the numbers a model reads: (pixel - mean) * scale + offset. */
export interface Preprocessing {
  /** One number, or one per channel. */
  readonly scale: number | readonly number[];
  readonly offset: number;
  /** Of the training set, in pixel values: one number per channel, or one per number of the input. */
  readonly mean?: readonly number[] | undefined;
  /**
   * Pixels of background (byte 0) that are put around pictures which are smaller than the input by just
   * that on each side: LeNet-5 of 1998 reads 28x28 digits on a 32x32 field.
   */
  readonly border?: number | undefined;
}

export interface LayerSpec {
  readonly kind: string;
  /** Unique in the model. */
  readonly name: string;
  /** Layers or inputs it reads; absent: the layer before (the first reads the model's one input). */
  readonly inputs?: readonly string[];
  /** A layer before it, of the same options, whose parameters it uses: one layer applied twice. */
  readonly shares?: string;
  /** Training leaves its parameters alone, moving statistics included. */
  readonly trainable?: false;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface InputSpec {
  /** By which layers and data refer to it; no layer has it. */
  readonly name: string;
  /** Of one image: (height, width, channels). */
  readonly shape: Shape;
  readonly preprocessing: Preprocessing;
}

export interface OutputSpec {
  /** By which losses and data refer to it. */
  readonly name: string;
  /** The layer that gives it. */
  readonly layer: string;
}

export interface ModelSpec {
  /** 2 where inputs or outputs are named or a layer is applied twice, for which version 1 has no words. */
  readonly formatVersion: 1 | 2;
  readonly name: string;
  /** Of one image: (height, width, channels). Where inputs are named: of the first. */
  readonly inputShape: Shape;
  /** Of the input; where inputs are named: of the first. */
  readonly preprocessing: Preprocessing;
  /** Named inputs; absent: one, called "input". */
  readonly inputs?: readonly InputSpec[];
  /** Named outputs; absent: the last layer's. */
  readonly outputs?: readonly OutputSpec[];
  /** In the order of computation. */
  readonly layers: readonly LayerSpec[];
}

/** The name by which layers refer to the input of a model that names none, and data to its output. */
export const INPUT = 'input';
export const OUTPUT = 'output';

export function inputsOf(spec: ModelSpec): NonEmpty<InputSpec> {
  const { inputs, inputShape: shape, preprocessing } = spec;
  return inputs === undefined
    ? [{ name: INPUT, shape, preprocessing }]
    : nonEmpty(inputs, 'inputs');
}

export function outputsOf({ outputs, layers }: ModelSpec): NonEmpty<OutputSpec> {
  return outputs === undefined
    ? [{ name: OUTPUT, layer: last(layers, 'layer').name }]
    : nonEmpty(outputs, 'outputs');
}

/** How programs call a thing of an input or output: "x", and "x/NAME" where the model has several. */
export function nameIn(what: string, named: readonly unknown[] | undefined, name: string): string {
  return hasSeveral(named) ? `${what}/${name}` : what;
}

/** Of a spec's named inputs or outputs. */
export function hasSeveral(named: readonly unknown[] | undefined): boolean {
  return named !== undefined && named.length > 1;
}

/** For what reads one picture and gives one answer: throws where a model has several inputs or outputs. */
export function checkOneInOneOut(spec: ModelSpec, what: string): void {
  const [inputs, outputs] = [inputsOf(spec), outputsOf(spec)];
  if (inputs.length === 1 && outputs.length === 1) return;
  const list = (noun: string, all: readonly { readonly name: string }[]) =>
    `${all.length} ${noun}${all.length === 1 ? '' : 's'} (${all.map(({ name }) => name).join(', ')})`;
  throw new FoveaError({
    problem: `${spec.name} has ${list('input', inputs)} and ${list('output', outputs)}`,
    expected: `one of each, ${what}`,
    fix: 'use fit, score and predictBatch of the library, which take rows by name',
  });
}

/** (H, W, C) of the model's input; axes that a row of numbers lacks are 1. */
export function imageShapeOf({ inputShape }: Pick<ModelSpec, 'inputShape'>): ImageShape {
  const [H = 1, W = 1, C = 1] = inputShape;
  return [H, W, C];
}

export interface ModelOptions {
  readonly inputShape: Shape;
  /** Default: "sequential". */
  readonly name?: string;
  /** Default: scale 1/255, offset 0, which maps pixels to 0..1. */
  readonly preprocessing?: Partial<Preprocessing>;
}
