/**
 * @file Models of Keras: branches, models as layers, weights under any name, and what is refused by name.
 */
import { describe, expect, it } from 'vitest';
import { FoveaError } from '../../src/base/errors.ts';
import { importModel } from '../../src/interop/importers.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { answers, chain, chained, h5, inputLayer, type Json, layer, open } from './kerasJson.ts';

describe('functional models', () => {
  const ref3 = (name: string, node = 0) => ({
    class_name: '__keras_tensor__',
    config: { shape: [null, 4], dtype: 'float32', keras_history: [name, node, 0] },
  });
  const arrays = (name: string) =>
    [
      [`${name}/kernel:0`, [4, 4]],
      [`${name}/bias:0`, [4]],
    ] as const;

  it('go through models that are layers, called twice, in either notation', async () => {
    const inner = {
      class_name: 'Functional',
      name: 'eye',
      config: {
        name: 'eye',
        layers: [
          layer(
            'InputLayer',
            { batch_input_shape: [null, 4], name: 'seen' },
            { name: 'seen', inbound_nodes: [] },
          ),
          layer(
            'Dense',
            { units: 4, name: 'd', activation: 'tanh' },
            { name: 'd', inbound_nodes: [[['seen', 0, 0, {}]]] },
          ),
        ],
        input_layers: [['seen', 0, 0]],
        output_layers: [['d', 0, 0]],
      },
    };
    // Keras 2 counts calls of a model from 1; Keras 3 writes tensors.
    const two = [[['in', 0, 0, {}]], [['eye', 1, 0, {}]]];
    const three = [
      { args: [ref3('in')], kwargs: {} },
      { args: [ref3('eye', 0)], kwargs: { training: null } },
    ];
    const sum2 = [
      [
        ['eye', 1, 0, {}],
        ['eye', 2, 0, {}],
      ],
    ];
    const sum3 = [{ args: [[ref3('eye', 0), ref3('eye', 1)]], kwargs: {} }];
    const found = [];
    for (const [nodes, sum] of [
      [two, sum2],
      [three, sum3],
    ]) {
      const config = {
        name: 'net',
        layers: [
          layer('Add', { name: 'sum' }, { name: 'sum', inbound_nodes: sum }),
          { ...inner, inbound_nodes: nodes },
          layer(
            'InputLayer',
            { batch_shape: [null, 4], name: 'in' },
            { name: 'in', inbound_nodes: [] },
          ),
        ],
        input_layers: [['in', 0, 0]],
        output_layers: ['sum', 0, 0],
      };
      const model = await open(
        await h5({ class_name: 'Functional', config }, [{ name: 'eye', arrays: arrays('d') }]),
      );
      expect(model.spec.layers.map(({ kind, shares }) => [kind, shares])).toEqual([
        ['dense', undefined],
        ['dense', 'd'],
        ['add', undefined],
      ]);
      found.push(await answers(model, [0.1, 0.2, 0.3, 0.4]));
    }
    expect(found[0]).toEqual(found[1]);
  });

  it('leave outputs inside out, and layers on no way to an output', async () => {
    const dense = (name: string, from: string) =>
      layer('Dense', { units: 4, name }, { name, inbound_nodes: [[[from, 0, 0, {}]]] });
    const config = {
      name: 'net',
      layers: [
        layer(
          'InputLayer',
          { batch_input_shape: [null, 4], name: 'in' },
          { name: 'in', inbound_nodes: [] },
        ),
        dense('a', 'in'),
        dense('b', 'a'),
        dense('lost', 'a'),
      ],
      input_layers: [['in', 0, 0]],
      output_layers: [
        ['a', 0, 0],
        ['b', 0, 0],
      ],
    };
    const weights = ['a', 'b', 'lost'].map((name) => ({ name, arrays: arrays(name) }));
    const model = await open(await h5({ class_name: 'Model', config }, weights));
    expect(model.spec.layers.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(model.notes.join()).toMatch(/left out the outputs a,/);
    expect([...model.weights.keys()]).toEqual(['a/kernel', 'a/bias', 'b/kernel', 'b/bias']);
  });
});

describe('weights', () => {
  const dense = (name: string) => layer('Dense', { units: 2, name });
  const arrays = (name: string, data: readonly number[]) =>
    [
      [`${name}/kernel:0`, [2, 2], data],
      [`${name}/bias:0`, [2], [0, 0]],
    ] as const;
  const layers = [
    layer('InputLayer', { batch_input_shape: [null, 2], name: 'in' }),
    dense('a'),
    dense('b'),
  ];

  it('go by order where the layers of the file bear other names', async () => {
    const given = [
      { name: 'dense_7', arrays: arrays('dense_7', [1, 2, 3, 4]) },
      { name: 'dense_8', arrays: arrays('dense_8', [5, 6, 7, 8]) },
    ];
    const model = await chained(layers, given);
    expect([...(model.weights.get('b/kernel')?.data ?? [])]).toEqual([5, 6, 7, 8]);
  });

  it('of a model that is a layer stand trainable ones first where names say nothing', async () => {
    const norm = layer('BatchNormalization', { name: 'n' });
    const inner = {
      class_name: 'Sequential',
      config: { name: 'body', layers: [norm, dense('d')] },
    };
    const own = [[2], [2], [2, 2], [2], [2], [2]] as const;
    const all = own.map(
      (shape, i) => [`w/${i}`, shape, Array<number>(shape.length * 2).fill(i + 1)] as const,
    );
    const model = await chained([layers[0], inner], [{ name: 'body', arrays: all }]);
    const first = (state: string) => model.weights.get(state)?.data[0];
    const states = ['n/gamma', 'n/beta', 'd/kernel', 'd/bias', 'n/movingMean', 'n/movingVariance'];
    expect(states.map(first)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('alone go onto a model, or onto the JSON of one', async () => {
    const given = [
      { name: 'a', arrays: arrays('a', [1, 2, 3, 4]) },
      { name: 'b', arrays: arrays('b', [5, 6, 7, 8]) },
    ];
    const alone = await h5(undefined, given);
    const json = new TextEncoder().encode(JSON.stringify(chain(...layers)));
    const files = new Map([
      ['w.h5', alone],
      ['net.json', json],
    ]);
    const weights = await sourceOfFiles('w.h5', files);
    await expect(importModel(weights)).rejects.toThrow(/weights alone/);
    const net = await sourceOfFiles('net.json', files);
    await expect(importModel(net)).rejects.toThrow(/weights: FILE/);
    const onJson = await importModel(net, { weights });
    const onSpec = await importModel(weights, { model: onJson.spec });
    expect(onSpec.weights).toEqual(onJson.weights);
    expect([...(onSpec.weights.get('b/kernel')?.data ?? [])]).toEqual([5, 6, 7, 8]);
  });

  it('that are too few, too many or of other shapes are refused', async () => {
    const one = { name: 'a', arrays: arrays('a', [1, 2, 3, 4]) };
    await expect(chained(layers, [one])).rejects.toThrow(
      /1 of its layers hold weights \(a\)[\s\S]*2: a, b/,
    );
    const wide = {
      name: 'b',
      arrays: [
        ['b/kernel:0', [2, 3]],
        ['b/bias:0', [3]],
      ] as const,
    };
    await expect(chained(layers, [one, wide])).rejects.toThrow(
      /"b\/kernel:0" has the shape \(2, 3\)/,
    );
  });
});

describe('refused by name', () => {
  const image = inputLayer(4, 4, 2);
  const cases: [string, Json[], RegExp][] = [
    [
      'a piece of Python',
      [image, layer('Lambda', { function: 'x' })],
      /"lambda" \(Lambda\)[\s\S]*Python, which is not run/,
    ],
    [
      'a layer that is not known',
      [image, layer('LSTM', { units: 2 })],
      /class "LSTM" cannot be imported/,
    ],
    [
      'a layer of a program',
      [image, { ...layer('Mine', {}), module: 'mine.layers' }],
      /of the module "mine\.layers"/,
    ],
    [
      'a registered layer',
      [image, { ...layer('Dense', { units: 1 }), registered_name: 'Custom>Dense' }],
      /Custom>Dense/,
    ],
    ['an option that is not known', [image, layer('MaxPooling2D', { spice: 3 })], /"spice" is 3/],
    [
      'a padding that is not known',
      [image, layer('Conv2D', { filters: 1, kernel_size: 1, padding: 'causal' })],
      /"padding" is "causal"/,
    ],
    [
      'a function that is not known',
      [image, layer('Activation', { activation: 'zap' })],
      /activation "zap"/,
    ],
    ['a threshold', [image, layer('ReLU', { threshold: 1 })], /threshold is 1/],
    [
      'smooth enlarging',
      [image, layer('UpSampling2D', { interpolation: 'bilinear' })],
      /"interpolation" is "bilinear"/,
    ],
    [
      'few bits',
      [
        image,
        layer('Flatten', {
          dtype: { class_name: 'QuantizedDTypePolicy', config: { name: 'int8_from_float32' } },
        }),
      ],
      /int8_from_float32/,
    ],
    ['a size that is open', [inputLayer(null, null, 3), layer('Flatten', {})], /no fixed size/],
    [
      "Theano's order",
      [
        layer('Convolution2D', {
          batch_input_shape: [null, 2, 4, 4],
          nb_filter: 1,
          nb_row: 1,
          nb_col: 1,
          dim_ordering: 'th',
        }),
      ],
      /"dim_ordering" is "th"/,
    ],
    [
      'two layers of one name',
      [image, layer('Flatten', { name: 'f' }), layer('Flatten', { name: 'f' })],
      /two layers are called "f"/,
    ],
  ];
  it.each(cases)('%s', async (_, layers, message) => {
    await expect(chained(layers)).rejects.toThrow(message);
    await expect(chained(layers)).rejects.toThrow(FoveaError);
  });

  it('a heap of texts whose free space has no size, which would have no end', async () => {
    const bytes = await h5(chain(image, layer('Flatten', {})), []);
    const heap = Buffer.from(bytes).indexOf('GCOL');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // From object to object, to the free space.
    let at = heap + 16;
    while (view.getUint16(at, true) !== 0) {
      at += 16 + Math.ceil(Number(view.getBigUint64(at + 8, true)) / 8) * 8;
    }
    view.setBigUint64(at + 8, 0n, true);
    await expect(open(bytes)).rejects.toThrow(/heap of its texts has no end/);
  });

  it('a class of its own, and a ring of layers', async () => {
    await expect(open(await h5({ class_name: 'MyNet', config: {} }, []))).rejects.toThrow(
      /"MyNet"/,
    );
    const ring = {
      name: 'net',
      layers: [
        { ...image, name: 'in', inbound_nodes: [] },
        layer(
          'Add',
          { name: 'a' },
          {
            name: 'a',
            inbound_nodes: [
              [
                ['in', 0, 0, {}],
                ['b', 0, 0, {}],
              ],
            ],
          },
        ),
        layer(
          'Activation',
          { name: 'b', activation: 'relu' },
          { name: 'b', inbound_nodes: [[['a', 0, 0, {}]]] },
        ),
      ],
      input_layers: [['in', 0, 0]],
      output_layers: [['b', 0, 0]],
    };
    await expect(open(await h5({ class_name: 'Model', config: ring }, []))).rejects.toThrow(
      /reads it in turn/,
    );
  });
});
