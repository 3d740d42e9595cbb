/**
 * @file The "AlexNet" of many notebooks for CIFAR-10's 32x32 pictures, layer for layer.
 *
 *   layer                        output     parameters
 *   conv 96@3x3, ReLU            32x32x96        2,688
 *   max 3x3/2                    15x15x96            0
 *   conv 256@5x5, ReLU           15x15x256     614,656
 *   max 3x3/2                    7x7x256             0
 *   conv 384@3x3, ReLU           7x7x384       885,120
 *   conv 384@3x3, ReLU           7x7x384     1,327,488
 *   conv 256@3x3, ReLU           7x7x256       884,992
 *   max 3x3/2                    3x3x256             0
 *   dense, ReLU, dropout 0.5        4096     9,441,280
 *   dense, ReLU, dropout 0.5        4096    16,781,312
 *   dense, softmax                    10        40,970    29,978,506 in all
 *
 * Against 2012: a first kernel of 3x3 every pixel, no normalisation, no towers, Glorot weights, Adam,
 * today's dropout. Activations are layers of their own, as in the notebook. `--recipe text` trains it so.
 */
import { activation } from '../nn/layers/activation.ts';
import { dense } from '../nn/layers/dense.ts';
import { dropout } from '../nn/layers/dropout.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { maxPooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import { defineModel, noOptions } from './options.ts';

export const alexnetCifar10 = defineModel('alexnet-cifar10', noOptions, () =>
  sequential({ name: 'alexnet-cifar10', inputShape: [32, 32, 3] }, [
    conv2d({ filters: 96, kernelSize: 3, padding: 'same' }),
    activation({ activation: 'relu' }),
    maxPooling2d({ poolSize: 3, strides: 2 }),
    conv2d({ filters: 256, kernelSize: 5, padding: 'same' }),
    activation({ activation: 'relu' }),
    maxPooling2d({ poolSize: 3, strides: 2 }),
    conv2d({ filters: 384, kernelSize: 3, padding: 'same' }),
    activation({ activation: 'relu' }),
    conv2d({ filters: 384, kernelSize: 3, padding: 'same' }),
    activation({ activation: 'relu' }),
    conv2d({ filters: 256, kernelSize: 3, padding: 'same' }),
    activation({ activation: 'relu' }),
    maxPooling2d({ poolSize: 3, strides: 2 }),
    flatten(),
    dense({ units: 4096 }),
    activation({ activation: 'relu' }),
    dropout({ rate: 0.5 }),
    dense({ units: 4096 }),
    activation({ activation: 'relu' }),
    dropout({ rate: 0.5 }),
    dense({ units: 10 }),
    activation({ activation: 'softmax' }),
  ]),
);
