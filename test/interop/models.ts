/**
 * @file Networks that go out and come back in tests: every model of the table, and small ones with every kind of layer.
 *
 * Weights are drawn, moving statistics and biases too, so that none is 0 or 1 by chance of its start. The large networks
 * read small pictures here: their layers are the same ones.
 */
import { RandomStream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { numberedClasses } from '../../src/interop/modelTensors.ts';
import { modelOf } from '../../src/models/index.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { input, model } from '../../src/nn/model.ts';
import { parametersOf } from '../../src/nn/network.ts';
import { initialStates } from '../../src/nn/programs/programs.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';

/** A network with weights that are drawn; the same for the same spec. */
export function withWeights(spec: ModelSpec): TrainedModel {
  const states = initialStates(spec, { seed: 1 });
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const random = new RandomStream(7, name);
      const first = states.get(name) ?? new Float32Array(sizeOf(shape));
      const isKernel = /kernel|Kernel|centers$/.test(name);
      const data = isKernel ? first : first.map((n) => Math.abs(n) + 0.3 + 0.5 * random.uniform());
      return [name, { shape, data }];
    }),
  );
  return { spec, weights, classes: numberedClasses(spec) };
}

const {
  activation,
  add,
  average,
  averagePooling2d,
  batchNormalization,
  clip,
  concatenate,
  connectedConv2d,
  conv2d,
  conv2dTranspose,
  cropping2d,
  dense,
  depthwiseConv2d,
  dropout,
  flatten,
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalMinPooling2d,
  localResponseNormalization,
  maximum,
  maxPooling2d,
  minimum,
  minPooling2d,
  multiply,
  padding2d,
  permute,
  prelu,
  rbf,
  reshape,
  separableConv2d,
  subsampling2d,
  subtract,
  upsampling2d,
  zeroPadding2d,
} = layers;

/** Every layer of the large ones, with fewer filters and units. */
const AFFORDABLE = {
  input: [67, 67, 3],
  classes: 5,
  ...Object.fromEntries(
    ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'].map((name) => [`${name}.filters`, 24]),
  ),
  'fc6.units': 32,
  'fc7.units': 32,
};

/** The same of the one whose layers have no names of their own. */
const FEW = Object.fromEntries(
  ['conv2d', 'conv2d_1', 'conv2d_2', 'conv2d_3', 'conv2d_4']
    .map((name): [string, number] => [`${name}.filters`, 16])
    .concat([
      ['dense.units', 32],
      ['dense_1.units', 32],
    ]),
);

/** Of the table, at sizes that a test can afford. */
export const tableModels: Readonly<Record<string, () => ModelSpec>> = {
  lenet5: () => modelOf('lenet5'),
  'lenet5-1998': () => modelOf('lenet5-1998'),
  'cifar-quick': () => modelOf('cifar-quick'),
  'alexnet-cifar10': () => modelOf('alexnet-cifar10', FEW),
  alexnet: () => modelOf('alexnet', AFFORDABLE),
  'alexnet-single': () => modelOf('alexnet-single', AFFORDABLE),
  'alexnet-caffe': () => modelOf('alexnet-caffe', AFFORDABLE),
};

const small = { inputShape: [9, 8, 4] };

