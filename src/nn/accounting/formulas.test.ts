import { describe, expect, it } from 'vitest';
import { modelNames, modelOf } from '../../models/index.ts';
import { dropout } from '../layers/dropout.ts';
import { sequential } from '../sequential.ts';
import { layerShapes } from '../shapes.ts';
import { formulaOf } from './formulas.ts';

function formula(model: string, layer: string): string {
  return formulaOf(layerShapes(modelOf(model)).find(({ spec }) => spec.name === layer)!);
}

describe('formulas with a layer’s own numbers', () => {
  it.each([
    [
      'lenet5',
      'conv2d_1',
      'y[i, j, k] = tanh(b[k] + sum over u < 5, v < 5, c < 6 of w[u, v, c, k] x[i + u, j + v, c])',
    ],
    ['lenet5', 'average_pooling2d', 'y[i, j, k] = mean over u < 2, v < 2 of x[2i + u, 2j + v, k]'],
    ['lenet5', 'dense_2', 'y[k] = softmax over k of (b[k] + sum over c < 84 of w[c, k] x[c])'],
    ['lenet5', 'flatten', 'y[(4 i + j) 16 + c] = x[i, j, c]'],
    [
      'lenet5-1998',
      's2',
      'y[i, j, k] = 1.7159 tanh(2/3 (b[k] + w[k] (sum over u < 2, v < 2 of x[2i + u, 2j + v, k])))',
    ],
    ['lenet5-1998', 'output', 'y[k] = sum over c < 84 of (x[c] - w[k, c])^2'],
    [
      'alexnet',
      'conv1',
      'y[i, j, k] = relu(b[k] + sum over u < 11, v < 11, c < 3 of w[u, v, c, k] x[4i + u, 4j + v, c])',
    ],
    [
      'alexnet',
      'conv4',
      "y[i, j, k] = relu(b[k] + sum over u < 3, v < 3, c < 192 of w[u, v, c, k] x[i + u - 1, j + v - 1, g(k) + c]), g(k) = 192 floor(k / 192): the maps of k's own group",
    ],
    [
      'alexnet',
      'norm1',
      'y[i, j, c] = x[i, j, c] / (2 + 0.0001 sum of x[i, j, n]^2 over the 5 maps n around c in its group of 48)^0.75',
    ],
    ['alexnet', 'dropout6', 'in training y = 0 with probability 0.5, else x; afterwards y = 0.5 x'],
    [
      'alexnet-cifar10',
      'dropout',
      'in training y = 0 with probability 0.5, else x / 0.5; afterwards y = x',
    ],
    ['alexnet-cifar10', 'activation_7', 'y = softmax of x'],
  ])('%s %s', (model, layer, expected) => {
    expect(formula(model, layer)).toBe(expected);
  });

  it('there is one for every layer of every model', () => {
    for (const name of modelNames)
      for (const placed of layerShapes(modelOf(name)))
        expect(formulaOf(placed), `${name} ${placed.spec.name}`).not.toBe('');
  });
});

it('the formula of dropout says what the others are divided by, or shrunk to in use', () => {
  const said = (mode: 'inverted' | '2012') => {
    const spec = sequential({ inputShape: [4] }, [dropout({ rate: 0.25, mode })]);
    return formulaOf(layerShapes(spec)[0]);
  };
  expect(said('inverted')).toBe(
    'in training y = 0 with probability 0.25, else x / 0.75; afterwards y = x',
  );
  expect(said('2012')).toBe(
    'in training y = 0 with probability 0.25, else x; afterwards y = 0.75 x',
  );
});
