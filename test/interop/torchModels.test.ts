/** @file Real state dicts of others (`FOVEA_MODELS`): on the networks that their authors wrote, they get right what they did. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import { checkModel } from '../../src/runs/checkImport.ts';
import { openImport } from '../../src/runs/importRun.ts';
import { behindDoor, door } from '../support/doors.ts';

const { activation, batchNormalization, conv2d, dense, flatten, maxPooling2d } = layers;
const digits = { inputShape: [28, 28, 1] };
const relu = { activation: 'relu' } as const;
const answer = dense({ units: 10, activation: 'softmax' });

/** File, network, `--preprocess`, share of the first 1,000 test pictures of MNIST. */
const files: readonly (readonly [string, ModelSpec, string, number])[] = [
  [
    'pytorch/lenet5-openvino.pth',
    sequential(digits, [
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
    'mnist',
    0.979,
  ],
  [
    'pytorch/tiny-mnist.pth',
    sequential(digits, [conv2d({ filters: 16, kernelSize: 3, ...relu }), flatten(), answer]),
    '0..1',
    0.935,
  ],
  [
    'safetensors/jsgrad-mnist.safetensors',
    sequential(digits, [
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
    '0..255',
    0.991,
  ],
  [
    'safetensors/tinygrad-mlp.safetensors',
    sequential(digits, [
      flatten(),
      dense({ units: 128, useBias: false }),
      activation({ activation: 'leakyRelu', alpha: 0.01 }),
      dense({ units: 10, useBias: false, activation: 'softmax' }),
    ]),
    '0..1',
    0.903,
  ],
];

behindDoor('FOVEA_MODELS', 'a state dict of others', (folder) => {
  it.skipIf(door('FOVEA_DATA') === undefined).each(files)(
    '%s',
    async (file, model, preprocess, expected) => {
      const opened = await openImport({ file: path.join(folder, file), model, preprocess });
      const checked = await checkModel(opened.model, { data: 'mnist', count: 1000, all: false });
      expect(Math.abs(checked.scalings[0].accuracy - expected)).toBeLessThan(0.002);
    },
  );
});
