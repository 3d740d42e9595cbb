/**
 * @file CaffeNet, the replica many texts mean by "AlexNet": pooling before normalisation, biases of 0.1.
 *
 * Same 60,965,224 parameters as `alexnet.ts`. Normalising the smaller, pooled maps saves memory and work.
 * Dropout is today's ("inverted"), dense weights begin as N(0, 0.005).
 * Source: BVLC Caffe, models/bvlc_reference_caffenet and bvlc_alexnet (their read-me files).
 */

import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { localResponseNormalization } from '../nn/layers/windows/localResponseNormalization.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import { defineModel, noOptions } from './options.ts';

const weights = {
  kernelInitializer: { kind: 'normal', stddev: 0.01 },
  activation: 'relu',
} as const;
/** The paper's 1 gave the makers of the replica a flat loss. */
const alive = { ...weights, biasInitializer: { kind: 'constant', value: 0.1 } } as const;
const wide = { ...alive, kernelInitializer: { kind: 'normal', stddev: 0.005 } } as const;
/** Caffe divides alpha by the five maps; the paper and this house do not. Its k is 1. */
const caffeNorm = { k: 1, alpha: 1e-4 / 5 } as const;
const overlapping = { poolSize: 3, strides: 2 } as const;

export const alexnetCaffe = defineModel('alexnet-caffe', noOptions, () => {
  const preprocessing = { scale: 1, offset: -114 };
  return sequential({ name: 'alexnet-caffe', inputShape: [227, 227, 3], preprocessing }, [
    conv2d({ name: 'conv1', filters: 96, kernelSize: 11, strides: 4, ...weights }),
    maxPooling2d({ name: 'pool1', ...overlapping }),
    localResponseNormalization({ name: 'norm1', ...caffeNorm }),
    conv2d({ name: 'conv2', filters: 256, kernelSize: 5, padding: 'same', groups: 2, ...alive }),
    maxPooling2d({ name: 'pool2', ...overlapping }),
    localResponseNormalization({ name: 'norm2', ...caffeNorm }),
    conv2d({ name: 'conv3', filters: 384, kernelSize: 3, padding: 'same', ...weights }),
    conv2d({ name: 'conv4', filters: 384, kernelSize: 3, padding: 'same', groups: 2, ...alive }),
    conv2d({ name: 'conv5', filters: 256, kernelSize: 3, padding: 'same', groups: 2, ...alive }),
    maxPooling2d({ name: 'pool5', ...overlapping }),
    flatten(),
    dense({ name: 'fc6', units: 4096, ...wide }),
    dropout({ name: 'dropout6', rate: 0.5, mode: 'inverted' }),
    dense({ name: 'fc7', units: 4096, ...wide }),
    dropout({ name: 'dropout7', rate: 0.5, mode: 'inverted' }),
    dense({ name: 'fc8', units: 1000, ...weights, activation: 'softmax' }),
  ]);
});
