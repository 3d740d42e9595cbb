import { layers, sequential } from '../../../src/index.ts';

const { averagePooling2d, conv2d, dense, flatten } = layers;

export const spec = sequential({ name: 'lenet5', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
  averagePooling2d({ poolSize: 2, strides: 2 }),
  conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }),
  averagePooling2d({ poolSize: 2, strides: 2 }),
  flatten(),
  dense({ units: 120, activation: 'tanh' }),
  dense({ units: 84, activation: 'tanh' }),
  dense({ units: 10, activation: 'softmax' }),
]);
