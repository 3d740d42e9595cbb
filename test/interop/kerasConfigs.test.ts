/**
 * @file Single layers of Keras's JSON as each of its versions writes them: what they become here, and what they answer.
 */
import { describe, expect, it } from 'vitest';
import { answers, chained, h5, inputLayer, type Json, layer, open, ramp } from './kerasJson.ts';

function expectClose(found: readonly number[], expected: readonly number[], digits = 5): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe('activations', () => {
  const one = async (className: string, config: Json, version?: string) => {
    const model = await chained([inputLayer(5), layer(className, config)], [], version);
    return answers(model, [-4, -0.5, 0, 2, 9]);
  };

  it.each([
    ['ReLU', {}, [0, 0, 0, 2, 9]],
    ['ReLU', { max_value: 6, negative_slope: 0, threshold: 0 }, [0, 0, 0, 2, 6]],
    ['ReLU', { max_value: 6, negative_slope: 0.5 }, [-2, -0.25, 0, 2, 6]],
    ['LeakyReLU', { alpha: 0.1 }, [-0.4, -0.05, 0, 2, 9]],
    ['LeakyReLU', { negative_slope: 0.25 }, [-1, -0.125, 0, 2, 9]],
    ['LeakyReLU', {}, [-1.2, -0.15, 0, 2, 9]],
    ['ELU', { alpha: 2 }, [2 * Math.expm1(-4), 2 * Math.expm1(-0.5), 0, 2, 9]],
    ['Activation', { activation: 'relu6' }, [0, 0, 0, 2, 6]],
    ['Activation', { activation: 'leaky_relu' }, [-0.8, -0.1, 0, 2, 9]],
    ['Activation', { activation: 'linear' }, [-4, -0.5, 0, 2, 9]],
    ['Activation', { activation: { class_name: 'function', config: 'relu6' } }, [0, 0, 0, 2, 6]],
    [
      'Activation',
      { activation: { class_name: 'LeakyReLU', config: { alpha: 0.5 } } },
      [-2, -0.25, 0, 2, 9],
    ],
  ])('%s %o', async (className, config, expected) => {
    const found = await one(className, config);
    expectClose(found, expected);
  });

  it('take the slope of hard_sigmoid from the version', async () => {
    const config = { activation: 'hard_sigmoid' };
    expect((await one('Activation', config, '2.9.0'))[1]).toBeCloseTo(0.4, 6);
    expect((await one('Activation', config, '3.1.0'))[1]).toBeCloseTo(0.5 - 0.5 / 6, 6);
  });
});

