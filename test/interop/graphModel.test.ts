/**
 * @file TensorFlow.js graph models, written by hand from models of this house: the same layers, numbers and answers.
 */
import { describe, expect, it } from 'vitest';
import { FoveaError } from '../../src/base/errors.ts';
import { importModel } from '../../src/interop/importers.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { modelOf } from '../../src/models/index.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { input, model } from '../../src/nn/model.ts';
import type { TrainedModel } from '../../src/nn/trained.ts';
import { asTrained } from './asTrained.ts';
import { type GraphWish, graphModelOf } from './graphDef.ts';
import { largestDifference } from './roundTrip.ts';

const read = async (files: Map<string, Uint8Array>) =>
  importModel(await sourceOfFiles('model.json', files));
const back = (trained: TrainedModel, wish?: GraphWish) => read(graphModelOf(trained, wish));

/** Branches, both kinds of convolution, statistics, a padding, a bound. */
function branching(): TrainedModel {
  const x = input({ shape: [9, 8, 3] });
  const a = layers.conv2d({
    filters: 4,
    kernelSize: [3, 2],
    strides: 2,
    padding: 'same',
    activation: 'relu',
  })(x);
  const b = layers.batchNormalization({ epsilon: 0.01 })(a);
  const c = layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false })(b);
  const sum = layers.add()(c, b);
  const both = layers.concatenate()(sum, layers.multiply()(sum, b));
  const padded = layers.zeroPadding2d({
    padding: [
      [1, 0],
      [2, 1],
    ],
  })(both);
  const bound = layers.clip({ min: 0, max: 6 })(padded);
  const pooled = layers.averagePooling2d({ poolSize: 2, padding: 'same' })(bound);
  // Read by two: the activation may not go into it.
  const plain = layers.conv2d({ filters: 5, kernelSize: 1, useBias: false })(pooled);
  const split = layers.concatenate()(plain, layers.activation({ activation: 'relu' })(plain));
  const wide = layers.conv2d({ filters: 6, kernelSize: 2, groups: 2, activation: 'elu' })(split);
  const row = layers.globalAveragePooling2d()(
    layers.maxPooling2d({ poolSize: 2, strides: 1 })(wide),
  );
  const y = layers.dense({ units: 3, activation: 'softmax' })(
    layers.dense({ units: 7, activation: 'tanh' })(row),
  );
  return asTrained(model({ name: 'branching', inputs: x, outputs: y }));
}

describe('graph models', () => {
  it.each([{}, { fused: true }])(
    'of lenet5 and of branches answer as they did (%o)',
    async (wish) => {
      for (const trained of [asTrained(modelOf('lenet5')), branching()]) {
        const found = await back(trained, wish);
        expect(found.preprocessing).toBe('assumed');
        expect(found.spec.layers.map(({ kind }) => kind)).toEqual(
          trained.spec.layers.map(({ kind }) => kind),
        );
        const values = [...trained.weights.values()].map(({ data }) => data);
        expect([...found.weights.values()].map(({ data }) => data).sort(byText)).toEqual(
          values.sort(byText),
        );
        expect(await largestDifference(trained, found)).toBe(0);
      }
    },
  );

  it('take bias and activation into the layer they follow alone', async () => {
    const found = await back(asTrained(modelOf('lenet5')));
    expect(found.spec.layers.map(({ options }) => options.activation)).toEqual(
      modelOf('lenet5').layers.map(({ options }) => options.activation),
    );
  });

  it.each([
    ['uint8', 0.02],
    ['uint16', 1e-4],
    ['float16', 1e-3],
  ] as const)('with weights as %s answer within %d', async (quantized, most) => {
    const trained = branching();
    const found = await back(trained, { quantized });
    const difference = await largestDifference(trained, found);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(most);
  });

  it('say the operation, the node and the file of what they cannot be', async () => {
    const files = graphModelOf(branching());
    const change = (from: RegExp, to: string) => {
      const json = new TextDecoder().decode(files.get('model.json')).replace(from, to);
      return read(new Map([...files, ['model.json', new TextEncoder().encode(json)]]));
    };
    await expect(change(/"Relu6"/, '"Einsum"')).rejects.toThrow(
      /model\.json: node "clip" \(Einsum\): this operation cannot be imported/,
    );
    await expect(change(/"TkhXQw=="/, '"TkNIVw=="')).rejects.toThrow(/data_format is "NCHW"/);
    await expect(change(/"is_training":\{"b":false\}/, '"is_training":{"b":true}')).rejects.toThrow(
      /is_training/,
    );
    await expect(change(/"Identity:0"/, '"nothing:0"')).rejects.toThrow(FoveaError);
    await expect(change(/"weights\/all\.bin"/, '"../../etc/passwd"')).rejects.toThrow(
      /folder of the model/,
    );
    await expect(change(/"input":\["x"/, '"input":["Identity"')).rejects.toThrow(/reads itself/);
    await expect(change(/\{"size":"9"\}/, '{"size":"-1"}')).rejects.toThrow(/no fixed size/);
  });
});

const byText = (a: ArrayLike<number>, b: ArrayLike<number>) => (String(a) < String(b) ? -1 : 1);
