/**
 * @file An activation as a layer of its own, where it does not stand in the layer before.
 */
import * as z from 'zod';
import { activate, activationOption } from '../activations.ts';
import { defineLayer } from './layer.ts';

export const activation = defineLayer({
  kind: 'activation',
  says: 'a function of each number (softmax: of each row)',
  options: z.object({
    activation: activationOption,
    /** Of leakyRelu (default 0.3) and elu (default 1): the slope or depth below 0. */
    alpha: z.number().optional(),
  }),
  outputShape: ([input]) => input,
  call: ({ build, name, inputs: [x], options: { activation, alpha } }) =>
    activate(build, activation, x, name, alpha === undefined ? {} : { alpha }),
});
