import { describe, expect, it } from 'vitest';
import { FoveaError } from '../base/errors.ts';
import { modelNames, modelOf } from '../models/index.ts';
import { activation } from './layers/activation.ts';
import { dense } from './layers/dense.ts';
import { layerKinds } from './layers/index.ts';
import { flatten } from './layers/shapes/flatten.ts';
import { add } from './layers/shapes/join.ts';
import { conv2d } from './layers/windows/conv2d.ts';
import { averagePooling2d } from './layers/windows/pooling.ts';
import type { LayerInput } from './layers/wiring.ts';
import { parseModelSpec, sequential } from './sequential.ts';

const image = { inputShape: [8, 8, 1] };

/** The parts of the error that a model of these layers gives. */
function errorOf(layers: unknown, options: object = image): FoveaError['parts'] {
  try {
    sequential(options as typeof image, layers as LayerInput[]);
  } catch (error) {
    if (error instanceof FoveaError) return error.parts;
    throw error;
  }
  throw new Error('no error');
}

describe('sequential', () => {
  it('numbers layers as Keras does', () => {
    const spec = sequential(image, [
      conv2d({ filters: 2, kernelSize: 3 }),
      averagePooling2d(),
      conv2d({ filters: 2, kernelSize: 1 }),
      conv2d({ filters: 2, kernelSize: 1, name: 'conv2d_3' }),
      conv2d({ filters: 2, kernelSize: 1 }),
      conv2d({ filters: 2, kernelSize: 1 }),
    ]);
    expect(spec.layers.map(({ name }) => name)).toEqual([
      'conv2d',
      'average_pooling2d',
      'conv2d_1',
      'conv2d_3',
      'conv2d_2',
      'conv2d_4',
    ]);
  });

  // A search from the first number on would take minutes.
  it('numbers fifty thousand layers', () => {
    const layers = Array.from({ length: 50_000 }, () => flatten());
    const spec = sequential(image, layers);
    expect(spec.layers.at(-1)?.name).toBe('flatten_49999');
  });

  it('fills in the defaults', () => {
    const spec = sequential(image, [conv2d({ filters: 2, kernelSize: 3 }), flatten()]);
    expect(spec).toMatchObject({
      formatVersion: 1,
      name: 'sequential',
      preprocessing: { scale: 1 / 255, offset: 0 },
    });
    expect(spec.layers[0].options).toEqual({
      filters: 2,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: 'valid',
      dilationRate: [1, 1],
      groups: 1,
      activation: 'linear',
      useBias: true,
      kernelInitializer: { kind: 'glorotUniform' },
      biasInitializer: { kind: 'zeros' },
      l2: 0,
    });
  });

  it.each(modelNames)('%s survives a trip through JSON', (name) => {
    const spec = modelOf(name);
    expect(parseModelSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  it('keeps explicit padding, initializers with options and named inputs over a trip', () => {
    const spec = sequential(image, [
      conv2d({
        filters: 1,
        kernelSize: [3, 5],
        padding: [
          [1, 1],
          [2, 2],
        ],
        kernelInitializer: { kind: 'normal', stddev: 0.01 },
        biasInitializer: 'ones',
      }),
      add({ inputs: ['conv2d', 'input'] }),
      activation({ activation: 'leakyRelu', alpha: 0.1 }),
    ]);
    expect(spec.layers[0].options.kernelInitializer).toEqual({
      kind: 'normal',
      mean: 0,
      stddev: 0.01,
    });
    expect(parseModelSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });
});

describe('errors of a model', () => {
  it('bounds the number of layers, and the names that an error lists', () => {
    const many = (length: number) => Array.from({ length }, () => flatten());
    expect(errorOf(many(100_001)).expected).toBe('at most 100000 layers');
    const parts = errorOf([...many(1000), flatten({ inputs: ['flaten_999'] })]);
    expect(parts).toMatchObject({
      where: 'layer 1001 (flatten)',
      fix: 'did you mean "flatten_999"?',
    });
    expect(parts.expected).toMatch(/^one of \.\.\., flatten_980, .*, flatten_999$/);
  });

  it('suggests the nearest layer kind', () => {
    expect(errorOf([{ kind: 'conv2', options: {} }])).toMatchObject({
      where: 'layer 1',
      problem: 'unknown layer kind "conv2"',
      expected: `one of ${layerKinds.join(', ')}`,
      fix: 'did you mean "conv2d"?',
    });
  });

  const options = (more: object) => [conv2d({ filters: 1, kernelSize: 3, ...more })];

  it.each([
    [{ filter: 3 }, 'unknown option "filter"', 'did you mean "filters"?'],
    [{ activation: 'tahn' }, 'activation received "tahn"', 'did you mean "tanh"?'],
    [{ padding: 'Same' }, 'padding received "Same"', 'did you mean "same"?'],
    [
      { kernelInitializer: 'glorotUnifrm' },
      'kernelInitializer received "glorotUnifrm"',
      'did you mean "glorotUniform"?',
    ],
    [{ filters: 1.5 }, 'filters received 1.5', 'use 2'],
    [{ strides: 0 }, 'strides received 0', 'use 1'],
    [{ strides: [2, 0.5] }, 'strides received [2,0.5]', 'use [2,1]'],
    [{ dilationRate: 1.5 }, 'dilationRate received 1.5', 'use 2'],
    [{ padding: -1 }, 'padding received -1', 'use 0'],
    [
      {
        padding: [
          [0, 1],
          [1.2, 0],
        ],
      },
      'padding received [[0,1],[1.2,0]]',
      'use [[0,1],[1,0]]',
    ],
    [{ filters: undefined }, 'filters is missing', undefined],
    [{ kernelSize: [3, 3, 3] }, 'kernelSize received [3,3,3]', undefined],
    [{ l2: -1 }, 'l2 received -1', 'use 0'],
    [
      { kernelInitializer: { kind: 'normal', sd: 1 } },
      'kernelInitializer has no option "sd"',
      undefined,
    ],
  ])('names the layer and what is wrong with %j', (more, problem, fix) => {
    const parts = errorOf(options(more));
    expect(parts.where).toBe('layer "conv2d" (conv2d)');
    expect(parts.problem).toBe(problem);
    expect(parts.fix).toBe(fix);
  });

  it('names the layer and the shapes that do not fit', () => {
    const parts = errorOf([conv2d({ filters: 2, kernelSize: 5 }), dense({ units: 3 })]);
    expect(parts.where).toBe('layer "dense" (dense) on an input of (4, 4, 2)');
    expect(parts.fix).toContain('flatten');
  });

  it('says which window is larger than its input', () => {
    const parts = errorOf([averagePooling2d(), conv2d({ filters: 2, kernelSize: 5 })]);
    expect(parts.where).toBe('layer "conv2d" (conv2d) on an input of (4, 4, 1)');
    expect(parts.problem).toContain('reaches over 5 pixels does not fit an input of 4');
  });

  it('says which groups do not divide the channels', () => {
    const parts = errorOf([conv2d({ filters: 4, kernelSize: 3, groups: 2 })]);
    expect(parts.problem).toBe('2 groups do not divide 1 input channels and 4 filters');
  });

  it('refuses a layer that no memory holds', () => {
    const parts = errorOf([flatten(), dense({ units: 2 ** 40 })]);
    expect(parts.where).toBe('layer "dense" (dense) on an input of (64,)');
    expect(parts.problem).toContain('would hold');
  });

  it.each([
    [[], 'layers received []'],
    [[flatten({ name: 'input' })], 'the name "input" is taken'],
    [[flatten({ inputs: ['conv'] })], 'reads "conv", which is no layer before it'],
    [[flatten({ inputs: ['input', 'input'] })], 'reads 2 layers'],
    [[add()], 'reads one layer'],
    [['conv2d'], 'received "conv2d"'],
    [[flatten({ name: 'row', inputs: ['row'] })], 'reads "row", which is no layer before it'],
    [[{ kind: 'flatten', option: {} }], 'unknown option "option"'],
    ['conv2d', 'layers received "conv2d"'],
  ])('rejects %j', (layers, problem) => {
    expect(errorOf(layers).problem).toContain(problem);
  });

  it.each([
    [{ inputShape: [8, 8, 0] }, 'inputShape.2 received 0'],
    [{ inputShape: [8, 8, 1], preprocesing: {} }, 'unknown option "preprocesing"'],
    [{ inputShape: [8, 8, 1], preprocessing: { scale: 0 } }, 'preprocessing.scale received 0'],
    [{ inputShape: [8, 8, 1], formatVersion: 3 }, 'formatVersion received 3'],
  ])('rejects the model options %j', (model, problem) => {
    expect(errorOf([flatten()], model)).toMatchObject({ where: 'model', problem });
  });

  it('rejects what is no model at all', () => {
    for (const received of [null, 3, 'lenet5', []]) {
      expect(() => parseModelSpec(received)).toThrow(FoveaError);
    }
  });
});

describe('a border of background', () => {
  const withBorder = (border: number) =>
    sequential({ inputShape: [32, 30, 1], preprocessing: { border } }, [flatten()]);
  it('leaves at least a pixel of the picture', () => {
    expect(withBorder(14).preprocessing.border).toBe(14);
    expect(() => withBorder(15)).toThrow(/border is 15[\s\S]*32 x 30[\s\S]*at most 14/);
    const row = { inputShape: [7], preprocessing: { border: 4 } };
    expect(() => sequential(row, [flatten()])).toThrow(/an input of 7\n.*at most 3/);
  });
});
