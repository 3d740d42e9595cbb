/**
 * @file Models out to Keras and TensorFlow.js and in again: equal layers, equal numbers, equal answers.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FoveaError } from '../../src/base/errors.ts';
import { kerasTopology } from '../../src/interop/keras/export/topology.ts';
import { modelNames, modelOf } from '../../src/models/index.ts';
import * as nn from '../../src/nn/layers/index.ts';
import { input, model } from '../../src/nn/model.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import { asTrained } from './asTrained.ts';
import { expectSame, largestDifference, thereAndBack } from './roundTrip.ts';

const formats = ['keras', 'h5', 'tfjs'] as const;
const { layers } = nn;

/** Models of the table that Keras can hold, and why it cannot hold the others. */
const held: Readonly<Record<string, RegExp | undefined>> = {
  lenet5: undefined,
  'lenet5-1998': /Keras has no/,
  alexnet: /Keras has no local response normalisation/,
  'alexnet-single': /Keras has no local response normalisation/,
  'alexnet-caffe': /Keras has no local response normalisation/,
  'alexnet-cifar10': undefined,
  'cifar-quick': undefined,
};

it('what Keras lacks is named, with what it has in its place', () => {
  const spec = sequential({ inputShape: [4, 4, 1] }, [layers.globalMinPooling2d()]);
  expect(() => kerasTopology(spec, 'keras3')).toThrow(
    /Keras has no minimum pooling[\s\S]*to fix: use globalMaxPooling2d/,
  );
});

describe('the table of models', () => {
  it('is known here model by model', () => {
    expect(Object.keys(held).sort()).toEqual([...modelNames].sort());
  });

  it.each(Object.entries(held))('%s goes out whole, or is refused by name', (name, refusal) => {
    const spec = modelOf(name as 'lenet5');
    if (refusal === undefined)
      expect(kerasTopology(spec, 'keras3').parts.length).toBeGreaterThan(5);
    else {
      expect(() => kerasTopology(spec, 'keras3')).toThrow(refusal);
      expect(() => kerasTopology(spec, 'keras3')).toThrow(FoveaError);
    }
  });

  it.each(formats)('lenet5 and cifar-quick come back from %s as they were', async (format) => {
    for (const name of ['lenet5', 'cifar-quick'] as const) {
      const trained = asTrained(modelOf(name));
      const back = await thereAndBack(trained, format);
      expectSame(back, trained);
      expect(back.classes).toEqual(trained.classes);
      expect(back.preprocessing).toBe('file');
      expect(await largestDifference(trained, back, 2)).toBe(0);
    }
  });
});

/** Every layer that Keras has, with options that are not its defaults. */
function manyLayers(): ModelSpec {
  const x = input({ shape: [12, 14, 3] });
  const y = layers.conv2d({ filters: 8, kernelSize: [3, 5], padding: 'same', l2: 0.01 })(x);
  const normal = layers.batchNormalization({ momentum: 0.9, epsilon: 0.01 })(y);
  const a = layers.activation({ activation: 'leakyRelu', alpha: 0.1 })(normal);
  const b = layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', depthMultiplier: 2 })(a);
  const c = layers.separableConv2d({
    filters: 8,
    kernelSize: 3,
    padding: 'same',
    activation: 'tanh',
  })(b);
  const sum = layers.add()(c, a);
  const product = layers.multiply()(sum, c);
  const most = layers.maximum()(product, a);
  const least = layers.minimum()(most, c);
  const mean = layers.average()(least, sum, c);
  const all = layers.concatenate()(mean, a);
  const bent = layers.prelu({ sharedAxes: [1, 2] })(all);
  const bound = layers.clip({ min: 0, max: 6 })(bent);
  const padded = layers.zeroPadding2d({
    padding: [
      [1, 2],
      [0, 3],
    ],
  })(bound);
  const cut = layers.cropping2d({
    cropping: [
      [1, 0],
      [2, 1],
    ],
  })(padded);
  const small = layers.averagePooling2d({ poolSize: [3, 2], strides: 2, padding: 'same' })(cut);
  const large = layers.upsampling2d({ size: [2, 1] })(small);
  const wide = layers.conv2dTranspose({
    filters: 4,
    kernelSize: 3,
    strides: 2,
    padding: 'same',
    activation: 'elu',
  })(large);
  const pooled = layers.maxPooling2d({ poolSize: 3, strides: 2 })(wide);
  const turned = layers.permute({ dims: [2, 1, 3] })(pooled);
  const dropped = layers.dropout({ rate: 0.3 })(turned);
  const row = layers.globalAveragePooling2d()(dropped);
  const other = layers.flatten()(
    layers.reshape({ targetShape: [1, 1, 4] })(layers.globalMaxPooling2d()(turned)),
  );
  const both = layers.concatenate()(row, other);
  const hidden = layers.dense({ units: 6, activation: 'selu', useBias: false, trainable: false })(
    both,
  );
  return model({
    name: 'many',
    inputs: x,
    outputs: layers.dense({ units: 3, activation: 'softmax' })(hidden),
  });
}

