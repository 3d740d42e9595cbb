import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../../backends/select.ts';
import type { Split } from '../../data/dataset.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { activations } from '../prediction/batchPrediction.ts';
import { autoencoderOf } from './autoencoder.ts';
import { machineOf, onto, standardised } from './machineOfLayer.ts';
import { type PretrainEvent, pretrain } from './pretrain.ts';
import type { PretrainOptions } from './pretrainOptions.ts';

const opening = openSession({ threads: 1 });
afterAll(async () => (await opening).close());

const net = (activation: 'sigmoid' | 'tanh' = 'sigmoid', padding: 'valid' | 'same' = 'valid') =>
  sequential({ inputShape: [10, 10, 1] }, [
    layers.conv2d({ filters: 4, kernelSize: 3, activation, padding, name: 'conv1' }),
    layers.maxPooling2d({ name: 'pool1' }),
    layers.conv2d({ filters: 5, kernelSize: 3, activation, padding, name: 'conv2' }),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax', name: 'answer' }),
  ]);

/** Bars, upright or lying. */
const images = Uint8Array.from({ length: 48 * 100 }, (_, i) => {
  const [n, y, x] = [Math.floor(i / 100), Math.floor(i / 10) % 10, i % 10];
  return (n % 2 === 0 ? x : y) === n % 9 ? 255 : 0;
});
const pictures: Split = { count: 48, images, labels: new Uint8Array(48) };

async function run(spec: ModelSpec, options: PretrainOptions) {
  const events: PretrainEvent[] = [];
  for await (const event of pretrain(await opening, spec, pictures, {
    batchSize: 16,
    ...options,
  })) {
    events.push(event);
  }
  const errors = (layer: string) =>
    events.flatMap((event) => (event.type === 'epoch' && event.layer === layer ? event.error : []));
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error('it does not end');
  return { events, errors, weights: last.weights };
}

const METHODS = [
  { method: 'autoencoder', learningRate: 0.02 },
  { method: 'rbm', learningRate: 0.5 },
] as const;