describe('layers', () => {
  it('read Keras 1 by its words', async () => {
    const model = await chained(
      [
        layer('Convolution2D', {
          batch_input_shape: [null, 5, 4, 2],
          nb_filter: 3,
          nb_row: 3,
          nb_col: 2,
          border_mode: 'same',
          subsample: [2, 1],
          bias: true,
          dim_ordering: 'tf',
          activation: 'relu',
          name: 'c',
        }),
        layer('Flatten', {}),
        layer('Dropout', { p: 0.25 }),
        layer('Dense', { output_dim: 2, bias: false, name: 'd' }),
      ],
      [
        {
          name: 'c',
          arrays: [
            ['c/c_W', [3, 2, 2, 3]],
            ['c/c_b', [3]],
          ],
        },
        { name: 'd', arrays: [['d/d_W', [36, 2]]] },
      ],
      '1.2.2',
    );
    const [conv, , drop, dense] = model.spec.layers;
    expect(conv).toMatchObject({
      options: { filters: 3, kernelSize: [3, 2], strides: [2, 1], padding: 'same' },
    });
    expect(drop.options.rate).toBe(0.25);
    expect(dense.options).toMatchObject({ units: 2, useBias: false });
    expect(model.weights.get('c/kernel')?.data).toEqual(ramp(36));
  });

  it('fill up a batch normalisation that Keras left parts of away, and take statistics by name', async () => {
    const config = {
      axis: [3],
      center: false,
      scale: false,
      momentum: 0.9,
      epsilon: 0.1,
      name: 'b',
    };
    const arrays = [
      ['b/moving_variance:0', [2], [4, 9]],
      ['b/moving_mean:0', [2], [1, 2]],
    ] as const;
    const model = await chained(
      [inputLayer(1, 1, 2), layer('BatchNormalization', config)],
      [{ name: 'b', arrays }],
    );
    expect([...(model.weights.get('b/gamma')?.data ?? [])]).toEqual([1, 1]);
    const found = await answers(model, [3, 5]);
    expect(found[0]).toBeCloseTo(2 / Math.sqrt(4.1), 6);
    expect(found[1]).toBeCloseTo(3 / Math.sqrt(9.1), 6);
  });

  it('apply dense to the last axis of an image', async () => {
    const arrays = [
      ['d/kernel:0', [2, 3]],
      ['d/bias:0', [3]],
    ] as const;
    const model = await chained(
      [inputLayer(1, 2, 2), layer('Dense', { units: 3, name: 'd' })],
      [{ name: 'd', arrays }],
    );
    const [kernel, bias] = [ramp(6), ramp(3)];
    const found = await answers(model, [1, 2, 3, 4]);
    for (const [i, x] of [
      [1, 2],
      [3, 4],
    ].entries()) {
      for (let u = 0; u < 3; u++) {
        const expected = x[0] * kernel[u] + x[1] * kernel[3 + u] + bias[u];
        expect(found[i * 3 + u]).toBeCloseTo(expected, 5);
      }
    }
  });

  it('turn channels-first images round where something sees the order', async () => {
    const first = { data_format: 'channels_first' };
    const conv = layer('Conv2D', { filters: 2, kernel_size: [1, 1], name: 'c', ...first });
    const arrays = [
      ['c/kernel:0', [1, 1, 3, 2]],
      ['c/bias:0', [2]],
    ] as const;
    const weights = [{ name: 'c', arrays }];
    // (3, 1, 2) in Keras is (1, 2, 3) here.
    const here = [1, 2, 3, 4, 5, 6];
    const pixel = (p: number, f: number) =>
      [0, 1, 2].reduce((sum, c) => sum + here[p * 3 + c] * ramp(6)[c * 2 + f], ramp(2)[f]);
    // A channels-last flatten of a channels-first image gives channel after channel.
    const kept = await chained([inputLayer(3, 1, 2), conv, layer('Flatten', {})], weights);
    expect(kept.spec.inputShape).toEqual([1, 2, 3]);
    const byChannel = [pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1)];
    expectClose(await answers(kept, here), byChannel);
    // One that knows brings them to channels last.
    const turned = await chained([inputLayer(3, 1, 2), conv, layer('Flatten', first)], weights);
    const byPixel = [pixel(0, 0), pixel(0, 1), pixel(1, 0), pixel(1, 1)];
    expectClose(await answers(turned, here), byPixel);
    // Statistics of axis 1 are those of the channels.
    const norm = layer('BatchNormalization', { axis: 1, name: 'b' });
    const four = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
      (own) => [`b/${own}:0`, [2], [1, 2]] as const,
    );
    const normed = await chained(
      [inputLayer(3, 1, 2), conv, norm],
      [...weights, { name: 'b', arrays: four }],
    );
    expect(normed.spec.layers.map(({ kind }) => kind)).toEqual(['conv2d', 'batchNormalization']);
  });

  it('are refused where channels-first images mean something else by the last axis', async () => {
    const conv = { filters: 2, kernel_size: [1, 1], name: 'c', data_format: 'channels_first' };
    const arrays = [
      ['c/kernel:0', [1, 1, 3, 2]],
      ['c/bias:0', [2]],
    ] as const;
    const after = (own: Json, ...more: Parameters<typeof chained>[0]) =>
      chained(
        [inputLayer(3, 1, 2), layer('Conv2D', { ...conv, ...own }), ...more],
        [{ name: 'c', arrays }],
      );
    await expect(after({ activation: 'softmax' })).rejects.toThrow(/along the width/);
    await expect(after({}, layer('PReLU', { shared_axes: [2, 3] }))).rejects.toThrow(
      /slopes are those of channels-first images/,
    );
  });

  it('make a transposed convolution as large as Keras does', async () => {
    const sizeOf = async (kernel: number, outputPadding?: number) => {
      const config = {
        ...{ filters: 1, kernel_size: [kernel, kernel], strides: [2, 2], padding: 'same' },
        ...{ name: 't', use_bias: false, output_padding: outputPadding ?? null },
      };
      const arrays = [['t/kernel:0', [kernel, kernel, 1, 1]]] as const;
      const net = [inputLayer(3, 3, 1), layer('Conv2DTranspose', config)];
      const model = await chained(net, [{ name: 't', arrays }]);
      return Math.sqrt((await answers(model, [...ramp(9)])).length);
    };
    // (n - 1) stride + kernel - 2 floor(kernel / 2) + padding; n stride where nothing is said.
    expect([await sizeOf(2), await sizeOf(3)]).toEqual([6, 6]);
    expect([await sizeOf(2, 1), await sizeOf(3, 1), await sizeOf(3, 0)]).toEqual([5, 6, 5]);
    await expect(sizeOf(2, 0)).rejects.toThrow(/output_padding is 0 for an even kernel/);
  });

  it('keep the penalty of a separable convolution where both of its kernels have it', async () => {
    const penalised = async (depthwise: number, pointwise: number) => {
      const l2 = (own: number) => ({ class_name: 'L2', config: { l2: own } });
      const config = {
        ...{ filters: 2, kernel_size: [1, 1], use_bias: false, name: 's' },
        ...{ depthwise_regularizer: l2(depthwise), pointwise_regularizer: l2(pointwise) },
      };
      const arrays = [
        ['s/depthwise_kernel:0', [1, 1, 2, 1]],
        ['s/pointwise_kernel:0', [1, 1, 2, 2]],
      ] as const;
      const net = [inputLayer(1, 1, 2), layer('SeparableConv2D', config)];
      const { spec, notes } = await chained(net, [{ name: 's', arrays }]);
      return [spec.layers[0]?.options.l2, notes.some((note) => note.includes('penalties'))];
    };
    expect(await penalised(0.25, 0.25)).toEqual([0.25, false]);
    expect(await penalised(0.25, 0.5)).toEqual([0, true]);
  });

  it('bring what another layer made channels first to channels last and back', async () => {
    const first = { data_format: 'channels_first' };
    const crop = {
      cropping: [
        [1, 0],
        [0, 2],
      ],
      name: 'crop',
      ...first,
    };
    const shape = [2, 3, 4];
    const made = layer('Reshape', { target_shape: shape, batch_input_shape: [null, 24] });
    const model = await chained([made, layer('Cropping2D', crop), layer('Flatten', {})]);
    const numbers = Array.from({ length: 24 }, (_, i) => i);
    // (c, h, w) with the first row and the last two columns gone, still channels first.
    const left = [0, 1].flatMap((c) =>
      [1, 2].flatMap((h) => [0, 1].map((w) => (c * 3 + h) * 4 + w)),
    );
    expect(await answers(model, numbers)).toEqual(left);
  });

  it('join along any axis', async () => {
    const call = (name: string) => [name, 0, 0, {}];
    const config = {
      name: 'net',
      layers: [
        { ...inputLayer(1, 2, 2), name: 'in', inbound_nodes: [] },
        layer(
          'ZeroPadding2D',
          {
            name: 'pad',
            padding: [
              [0, 0],
              [1, 0],
            ],
          },
          { name: 'pad', inbound_nodes: [[call('in')]] },
        ),
        layer(
          'Concatenate',
          { name: 'cat', axis: 2 },
          { name: 'cat', inbound_nodes: [[call('pad'), call('in')]] },
        ),
      ],
      input_layers: [['in', 0, 0]],
      output_layers: [['cat', 0, 0]],
    };
    const model = await open(await h5({ class_name: 'Model', config }, []));
    expect(await answers(model, [1, 2, 3, 4])).toEqual([0, 0, 1, 2, 3, 4, 1, 2, 3, 4]);
  });
});

