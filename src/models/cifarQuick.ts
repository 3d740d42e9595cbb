/**
 * @file A four-layer network for CIFAR-10: a stand-in for the one of the 2012 paper's Figure 1.
 *
 *   layer                                    output    parameters
 *   conv1 32@5x5, max 3x3/2, activation      16x16x32       2,432
 *   conv2 32@5x5, activation, average 3x3/2  8x8x32        25,632
 *   conv3 64@5x5, activation, average 3x3/2  4x4x64        51,264
 *   fc10  softmax                                10        10,250    89,578 in all
 *
 * The paper compares ReLU with tanh on "a four-layer convolutional network" that it specifies nowhere.
 * This is `layers-18pct` of cuda-convnet without its normalisation and weight decay; only a stand-in.
 * Pictures are centred; the source's first weights, N(0, 0.0001) on pixels 0..255, are N(0, 0.0128) here.
 */
import * as z from 'zod/mini';
import { activation as activationLayer } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { averagePooling2d, maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import { defineModel } from './options.ts';

const options = z.object({ activation: z._default(z.enum(['relu', 'tanh', 'sigmoid']), 'relu') });

const normal = (stddev: number) => ({ kernelInitializer: { kind: 'normal', stddev } }) as const;
const convolution = { kernelSize: 5, padding: 'same' } as const;
/** 32 -> 16 -> 8 -> 4: the last window may stand over the edge. */
const overlapping = { poolSize: 3, strides: 2, padding: 'same' } as const;

export const cifarQuick = defineModel('cifar-quick', options, ({ activation }) => {
  const preprocessing = { scale: 1 / 128, offset: -120 / 128 };
  return sequential({ name: 'cifar-quick', inputShape: [32, 32, 3], preprocessing }, [
    conv2d({ name: 'conv1', filters: 32, ...convolution, ...normal(0.0128) }),
    maxPooling2d({ name: 'pool1', ...overlapping }),
    activationLayer({ name: 'activation1', activation }),
    conv2d({ name: 'conv2', filters: 32, ...convolution, ...normal(0.01), activation }),
    averagePooling2d({ name: 'pool2', ...overlapping }),
    conv2d({ name: 'conv3', filters: 64, ...convolution, ...normal(0.01), activation }),
    averagePooling2d({ name: 'pool3', ...overlapping }),
    flatten(),
    dense({ name: 'fc10', units: 10, ...normal(0.01), activation: 'softmax' }),
  ]);
});
