/**
 * @file THE table of layers. A new layer is one file and one line here.
 */
import { unknownName } from '../../base/errors.ts';
import { activation } from './activation.ts';
import { batchNormalization } from './batchNormalization.ts';
import { clip } from './clip.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import type { Layer } from './layer.ts';
import { prelu } from './prelu.ts';
import { rbf } from './rbf.ts';
import { flatten } from './shapes/flatten.ts';
import { add, average, concatenate, maximum, minimum, multiply, subtract } from './shapes/join.ts';
import { permute } from './shapes/permute.ts';
import { reshape } from './shapes/reshape.ts';
import { connectedConv2d } from './windows/connectedConv2d.ts';
import { conv2d } from './windows/conv2d.ts';
import { conv2dTranspose } from './windows/conv2dTranspose.ts';
import { depthwiseConv2d, separableConv2d } from './windows/depthwiseConv2d.ts';
import {
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalMinPooling2d,
} from './windows/globalPooling.ts';
import { localResponseNormalization } from './windows/localResponseNormalization.ts';
import { cropping2d, padding2d, zeroPadding2d } from './windows/padding.ts';
import { averagePooling2d, maxPooling2d, minPooling2d } from './windows/pooling.ts';
import { subsampling2d } from './windows/subsampling2d.ts';
import { upsampling2d } from './windows/upsampling2d.ts';

/** By kind; each is the function that writes the layer in a model. */
export const layers = {
  conv2d,
  connectedConv2d,
  conv2dTranspose,
  depthwiseConv2d,
  separableConv2d,
  subsampling2d,
  averagePooling2d,
  maxPooling2d,
  minPooling2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalMinPooling2d,
  flatten,
  reshape,
  permute,
  dense,
  activation,
  prelu,
  clip,
  dropout,
  batchNormalization,
  localResponseNormalization,
  zeroPadding2d,
  padding2d,
  cropping2d,
  upsampling2d,
  add,
  subtract,
  multiply,
  average,
  maximum,
  minimum,
  concatenate,
  rbf,
} as const;

export const layerKinds: readonly string[] = Object.keys(layers);

export function layerOf(kind: string): Layer {
  if (!Object.hasOwn(layers, kind)) throw unknownName('layer kind', kind, layerKinds);
  return layers[kind as keyof typeof layers].layer;
}
