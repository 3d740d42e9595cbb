import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../nn/sequential.ts';
import { commentedModel, withoutComments } from './commented.ts';
import { modelNames, modelOf } from './index.ts';

describe('a model with comments', () => {
  it.each(modelNames)('%s is the same model when it is read back', (name) => {
    const spec = modelOf(name);
    const text = commentedModel(spec, spec.name, ['a note with "quotes"']);
    const written: unknown = JSON.parse(text);
    expect(written).toMatchObject({ '//': ['a note with "quotes"'] });
    expect(parseModelSpec(withoutComments(written))).toEqual(spec);
  });

  it('says what each layer gives, and no option that holds anyway', () => {
    const text = commentedModel(modelOf('lenet5'), 'mine', []);
    const { name, layers } = JSON.parse(text);
    expect(name).toBe('mine');
    expect(layers[0]).toEqual({
      '//': 'filters that slide over the image; gives (24, 24, 6)',
      kind: 'conv2d',
      name: 'conv2d',
      options: { filters: 6, kernelSize: [5, 5], activation: 'tanh' },
    });
  });

  it('loses its comments in any object, and nothing else', () => {
    const value = { a: [{ '//': 1, b: null }, 2], '//': {}, c: '//' };
    expect(withoutComments(value)).toEqual({ a: [{ b: null }, 2], c: '//' });
  });
});
