/**
 * @file The small networks that studies train, in the ways in which they may differ.
 *
 *   conv 8@3x3, ReLU, halve      conv 16@3x3, ReLU, halve      conv 32@3x3, ReLU      dense 64, ReLU      dense
 *
 * "Halve" is what the pooling studies compare. Blur pooling takes the largest of each window at every pixel, smooths
 * with the fixed weights (1 2 1) x (1 2 1) / 16 and then keeps every second pixel: Zhang 2019, *Making Convolutional
 * Networks Shift-Invariant Again*. It is a depthwise convolution that training leaves alone.
 */
import type { ImageShape } from '../base/shape.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { depthwiseConv2d } from '../nn/layers/windows/depthwiseConv2d.ts';
import { padding2d } from '../nn/layers/windows/padding.ts';
import { averagePooling2d, maxPooling2d, minPooling2d } from '../nn/layers/windows/pooling.ts';
import type { CallableLayer } from '../nn/layers/wiring.ts';
import { sequential } from '../nn/sequential.ts';
import type { ModelSpec } from '../nn/spec.ts';

/** How a network halves its maps; 'none': not at all. */
export type Halving = 'max' | 'average' | 'min' | 'strided' | 'blur' | 'none';

export const HALVINGS: Readonly<Record<Halving, string>> = {
  max: 'max pooling',
  average: 'average pooling',
  min: 'min pooling',
  strided: 'strided convolution',
  blur: 'blur pooling',
  none: 'no pooling',
};

export interface Pictures {
  readonly imageShape: ImageShape;
  readonly classes: readonly string[];
}

export function halvingNetwork({ imageShape, classes }: Pictures, halving: Halving): ModelSpec {
  return sequential({ name: `halving-${halving}`, inputShape: imageShape }, [
    ...halved(8, halving, 1),
    ...halved(16, halving, 2),
    conv2d({ name: 'conv3', filters: 32, ...CONVOLUTION }),
    flatten(),
    dense({ name: 'dense', units: 64, activation: 'relu', kernelInitializer: 'heNormal' }),
    dense({ name: 'answer', units: classes.length, activation: 'softmax' }),
  ]);
}

/** The picture itself is pooled, before three convolutions of which the second strides. */
export function pooledPictures(
  { imageShape, classes }: Pictures,
  pooling: 'max' | 'average' | 'min',
): ModelSpec {
  return sequential({ name: `pooled-pictures-${pooling}`, inputShape: imageShape }, [
    ...poolingOf(pooling, imageShape[2], 'pool'),
    conv2d({ name: 'conv1', filters: 8, ...CONVOLUTION }),
    conv2d({ name: 'conv2', filters: 16, ...CONVOLUTION, strides: 2 }),
    conv2d({ name: 'conv3', filters: 32, ...CONVOLUTION }),
    flatten(),
    dense({ name: 'dense', units: 64, activation: 'relu', kernelInitializer: 'heNormal' }),
    dense({ name: 'answer', units: classes.length, activation: 'softmax' }),
  ]);
}

/** What stands around a map before a convolution. */
export type Padded = 'valid' | 'same' | 'reflect';

/** Three convolutions, the maps halved behind the first two. */
export function paddedNetwork({ imageShape, classes }: Pictures, padded: Padded): ModelSpec {
  return sequential({ name: `padded-${padded}`, inputShape: imageShape }, [
    ...paddedConvolution(padded, 'conv1', 8),
    maxPooling2d({ name: 'pool1' }),
    ...paddedConvolution(padded, 'conv2', 16),
    maxPooling2d({ name: 'pool2' }),
    ...paddedConvolution(padded, 'conv3', 16),
    flatten(),
    dense({ name: 'dense', units: 64, activation: 'relu', kernelInitializer: 'heNormal' }),
    dense({ name: 'answer', units: classes.length, activation: 'softmax' }),
  ]);
}

/** So many convolutions of as many channels one upon the other, over a field of one channel. */
export function convolutionStack(
  side: number,
  channels: number,
  depth: number,
  padded: Padded,
): ModelSpec {
  return sequential(
    { name: `stack-${padded}`, inputShape: [side, side, 1], preprocessing: { scale: 1 } },
    Array.from({ length: depth }, (_, i) =>
      paddedConvolution(padded, `conv${i + 1}`, channels),
    ).flat(),
  );
}

function paddedConvolution(padded: Padded, name: string, filters: number): CallableLayer[] {
  const padding = padded === 'same' ? 'same' : 'valid';
  const convolution = conv2d({ name, filters, ...CONVOLUTION, padding });
  if (padded !== 'reflect') return [convolution];
  return [padding2d({ name: `${name}Padding`, padding: 1, mode: 'reflect' }), convolution];
}

const CONVOLUTION = {
  kernelSize: 3,
  padding: 'same',
  activation: 'relu',
  kernelInitializer: 'heNormal',
} as const;

/** A convolution, and half of its rows and columns. */
function halved(filters: number, halving: Halving, place: number): CallableLayer[] {
  const strides = halving === 'strided' ? 2 : 1;
  const convolution = conv2d({ name: `conv${place}`, filters, ...CONVOLUTION, strides });
  return [convolution, ...poolingOf(halving, filters, `pool${place}`)];
}

function poolingOf(halving: Halving, channels: number, name: string): CallableLayer[] {
  switch (halving) {
    case 'max':
      return [maxPooling2d({ name })];
    case 'average':
      return [averagePooling2d({ name })];
    case 'min':
      return [minPooling2d({ name })];
    case 'blur':
      return blurPooling(channels, name);
    default:
      return [];
  }
}

/** The largest of 2 x 2 at every pixel, smoothed, every second one kept. (H, W, C) -> (ceil(H/2), ceil(W/2), C) */
export function blurPooling(channels: number, name: string): CallableLayer[] {
  return [
    maxPooling2d({ name, poolSize: 2, strides: 1, padding: 'same' }),
    depthwiseConv2d({
      name: `${name}Blur`,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      useBias: false,
      trainable: false,
      depthwiseInitializer: { kind: 'values', values: binomialWeights(channels) },
    }),
  ];
}

/** (3, 3, 1, channels) */
function binomialWeights(channels: number): number[] {
  const line = [1, 2, 1];
  return line.flatMap((row) =>
    line.flatMap((column) => new Array<number>(channels).fill((row * column) / 16)),
  );
}
