import { modelOf, summarize } from 'fovea/web';
import { describe, expect, it } from 'vitest';
import {
  chosenLayer,
  dropoutBehind,
  editorsOf,
  isEdited,
  layerNamesOf,
  readModel,
  withoutEditsOf,
  withSetting,
} from './model.ts';

describe('the network of an address', () => {
  it('is the library’s', () => {
    const { draft, isChanged } = readModel('lenet5,conv2d.filters=8');
    expect(draft.spec).toEqual(modelOf('lenet5', { 'conv2d.filters': 8 }));
    expect(isChanged).toBe(true);
    expect(readModel('alexnet').isChanged).toBe(false);
  });

  it('takes another size of picture, and says at which layer it is too small', () => {
    const { spec } = readModel('lenet5,input=32x32x1').draft;
    expect(summarize(spec!).layers[0].outputShape).toEqual([28, 28, 6]);
    const { problem, sound } = readModel('lenet5,input=12x12x1').draft;
    expect(problem?.layer).toBe('conv2d_1');
    expect(sound?.layers).toHaveLength(2);
  });

  it('says what is wrong with its words, and shows a network all the same', () => {
    for (const words of [
      'lenet6',
      'lenet5,activation=rely',
      'lenet5,,',
      'lenet5,conv9.filters=3',
    ]) {
      const { draft, published } = readModel(words);
      expect(draft.problem?.error.message, words).toMatch(/expected|did you mean|one of/);
      expect(published.name).toBe('lenet5');
      expect(draft.sound).not.toBeNull();
    }
  });
});

describe('changes', () => {
  const model = readModel('lenet5,conv2d.filters=8,dense.dropout=0.5');

  it('are words, and none where all is as published', () => {
    expect(withSetting(model, 'conv2d.filters', 12)).toBe(
      'lenet5,dense.dropout=0.5,conv2d.filters=12',
    );
    expect(withSetting(model, 'conv2d.filters', 6)).toBe('lenet5,dense.dropout=0.5');
    expect(withSetting(model, 'conv2d.kernelSize', 5)).toBe(
      'lenet5,conv2d.filters=8,dense.dropout=0.5',
    );
    expect(withSetting(model, 'average_pooling2d.kind', 'maxPooling2d')).toContain(
      'kind=maxPooling2d',
    );
    expect(withSetting(model, 'input', '28x28x1')).not.toContain('input');
  });

  it('of a layer can be taken back', () => {
    expect(isEdited(model, 'conv2d')).toBe(true);
    expect(isEdited(model, 'conv2d_1')).toBe(false);
    expect(withoutEditsOf(model, 'conv2d')).toBe('lenet5,dense.dropout=0.5');
    expect(
      withoutEditsOf(readModel('lenet5,dense.dropout=0.5,denseDropout.rate=0.1'), 'dense'),
    ).toBe('lenet5');
  });

  it('are offered for what a layer has', () => {
    const labels = (layer: string) => editorsOf(model, layer).map(({ label }) => label);
    expect(labels('conv2d')).toEqual([
      'Filters',
      'Kernel',
      'Stride',
      'Padding',
      'Groups',
      'Activation',
    ]);
    expect(labels('average_pooling2d')).toEqual(['Pooling', 'Window', 'Stride', 'Padding']);
    expect(labels('dense')).toEqual(['Units', 'Activation']);
    expect(labels('denseDropout')).toEqual(['Rate']);
    expect(labels('flatten')).toEqual([]);
    expect(editorsOf(model, 'conv2d')[0]).toMatchObject({ key: 'conv2d.filters', value: 8 });
  });

  it('put a dropout behind layers where that means something', () => {
    expect(dropoutBehind(model, 'dense')).toBe(true);
    expect(dropoutBehind(model, 'dense_1')).toBe(false);
    expect(dropoutBehind(model, 'dense_2')).toBeUndefined();
    expect(dropoutBehind(model, 'flatten')).toBeUndefined();
    expect(dropoutBehind(readModel('alexnet'), 'fc6')).toBeUndefined();
  });
});

it('goes through the input and every layer, and begins at the first with numbers', () => {
  const model = readModel('alexnet-cifar10');
  expect(layerNamesOf(model).slice(0, 3)).toEqual(['input', 'conv2d', 'activation']);
  expect(chosenLayer(model, '')).toBe('conv2d');
  expect(chosenLayer(model, 'dense')).toBe('dense');
  expect(chosenLayer(model, 'conv9')).toBe('conv2d');
});