/** Small networks with every kind of layer, each in the ways it can be written. */
export const smallModels: Readonly<Record<string, () => ModelSpec>> = {
  convolutions: () =>
    sequential(small, [
      conv2d({ filters: 6, kernelSize: [3, 2], padding: 'same', strides: 2, activation: 'relu' }),
      conv2d({
        filters: 8,
        kernelSize: 2,
        groups: 2,
        padding: [
          [1, 0],
          [2, 1],
        ],
        dilationRate: 2,
        useBias: false,
      }),
      depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'tanh' }),
      separableConv2d({ filters: 5, kernelSize: 2, depthMultiplier: 2, activation: 'sigmoid' }),
      flatten(),
      dense({ units: 3, activation: 'softmax' }),
    ]),
  transposed: () =>
    sequential(small, [
      conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, groups: 2, padding: 'same' }),
      conv2dTranspose({
        filters: 4,
        kernelSize: [2, 3],
        strides: [3, 1],
        padding: [
          [1, 0],
          [1, 1],
        ],
        dilationRate: [1, 2],
      }),
      conv2dTranspose({ filters: 3, kernelSize: 2, strides: 3 }),
    ]),
  pooling: () =>
    sequential(small, [
      maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      minPooling2d({
        poolSize: 2,
        strides: 1,
        padding: [
          [1, 0],
          [0, 1],
        ],
      }),
      averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
      averagePooling2d({
        poolSize: 2,
        strides: 1,
        padding: [
          [1, 0],
          [0, 1],
        ],
        countIncludePad: true,
      }),
      globalAveragePooling2d(),
    ]),
  padding: () =>
    sequential(small, [
      zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
      padding2d({
        padding: [
          [1, 1],
          [2, 0],
        ],
        mode: 'reflect',
      }),
      padding2d({ padding: 1, mode: 'replicate' }),
      padding2d({
        padding: [
          [2, 1],
          [0, 1],
        ],
        mode: 'circular',
      }),
      padding2d({ padding: 1, mode: 'constant', value: -0.5 }),
      cropping2d({
        cropping: [
          [2, 1],
          [0, 3],
        ],
      }),
      upsampling2d({ size: [2, 3] }),
    ]),
  moves: () =>
    sequential(small, [
      permute({ dims: [2, 3, 1] }),
      reshape({ targetShape: [6, 4, 12] }),
      conv2d({ filters: 5, kernelSize: 3 }),
      reshape({ targetShape: [40] }),
      dense({ units: 12 }),
      reshape({ targetShape: [2, 2, 3] }),
      conv2d({ filters: 4, kernelSize: 1 }),
      flatten(),
    ]),
  normalized: () =>
    sequential(small, [
      conv2d({ filters: 6, kernelSize: 3, useBias: false }),
      batchNormalization({ epsilon: 1e-5 }),
      activation({ activation: 'relu' }),
      localResponseNormalization({ size: 5, alpha: 0.1 }),
      localResponseNormalization({ size: 4, alpha: 0.2, beta: 0.5, k: 1 }),
      localResponseNormalization({ size: 3, alpha: 0.5, groups: 2 }),
      localResponseNormalization({ size: 2, alpha: 0.5, groups: 3 }),
      depthwiseConv2d({ kernelSize: 2 }),
      batchNormalization(),
      prelu({ sharedAxes: [1, 2] }),
      prelu(),
      flatten(),
      batchNormalization(),
      prelu(),
      clip({ min: -1, max: 2 }),
      clip({ max: 1.5 }),
      dropout({ rate: 0.5 }),
      dense({ units: 7 }),
      batchNormalization(),
      dropout({ rate: 0.25, mode: '2012' }),
      dense({ units: 3, activation: 'softmax' }),
    ]),
  of1998: () =>
    sequential({ inputShape: [10, 10, 3] }, [
      subsampling2d({ poolSize: 2 }),
      connectedConv2d({
        connections: [[0, 1], [1, 2], [0, 1, 2], [2]],
        kernelSize: 3,
        activation: 'tanh',
      }),
      flatten(),
      rbf({
        centers: [
          [1, 0, 0, 0],
          [0, 1, 0, 0],
        ].map((row) => Array.from({ length: 36 }, (_, i) => row[i % 4])),
      }),
    ]),
  activations: () =>
    sequential(small, [
      ...(
        [
          'relu',
          'tanh',
          'sigmoid',
          'scaledTanh',
          'softplus',
          'selu',
          'softsign',
          'swish',
          'mish',
          'gelu',
        ] as const
      ).map((name) => conv2d({ filters: 4, kernelSize: 1, activation: name })),
      activation({ activation: 'leakyRelu' }),
      activation({ activation: 'leakyRelu', alpha: 0.05 }),
      activation({ activation: 'elu', alpha: 0.7 }),
      activation({ activation: 'hardSigmoid' }),
      activation({ activation: 'hardSigmoid', alpha: 0.2 }),
      conv2d({ filters: 4, kernelSize: 1 }),
      activation({ activation: 'hardSwish' }),
      activation({ activation: 'softmax' }),
    ]),
  joins: () => {
    const x = input({ shape: [6, 5, 3] });
    const one = conv2d({ filters: 4, kernelSize: 3, padding: 'same' })(x);
    const two = conv2d({ filters: 4, kernelSize: 1 })(x);
    const joined = concatenate()(add()(one, two), subtract()(one, two), multiply()(one, two), x);
    const rows = [globalMaxPooling2d()(joined), globalMinPooling2d()(joined)] as const;
    const both = concatenate()(flatten()(one), average()(...rows), flatten()(two));
    const most = maximum()(dense({ units: 6 })(both), dense({ units: 6 })(flatten()(one)));
    const least = minimum()(most, dense({ units: 6 })(add()(flatten()(one), flatten()(two))));
    return model({ inputs: x, outputs: least });
  },
  // Flattened pictures whose order counts: mixed with a row of its own, and read by a reshape.
  orders: () => {
    const x = input({ shape: [4, 3, 2] });
    const row = flatten()(x);
    const mixed = add()(row, dense({ units: 24 })(globalAveragePooling2d()(x)));
    return model({ inputs: x, outputs: dense({ units: 3 })(mixed) });
  },
  severalEnds: () => {
    const picture = input({ name: 'picture', shape: [6, 6, 2] });
    const other = input({ name: 'other', shape: [6, 6, 2] });
    const numbers = input({ name: 'numbers', shape: [3] });
    const shared = conv2d({ name: 'shared', filters: 3, kernelSize: 3, activation: 'relu' });
    const rows = [flatten()(shared(picture)), flatten()(shared(other))] as const;
    const reads = dense({ name: 'reads', units: 5 });
    const all = concatenate()(reads(rows[0]), reads(rows[1]), numbers);
    return model({
      inputs: { picture, other, numbers },
      outputs: { class: dense({ units: 4, activation: 'softmax' })(all), map: shared(picture) },
    });
  },
};

export const everyModel: Readonly<Record<string, () => ModelSpec>> = {
  ...tableModels,
  ...smallModels,
};
