import { describe, expect, it } from 'vitest';
import { layerShapes } from '../nn/shapes.ts';
import { draftOf, modelWords } from './edits.ts';
import { modelOf } from './index.ts';
import { parseModelWords } from './options.ts';

function ofWords(words: string) {
  const { name, options } = parseModelWords(words);
  return modelOf(name, options);
}

const shapesOf = (words: string) =>
  Object.fromEntries(layerShapes(ofWords(words)).map((l) => [l.spec.name, l.outputShape]));

describe('layers changed by words', () => {
  it('take options by their names', () => {
    const shapes = shapesOf('lenet5,conv2d.filters=8,conv2d.kernelSize=5/3,dense.units=60');
    expect(shapes).toMatchObject({ conv2d: [24, 26, 8], dense: [60], dense_1: [84] });
    expect(ofWords('lenet5,conv2d_1.activation=relu').layers[2].options.activation).toBe('relu');
  });

  it('become another kind with the options that both know', () => {
    const spec = ofWords('lenet5,average_pooling2d.kind=maxPooling2d');
    expect(spec.layers[1]).toMatchObject({ kind: 'maxPooling2d', name: 'average_pooling2d' });
    expect(spec.layers[1].options).toMatchObject({ poolSize: [2, 2], strides: [2, 2] });
    expect(spec.layers[1].options).not.toHaveProperty('countIncludePad');
    expect(spec.layers[3].kind).toBe('averagePooling2d');
  });

  it('get a dropout layer behind them, and can be taken away', () => {
    const spec = ofWords('lenet5,dense.dropout=0.5,denseDropout.rate=0.25');
    const names = spec.layers.map(({ name }) => name);
    expect(names.slice(4)).toEqual(['flatten', 'dense', 'denseDropout', 'dense_1', 'dense_2']);
    expect(spec.layers[6].options).toMatchObject({ rate: 0.25 });
    expect(shapesOf('lenet5,average_pooling2d.removed=true')).toMatchObject({
      conv2d_1: [20, 20, 16],
    });
  });

  it('are changed after the model as a whole', () => {
    const spec = ofWords('lenet5,conv2d.activation=sigmoid,activation=relu');
    expect(spec.layers.map(({ options }) => options.activation)).toMatchObject({
      0: 'sigmoid',
      2: 'relu',
    });
  });

  it('are written as they are read', () => {
    const options = { activation: 'relu', 'conv2d.kernelSize': [5, 3], 'dense.dropout': 0.25 };
    const words = modelWords('lenet5', options);
    expect(words).toBe('lenet5,activation=relu,conv2d.kernelSize=5/3,dense.dropout=0.25');
    expect(parseModelWords(words)).toEqual({ name: 'lenet5', options });
  });
});

describe('changes that make no sense', () => {
  it('name the layer and what there is', () => {
    expect(() => ofWords('lenet5,conv2.filters=8')).toThrow(/conv2[\s\S]*did you mean "conv2d"/);
    expect(() => ofWords('lenet5,conv2d.filter=8')).toThrow(/layer "conv2d"[\s\S]*filters/);
    expect(() => ofWords('lenet5,conv2d.kernelSize=30')).toThrow(/layer "conv2d" \(conv2d\) on/);
    expect(() => ofWords('lenet5,conv2d.kind=conv3d')).toThrow(/conv3d/);
    expect(() => ofWords('lenet5,conv2d.removed=yes')).toThrow(/removed=true/);
  });
});

describe('a draft', () => {
  const lenet = modelOf('lenet5');

  it('is the model where all fits', () => {
    const { spec, sound, problem } = draftOf(lenet, { 'conv2d.filters': 8 });
    expect(problem).toBeNull();
    expect(spec).toEqual(modelOf('lenet5', { 'conv2d.filters': 8 }));
    expect(sound).toBe(spec);
  });

  it('says which layer no longer fits, though another was changed, and keeps those before', () => {
    const { spec, sound, problem, layers } = draftOf(lenet, { 'conv2d.strides': 6 });
    expect(spec).toBeNull();
    expect(problem?.layer).toBe('conv2d_1');
    expect(problem?.error.message).toMatch(/reaches over 5 pixels does not fit an input of 2/);
    expect(sound?.layers.map(({ name }) => name)).toEqual(['conv2d', 'average_pooling2d']);
    expect(layers).toHaveLength(8);
  });

  it('says it of an option that is none, and of the first layer', () => {
    const first = draftOf(lenet, { 'conv2d.filters': 0 });
    expect(first).toMatchObject({ sound: null, problem: { layer: 'conv2d' } });
    expect(draftOf(lenet, { 'dense.units': -1 }).problem?.layer).toBe('dense');
  });

  it('says it of a change of no layer', () => {
    const { sound, problem } = draftOf(lenet, { 'conv9.filters': 3 });
    expect(problem?.layer).toBeNull();
    expect(sound).toBe(lenet);
  });
});