describe.each(METHODS)('$method', (options) => {
  it('trains each convolution on what the layers before it give', async () => {
    const { events, errors, weights } = await run(net(), { ...options, epochs: 6 });
    expect(events.filter(({ type }) => type === 'layer')).toMatchObject([
      { layer: 'conv1', layers: ['conv1', 'conv2'] },
      { layer: 'conv2' },
    ]);
    expect([...weights].map(([name, { shape }]) => [name, [...shape]])).toEqual([
      ['conv1/kernel', [3, 3, 1, 4]],
      ['conv1/bias', [4]],
      ['conv2/kernel', [3, 3, 4, 5]],
      ['conv2/bias', [5]],
    ]);
    for (const layer of ['conv1', 'conv2']) {
      expect(errors(layer)).toHaveLength(6);
      expect(errors(layer)[5]).toBeLessThan(0.97 * errors(layer)[0]);
    }
    // What conv2 learns depends on what conv1 has learned.
    const alone = await run(net(), { ...options, epochs: 6, layers: ['conv2'] });
    expect([...alone.weights.keys()]).toEqual(['conv2/kernel', 'conv2/bias']);
    expect(alone.errors('conv2')[0]).not.toBe(errors('conv2')[0]);
  });

  it('leaves layers without biases without', async () => {
    const spec = sequential({ inputShape: [10, 10, 1] }, [
      layers.conv2d({
        filters: 2,
        kernelSize: 3,
        useBias: false,
        activation: 'tanh',
        name: 'conv',
      }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ]);
    const { weights } = await run(spec, { ...options, epochs: 1 });
    expect([...weights.keys()]).toEqual(['conv/kernel']);
  });

  it('gives the same bits for the same seed, others for another', async () => {
    const first = { ...options, epochs: 1, layers: ['conv1'] };
    const [a, b, c] = [
      await run(net(), first),
      await run(net(), first),
      await run(net(), { ...first, seed: 1 }),
    ];
    expect(b.weights).toEqual(a.weights);
    expect(c.weights).not.toEqual(a.weights);
  });
});

describe('a machine', () => {
  it('has the convolution, blocks and units of its layer', () => {
    const [conv1, , conv2] = layerShapes(net('tanh', 'same'));
    const own = { pooling: undefined, sparsity: undefined };
    expect(machineOf(conv1, 'binary', own)).toMatchObject({
      inputShape: [10, 10, 1],
      kernelShape: [3, 3, 1, 4],
      convolution: {
        pads: [
          [1, 1],
          [1, 1],
        ],
        strides: [1, 1],
        groups: 1,
      }, // prettier-ignore
      pooling: 2,
    });
    expect(machineOf(conv2, 'binary', own).pooling).toBe(1); // 5 x 5 maps
    expect(standardised(Float32Array.of(0, 1, 0.5)).visible).toBe('binary');
    expect(standardised(Float32Array.of(0, 1, -0.5)).visible).toBe('gaussian');
  });

  it('of other numbers sees them at mean 0 and variance 1, and the layer sees the same', async () => {
    const raw = Float32Array.from({ length: 10 * 10 * 6 }, (_, i) => 3 + ((i * 37) % 11));
    const { numbers, scale } = standardised(raw);
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(variance).toBeCloseTo(1, 4);
    const kernelShape = [3, 3, 1, 4];
    const kernel = Float32Array.from({ length: 36 }, (_, i) => ((i * 13) % 7) / 7 - 0.4);
    const learned = { kernel, bias: Float32Array.of(0.1, 0.2, 0.3, 0.4), visibleBias: kernel };
    const folded = onto(learned, scale, { kernelShape }, 'sigmoid') as typeof learned;
    const given = async (rows: Float32Array, w: typeof learned, spec = net()) => {
      const weights = new Map<string, StateValue>([
        ['conv1/kernel', { shape: kernelShape, data: w.kernel }],
        ['conv1/bias', { shape: [4], data: w.bias }],
      ]);
      return (await activations(await opening, { spec, weights }, rows, ['conv1'])).conv1.data;
    };
    const [machine, layer] = [await given(numbers, learned), await given(raw, folded)];
    layer.forEach((value, i) => {
      expect(value).toBeCloseTo(machine[i], 4);
    });
    // tanh(a / 2) = 2 sigmoid(a) - 1
    const half = onto(learned, scale, { kernelShape }, 'tanh') as typeof learned;
    const halved = await given(raw, half, net('tanh'));
    halved.forEach((value, i) => {
      expect(value).toBeCloseTo(2 * machine[i] - 1, 4);
    });
    expect(onto(learned, scale, { kernelShape }, 'relu')).toEqual({ kernel: folded.kernel });
  });
});

describe('an auto-encoder', () => {
  it('gives back the size it reads, and is refused where it cannot', () => {
    const [conv1] = layerShapes(net());
    const spec = autoencoderOf(conv1.spec, [10, 10, 1], 0.3);
    expect(spec.layers.map(({ kind, options }) => [kind, options.rate ?? options.filters])).toEqual(
      [
        ['dropout', 0.3],
        ['conv2d', 4],
        ['conv2dTranspose', 1],
      ],
    );
    const strided = { ...conv1.spec, options: { ...conv1.spec.options, strides: [2, 2] } };
    expect(() => autoencoderOf(strided, [10, 10, 1], 0)).toThrow(
      /gives \(9, 9, 1\), it reads \(10, 10, 1\)/,
    );
  });
});

it.each<[PretrainOptions, RegExp]>([
  [{ layers: ['conv3'] }, /no convolution of sequential is named "conv3"\n.*conv1, conv2/],
  [{ epochs: 0 }, /epochs/],
  [{ noise: 1 }, /noise/],
  [{ method: 'gan' as 'rbm' }, /method/],
  [{ method: 'rbm', pooling: 3 }, /blocks of 3 x 3 units in hidden maps of \(8, 8, 4\)/],
])('refuses %o', async (options, message) => {
  await expect(run(net(), options)).rejects.toThrow(message);
});
