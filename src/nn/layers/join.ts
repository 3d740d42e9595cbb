/**
 * @file Layers with several inputs: their sum, or their channels side by side.
 *
 * The inputs are named: add({ inputs: ['conv2d_1', 'input'] }).
 */
import { z } from 'zod';
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import { defineLayer } from './layer.ts';

function several(inputs: readonly Shape[]): void {
  if (inputs.length >= 2) return;
  throw new FoveaError({
    problem: 'reads one layer',
    expected: 'two or more to join',
    fix: "name them: inputs: ['conv2d', 'conv2d_1']",
  });
}

export const add = defineLayer({
  kind: 'add',
  says: 'the sum of its inputs',
  options: z.object({}),
  arity: 'many',
  outputShape: (inputs) => {
    several(inputs);
    if (!inputs.every((shape) => sameShape(shape, inputs[0]))) {
      throw new FoveaError({
        problem: `cannot add ${inputs.map(formatShape).join(' and ')}`,
        expected: 'inputs of one shape',
      });
    }
    return inputs[0];
  },
  call: ({ build, name, inputs }) => inputs.reduce((sum, x) => build('add', [sum, x], {}, name)),
});

export const concatenate = defineLayer({
  kind: 'concatenate',
  says: 'the channels of its inputs side by side',
  options: z.object({}),
  arity: 'many',
  outputShape: (inputs) => {
    several(inputs);
    const [first] = inputs;
    const fits = (shape: Shape) => sameShape(shape.slice(0, -1), first.slice(0, -1));
    if (!inputs.every(fits)) {
      throw new FoveaError({
        problem: `cannot join ${inputs.map(formatShape).join(' and ')}`,
        expected: 'inputs that differ in the last extent alone, their channels',
      });
    }
    const channels = inputs.reduce((sum, shape) => sum + shape[shape.length - 1], 0);
    return [...first.slice(0, -1), channels];
  },
  call: ({ build, name, inputs }) =>
    build('concatenate', inputs, { axis: inputs[0].shape.length - 1 }, name),
});