describe('scaling inside of the model', () => {
  const arrays = [
    ['d/kernel:0', [3, 1]],
    ['d/bias:0', [1]],
  ] as const;
  const dense = layer('Dense', { units: 1, name: 'd' });
  const flat = layer('Flatten', {});

  it('becomes the preprocessing, whatever came before', async () => {
    const layers = [
      inputLayer(1, 1, 3),
      layer('Rescaling', { scale: 1 / 255, offset: 0, name: 'r' }),
      layer('Normalization', {
        axis: -1,
        mean: [0.5, 0.4, 0.3],
        variance: [0.25, 0.25, 0.25],
        name: 'n',
      }),
      flat,
      dense,
    ];
    const model = await chained(layers, [{ name: 'd', arrays }]);
    expect(model.spec.layers.map(({ kind }) => kind)).toEqual(['flatten', 'dense']);
    expect(model.preprocessing).toBe('file');
    const { scale, mean, offset } = model.spec.preprocessing;
    expect(offset).toBe(0);
    expect(scale).toBeCloseTo(2 / 255, 9);
    expectClose(mean ?? [], [127.5, 102, 76.5], 3);
  });

  it('stays a layer further in, with the same answers', async () => {
    const layers = [
      inputLayer(1, 1, 3),
      flat,
      layer('Rescaling', { scale: 2, offset: [1, 0, -1], name: 'r' }),
      dense,
    ];
    const model = await chained(layers, [{ name: 'd', arrays }]);
    const expected = [3, 4, 5].reduce((sum, x, i) => sum + x * ramp(3)[i], ramp(1)[0]);
    expect((await answers(model, [1, 2, 3]))[0]).toBeCloseTo(expected, 5);
  });

  it('reads the statistics of a Normalization from the weights', async () => {
    const given = [
      ['n/mean:0', [3], [1, 2, 3]],
      ['n/variance:0', [3], [4, 4, 4]],
      ['n/count:0', [], [7]],
    ] as const;
    const layers = [
      inputLayer(1, 1, 3),
      layer('Normalization', { axis: -1, name: 'n' }),
      flat,
      dense,
    ];
    const model = await chained(layers, [
      { name: 'n', arrays: given },
      { name: 'd', arrays },
    ]);
    expect(model.spec.preprocessing).toEqual({ scale: 0.5, offset: 0, mean: [1, 2, 3] });
  });
});
