/**
 * @file A model is data: layers with names and options, as plain JSON.
 *
 * Summary, saving, the trainer and the lab's drawings all read this one description. Options are stored
 * with their defaults filled in: a saved model keeps its meaning. Next stop: `sequential.ts`, which writes
 * and checks specs, and `network.ts`, which expands them.
 */
import type { ImageShape, Shape } from '../base/shape.ts';

/** How pixels 0..255 become the numbers a model reads: (pixel - mean) * scale + offset. */
export interface Preprocessing {
  readonly scale: number;
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
  /** Layers it reads, or "input"; absent: the layer before (the first reads the input). */
  readonly inputs?: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface ModelSpec {
  readonly formatVersion: 1;
  readonly name: string;
  /** Of one image: (height, width, channels). */
  readonly inputShape: Shape;
  readonly preprocessing: Preprocessing;
  /** In the order of computation; the last one is the output. */
  readonly layers: readonly LayerSpec[];
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

/** The name by which layers refer to the model's input. */
export const INPUT = 'input';
