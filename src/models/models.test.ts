import { describe, expect, it } from 'vitest';
import { summarize } from '../nn/accounting/summary.ts';
import { modelOf } from './index.ts';
import { parseModelWords } from './options.ts';

const rowsOf = (name: string) =>
  summarize(modelOf(name))
    .layers.filter(({ parameters }) => parameters > 0)
    .map(({ parameters }) => parameters);

describe('the AlexNets', () => {
  it.each([
    ['alexnet', 60_965_224, 724_406_816],
    ['alexnet-single', 62_378_344, 1_135_256_096],
    ['alexnet-caffe', 60_965_224, 724_406_816],
    ['alexnet-cifar10', 29_978_506, 318_881_792],
  ])('%s has %i parameters and %i multiply-adds', (name, parameters, multiplyAdds) => {
    expect(summarize(modelOf(name)).totals).toMatchObject({ parameters, multiplyAdds });
  });

  it('count layer by layer', () => {
    expect(rowsOf('alexnet')).toEqual([
      34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312, 4_097_000,
    ]);
    expect(rowsOf('alexnet-single')).toEqual([
      34_944, 614_656, 885_120, 1_327_488, 884_992, 37_752_832, 16_781_312, 4_097_000,
    ]);
    expect(rowsOf('alexnet-cifar10')).toEqual([
      2_688, 614_656, 885_120, 1_327_488, 884_992, 9_441_280, 16_781_312, 40_970,
    ]);
  });

  it('have the shapes of the paper', () => {
    const shapes = summarize(modelOf('alexnet')).layers.map((l) => l.outputShape.join('x'));
    expect(shapes.slice(0, 11)).toEqual([
      '55x55x96',
      '55x55x96',
      '27x27x96',
      '27x27x256',
      '27x27x256',
      '13x13x256',
      '13x13x384',
      '13x13x384',
      '13x13x256',
      '6x6x256',
      '9216',
    ]);
  });

  it('begin as the paper says: biases of 1 in conv2, conv4, conv5, fc6, fc7', () => {
    const ones = modelOf('alexnet')
      .layers.filter(({ options: { biasInitializer: b } }) => kindOf(b) === 'ones')
      .map(({ name }) => name);
    expect(ones).toEqual(['conv2', 'conv4', 'conv5', 'fc6', 'fc7']);
  });

  it('pool before they normalise in Caffe, after it in the paper', () => {
    const order = (name: string) =>
      modelOf(name)
        .layers.slice(1, 3)
        .map((layer) => layer.name);
    expect(order('alexnet')).toEqual(['norm1', 'pool1']);
    expect(order('alexnet-caffe')).toEqual(['pool1', 'norm1']);
  });

  it('take another number of classes', () => {
    const { layers } = summarize(modelOf('alexnet', { classes: 3 }));
    expect(layers.at(-1)).toMatchObject({ outputShape: [3], parameters: 12_291 });
  });
});

const kindOf = (initializer: unknown) => (initializer as { kind?: string } | undefined)?.kind;

describe('cifar-quick', () => {
  it('has 89,578 parameters whatever its activation', () => {
    for (const activation of ['relu', 'tanh', 'sigmoid']) {
      const spec = modelOf('cifar-quick', { activation });
      expect(summarize(spec).totals.parameters).toBe(89_578);
      const used = spec.layers.map(({ options }) => options.activation).filter(Boolean);
      expect(used.filter((name) => name === activation)).toHaveLength(3);
    }
  });

  it('says which activations there are', () => {
    expect(() => modelOf('cifar-quick', { activation: 'rely' })).toThrow(/did you mean "relu"/);
  });
});

describe('model options', () => {
  it('are read from words', () => {
    expect(parseModelWords('alexnet,classes=12')).toEqual({
      name: 'alexnet',
      options: { classes: 12 },
    });
    expect(parseModelWords('lenet5')).toEqual({ name: 'lenet5', options: {} });
    expect(() => parseModelWords('alexnet,classes')).toThrow(/alexnet,classes=12/);
  });

  it('are refused where a model has none or not this one', () => {
    expect(() => modelOf('lenet5', { codes: '012' })).toThrow(/unknown option "codes"/);
    expect(() => modelOf('alexnet', { clases: 3 })).toThrow(/did you mean "classes"/);
  });
});

describe('variants of any model', () => {
  const layersOf = (words: string) => {
    const { name, options } = parseModelWords(words);
    return modelOf(name as never, options).layers;
  };
  const differences = (name: string, words: string) => {
    const own = layersOf(name);
    return layersOf(`${name},${words}`).flatMap((layer, i) =>
      JSON.stringify(layer) === JSON.stringify(own[i]) ? [] : [layer.name],
    );
  };

  it.each([
    'lenet5',
    'alexnet',
    'alexnet-single',
    'alexnet-caffe',
    'alexnet-cifar10',
    'cifar-quick',
  ])('%s answers for other classes, by its last layer alone', (name) => {
    expect(differences(name, 'classes=3')).toHaveLength(1);
    expect(summarize(modelOf(name, { classes: 3 })).layers.at(-1)?.outputShape).toEqual([3]);
  });

  it('change the activation of all layers but the answering one', () => {
    expect(differences('lenet5', 'activation=relu')).toEqual([
      'conv2d',
      'conv2d_1',
      'dense',
      'dense_1',
    ]);
    expect(differences('alexnet-cifar10', 'activation=tanh')).toHaveLength(7);
    expect(layersOf('alexnet-cifar10,activation=tanh').at(-1)?.options.activation).toBe('softmax');
    expect(layersOf('lenet5,activation=relu').at(-1)?.options.activation).toBe('softmax');
    expect(layersOf('lenet5-1998,activation=tanh').map((l) => l.options.activation)).toEqual([
      'tanh',
      'tanh',
      'tanh',
      'tanh',
      'tanh',
      undefined,
      'tanh',
      undefined,
    ]);
  });

  it('change the pooling, its windows as they are', () => {
    const pools = layersOf('lenet5,pooling=max').filter(({ kind }) => kind === 'maxPooling2d');
    expect(pools.map(({ options }) => options.poolSize)).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(layersOf('alexnet,pooling=average')[2]).toMatchObject({
      name: 'pool1',
      kind: 'averagePooling2d',
      options: { poolSize: [3, 3], strides: [2, 2] },
    });
  });

  it('change the input', () => {
    const spec = modelOf('lenet5', { input: '32x32x3' });
    expect(spec.inputShape).toEqual([32, 32, 3]);
    expect(modelOf('lenet5', { input: [32, 32, 3] })).toEqual(spec);
    expect(summarize(spec).layers[4].outputShape).toEqual([400]);
  });

  it.each([
    ['lenet5', { input: '32x32' }, /as many extents as lenet5 has: \(28, 28, 1\)/],
    ['lenet5', { input: '4x4x1' }, /conv2d/],
    ['lenet5', { input: '32xax3' }, /input/],
    ['lenet5', { classes: 1 }, /classes received 1/],
    ['lenet5', { activation: 'softmax' }, /activation received "softmax"/],
    ['lenet5', { pooling: 'mean' }, /one of max, average, min/],
    ['lenet5-1998', { pooling: 'max' }, /unknown option "pooling"/],
    ['lenet5-1998', { classes: 3 }, /unknown option "classes"/],
  ])('%s %j is refused', (name, options, message) => {
    expect(() => modelOf(name as never, options)).toThrow(message);
  });
});
