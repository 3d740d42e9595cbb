/**
 * @file The trained models of others behind the door FOVEA_MODELS: what each reads, and what its file does not say.
 */
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';

export interface ForeignModel {
  /** In the folder. */
  readonly file: string;
  readonly data: 'mnist' | 'cifar10';
  /** How pixels become numbers, as `--preprocess` has it. */
  readonly preprocess: string;
  /** Of the first 1,000 test pictures, measured by others. */
  readonly accuracy: number;
  /** The network of a file that holds weights alone. */
  readonly network?: ModelSpec;
}

const { activation, batchNormalization, conv2d, dense, flatten, maxPooling2d } = layers;
const relu = { activation: 'relu' } as const;
const answer = dense({ units: 10, activation: 'softmax' });
const digits = { inputShape: [28, 28, 1] };

/** State dicts of PyTorch and tinygrad. */
export const stateDicts = [
  {
    file: 'pytorch/lenet5-openvino.pth',
    network: sequential(digits, [
      conv2d({ filters: 6, kernelSize: 5 }),
      maxPooling2d(),
      activation(relu),
      conv2d({ filters: 16, kernelSize: 5 }),
      maxPooling2d(),
      activation(relu),
      flatten(),
      dense({ units: 120, ...relu }),
      dense({ units: 84, ...relu }),
      answer,
    ]),
    preprocess: 'mnist',
    accuracy: 0.979,
  },
  {
    file: 'pytorch/tiny-mnist.pth',
    network: sequential(digits, [
      conv2d({ filters: 16, kernelSize: 3, ...relu }),
      flatten(),
      answer,
    ]),
    preprocess: '0..1',
    accuracy: 0.935,
  },
  {
    file: 'safetensors/jsgrad-mnist.safetensors',
    network: sequential(digits, [
      conv2d({ filters: 32, kernelSize: 5, ...relu }),
      conv2d({ filters: 32, kernelSize: 5, ...relu }),
      batchNormalization({ epsilon: 1e-5 }),
      maxPooling2d(),
      conv2d({ filters: 64, kernelSize: 3, ...relu }),
      conv2d({ filters: 64, kernelSize: 3, ...relu }),
      batchNormalization({ epsilon: 1e-5 }),
      maxPooling2d(),
      flatten(),
      answer,
    ]),
    preprocess: '0..255',
    accuracy: 0.991,
  },
  {
    file: 'safetensors/tinygrad-mlp.safetensors',
    network: sequential(digits, [
      flatten(),
      dense({ units: 128, useBias: false }),
      activation({ activation: 'leakyRelu', alpha: 0.01 }),
      dense({ units: 10, useBias: false, activation: 'softmax' }),
    ]),
    // Without biases pixels of either scale are read equally well, but only with these is it as sure as it is right.
    preprocess: '0..255',
    accuracy: 0.903,
  },
].map((model): ForeignModel & { readonly network: ModelSpec } => ({ ...model, data: 'mnist' }));

const mnist = (file: string, preprocess: string, accuracy: number): ForeignModel => {
  return { file, data: 'mnist', preprocess, accuracy };
};
const cifar10 = (file: string, preprocess: string, accuracy: number): ForeignModel => {
  return { file, data: 'cifar10', preprocess, accuracy };
};

/** All that were trained on data we have. */
export const foreignModels: readonly ForeignModel[] = [
  mnist('keras-h5/lenet5-relu-maxpool.h5', '0..255', 0.972),
  mnist('keras-h5/tensorspace-lenet.h5', '0..1', 0.986),
  mnist('keras-h5/tinymaix-mnist_dw.h5', '0..1', 0.903),
  mnist('keras-h5/tinymaix-mnist_valid.h5', '0..1', 0.96),
  mnist('keras-v3/lenet5-tanh-avgpool.keras', '0..255', 0.971),
  mnist('tfjs/lenet/mnist.json', '0..255', 0.974),
  mnist('onnx/lenet5-openvino.onnx', 'mnist', 0.979),
  mnist('onnx/lenet5-web.onnx', '0..1', 0.982),
  mnist('onnx/mlp-batch10.onnx', 'mnist', 0.968),
  mnist('onnx/mnist-8-opt.onnx', 'mnist', 0.987),
  mnist('onnx/mnist-cnn-bn.onnx', 'mnist', 0.975),
  mnist('onnx/tiny-mnist.onnx', '0..1', 0.935),
  mnist('onnx/vnn-convnet-avgpool.onnx', '0..1', 0.974),
  ...stateDicts,
  cifar10('keras-h5/tinymaix-cifar10.h5', '0..1', 0.755),
  cifar10('onnx/vnn-cifar-base-kw.onnx', 'mean=0.485/0.456/0.406,std=0.225', 0.611),
  cifar10('onnx/vnn-cifar10-resnet-2b.onnx', 'cifar10', 0.703),
  cifar10('onnx/vnn-marabou-cifar10-small.onnx', '0..1', 0.63),
];
