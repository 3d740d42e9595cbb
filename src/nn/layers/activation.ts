/**
 * @file An activation as a layer of its own, where it does not stand in the layer before.
 */
import * as z from 'zod/mini';
import { type ActivationName, activate, activationOption } from '../activations.ts';
import { defineLayer, type LayerBuilder } from './layer.ts';

export interface ActivationOptions {
  /** A function of each number (softmax: of each row). */
  readonly activation: ActivationName;
  /** Slope of leakyRelu (0.3 unsaid) or depth of elu (1 unsaid) below 0; of no other. */
  readonly alpha?: number | undefined;
}

export const activation: LayerBuilder<ActivationOptions> = defineLayer({
  kind: 'activation',
  says: 'a function of each number (softmax: of each row)',
  options: z.object({
    activation: activationOption,
    alpha: z.optional(z.number()),
  }),
  outputShape: ([input]) => input,
  call: ({ build, name, inputs: [x], options: { activation, alpha } }) =>
    activate(build, activation, x, name, alpha === undefined ? {} : { alpha }),
});
