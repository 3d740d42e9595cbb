/**
 * @file AlexNet without towers: every kernel sees every map, as in the table of many texts.
 *
 *   conv2 614,656   conv4 1,327,488   conv5 884,992   all else as in `alexnet.ts`    62,378,344 in all
 *
 * Such texts often count 62,369,152, which leaves out the 9,192 biases of the dense layers
 * (`fovea summary alexnet-single --convention text`). The paper's 60 million are those of the two towers.
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

export const alexnetSingle = defineModel('alexnet-single', noOptions, () => {
  const preprocessing = { scale: 1, offset: -114 };
  return sequential({ name: 'alexnet-single', inputShape: [227, 227, 3], preprocessing }, [
    conv2d({ name: 'conv1', filters: 96, kernelSize: 11, strides: 4, ...weights }),
    localResponseNormalization({ name: 'norm1' }),
    maxPooling2d({ name: 'pool1', ...overlapping }),
    conv2d({ name: 'conv2', filters: 256, kernelSize: 5, padding: 'same', ...alive }),
    localResponseNormalization({ name: 'norm2' }),
    maxPooling2d({ name: 'pool2', ...overlapping }),
    conv2d({ name: 'conv3', filters: 384, kernelSize: 3, padding: 'same', ...weights }),
    conv2d({ name: 'conv4', filters: 384, kernelSize: 3, padding: 'same', ...alive }),
    conv2d({ name: 'conv5', filters: 256, kernelSize: 3, padding: 'same', ...alive }),
    maxPooling2d({ name: 'pool5', ...overlapping }),
    flatten(),
    dense({ name: 'fc6', units: 4096, ...alive }),
    dropout({ name: 'dropout6', rate: 0.5, mode: '2012' }),
    dense({ name: 'fc7', units: 4096, ...alive }),
    dropout({ name: 'dropout7', rate: 0.5, mode: '2012' }),
    dense({ name: 'fc8', units: 1000, ...weights, activation: 'softmax' }),
  ]);
});