describe.each(formats)('%s', (format) => {
  it('gives back every layer that Keras has', async () => {
    const trained = asTrained(manyLayers());
    const back = await thereAndBack(trained, format);
    expectSame(back, trained);
    expect(await largestDifference(trained, back)).toBe(0);
  });

  it('gives back layers that are applied twice, inputs and outputs by name', async () => {
    const left = input({ shape: [6, 6, 1], name: 'left' });
    const right = input({ shape: [6, 6, 1], name: 'right' });
    const shared = layers.conv2d({ filters: 2, kernelSize: 3, name: 'eye' });
    const norm = layers.batchNormalization({ name: 'norm' });
    const see = (x: typeof left) => layers.flatten()(norm(shared(x)));
    const both = layers.concatenate()(see(left), see(right));
    const spec = model({
      inputs: { left, right },
      outputs: {
        same: layers.dense({ units: 1, activation: 'sigmoid', name: 'same' })(both),
        digit: layers.dense({ units: 10, name: 'digit' })(both),
      },
    });
    const trained = asTrained(spec);
    const back = await thereAndBack(trained, format);
    expect(back.spec.layers.filter(({ shares }) => shares === 'eye')).toHaveLength(1);
    expect(back.spec.inputs).toEqual(spec.inputs);
    expect(back.spec.outputs).toEqual(spec.outputs);
    expect(back.weights).toEqual(trained.weights);
    expect(await largestDifference(trained, back)).toBe(0);
  });

  it('takes the preprocessing along, as layers that come back as preprocessing', async () => {
    const options = [
      { scale: 1 / 255, offset: 0 },
      { scale: 1, offset: 0 },
      { scale: 2 / 255, offset: -1 },
      { scale: 1 / 255, offset: 0, mean: [104, 117, 124] },
      { scale: [0.017, 0.018, 0.019], offset: 0, mean: [104, 117, 124] },
    ];
    for (const preprocessing of options) {
      const spec = sequential(
        { inputShape: [4, 4, 3], preprocessing: preprocessing as never, name: 'p' },
        [layers.flatten(), layers.dense({ units: 2 })],
      );
      const trained = asTrained(spec);
      const back = await thereAndBack(trained, format);
      expect(back.preprocessing).toBe('file');
      expectSame(back, trained);
    }
  });

  it('expresses what Keras says otherwise, with the same answers', async () => {
    const spec = sequential({ inputShape: [9, 9, 2], name: 'otherwise' }, [
      layers.conv2d({
        filters: 4,
        kernelSize: 3,
        padding: [
          [1, 2],
          [0, 1],
        ],
        activation: 'scaledTanh',
      }),
      layers.averagePooling2d({ poolSize: 2, padding: 1, countIncludePad: true }),
      layers.depthwiseConv2d({ kernelSize: 2, padding: 1, activation: 'leakyRelu' }),
      layers.dropout({ rate: 0.5, mode: '2012' }),
      layers.activation({ activation: 'hardSigmoid' }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'leakyRelu' }),
    ]);
    const trained = asTrained(spec);
    const back = await thereAndBack(trained, format);
    expect(await largestDifference(trained, back)).toBeLessThan(1e-6);
  });

  it('writes the same bytes for the same model', async () => {
    const { exportModel } = await import('../../src/interop/exporters.ts');
    const trained = asTrained(modelOf('lenet5'));
    const a = await exportModel(trained, format);
    // As if the second one were written on another day.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 1e8);
    onTestFinished(() => clock.mockRestore());
    const b = await exportModel(trained, format);
    expect([...a.keys()]).toEqual([...b.keys()]);
    for (const [name, bytes] of a) expect(Buffer.from(b.get(name) ?? []).equals(bytes)).toBe(true);
  });
});
