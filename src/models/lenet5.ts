/**
 * @file LeNet-5 as it is taught today: the Keras version, for MNIST's 28x28 pictures.
 *
 *   layer                 output     parameters
 *   conv2d 6@5x5 tanh     24x24x6           156
 *   average 2x2           12x12x6             0
 *   conv2d 16@5x5 tanh      8x8x16        2,416
 *   average 2x2             4x4x16            0
 *   flatten                    256            0
 *   dense 120 tanh             120       30,840
 *   dense 84 tanh               84       10,164
 *   dense 10 softmax            10          850     44,426 in all
 *
 * The 1998 network differs: 32x32 input, trainable sub-sampling, a second convolution that is partly
 * connected, 1.7159 tanh(2x/3), Euclidean outputs: `lenet5Of1998.ts`.
 * Before: `data/batches/batches.ts`. Next stop: `nn/layers/windows/conv2d.ts`.
 */

import { dense } from '../nn/layers/dense.ts';
import { flatten } from '../nn/layers/shapes/flatten.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { averagePooling2d } from '../nn/layers/windows/pooling.ts';
import { sequential } from '../nn/sequential.ts';
import { defineModel, noOptions } from './options.ts';

export const lenet5 = defineModel('lenet5', noOptions, () =>
  sequential({ name: 'lenet5', inputShape: [28, 28, 1] }, [
    conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
    averagePooling2d({ poolSize: 2, strides: 2 }),
    conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }),
    averagePooling2d({ poolSize: 2, strides: 2 }),
    flatten(),
    dense({ units: 120, activation: 'tanh' }),
    dense({ units: 84, activation: 'tanh' }),
    dense({ units: 10, activation: 'softmax' }),
  ]),
);
