/**
 * @file AlexNet as published in 2012: two towers, one per GPU, that meet in conv3 and in the dense layers.
 *
 *   layer                            output      parameters
 *   conv1  96@11x11 every 4, ReLU    55x55x96        34,944
 *   norm1  5 maps, then max 3x3/2    27x27x96             0    maps of the own tower
 *   conv2  256@5x5, 2 towers, ReLU   27x27x256      307,456
 *   norm2  5 maps, then max 3x3/2    13x13x256            0
 *   conv3  384@3x3, ReLU             13x13x384      885,120
 *   conv4  384@3x3, 2 towers, ReLU   13x13x384      663,936
 *   conv5  256@3x3, 2 towers, ReLU   13x13x256      442,624
 *   max 3x3/2                        6x6x256              0
 *   fc6    ReLU, dropout 0.5            4096     37,752,832
 *   fc7    ReLU, dropout 0.5            4096     16,781,312
 *   fc8    softmax                      1000      4,097,000    60,965,224 in all
 *
 * The text says 224x224, but (224 - 11) / 4 is no whole number: 227 gives the 55x55 that follows. Weights
 * begin as N(0, 0.01), biases as 1 in conv2, conv4, conv5, fc6 and fc7 (so that their ReLUs start alive).
 * The text sums over "adjacent" maps and lets the GPUs communicate in certain layers only, among which normalisation
 * is not: each tower normalises its own maps. `fovea summary alexnet --towers` draws who holds what.
 * Pixels stay 0..255 and are centred; `--augment alexnet` subtracts the training set's own mean instead.
 * Source: Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks",
 * NIPS 2012. Next stop: `alexnetSingle.ts` without towers, `alexnetCaffe.ts`, `alexnetCifar10.ts`.
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
/** A ReLU whose bias begins at 1 lets everything through at first. */
const alive = { ...weights, biasInitializer: 'ones' } as const;
const overlapping = { poolSize: 3, strides: 2 } as const;

export const alexnet = defineModel('alexnet', noOptions, () => {
  const preprocessing = { scale: 1, offset: -114 };
  return sequential({ name: 'alexnet', inputShape: [227, 227, 3], preprocessing }, [
    conv2d({ name: 'conv1', filters: 96, kernelSize: 11, strides: 4, ...weights }),
    localResponseNormalization({ name: 'norm1', groups: 2 }),
    maxPooling2d({ name: 'pool1', ...overlapping }),
    conv2d({ name: 'conv2', filters: 256, kernelSize: 5, padding: 'same', groups: 2, ...alive }),
    localResponseNormalization({ name: 'norm2', groups: 2 }),
    maxPooling2d({ name: 'pool2', ...overlapping }),
    conv2d({ name: 'conv3', filters: 384, kernelSize: 3, padding: 'same', ...weights }),
    conv2d({ name: 'conv4', filters: 384, kernelSize: 3, padding: 'same', groups: 2, ...alive }),
    conv2d({ name: 'conv5', filters: 256, kernelSize: 3, padding: 'same', groups: 2, ...alive }),
    maxPooling2d({ name: 'pool5', ...overlapping }),
    flatten(),
    dense({ name: 'fc6', units: 4096, ...alive }),
    dropout({ name: 'dropout6', rate: 0.5, mode: '2012' }),
    dense({ name: 'fc7', units: 4096, ...alive }),
    dropout({ name: 'dropout7', rate: 0.5, mode: '2012' }),
    dense({ name: 'fc8', units: 1000, ...weights, activation: 'softmax' }),
  ]);
});
