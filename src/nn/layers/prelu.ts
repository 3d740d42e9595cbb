/**
 * @file Leaky ReLU with a slope that is learned: y = max(x, 0) + alpha min(x, 0).
 *
 * A slope per number of the input; `sharedAxes` (from 1, as in Keras) have one in common: [1, 2] gives a slope per
 * channel. He et al. 2015, https://arxiv.org/abs/1502.01852.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../base/errors.ts';
import type { NonEmpty } from '../../base/lists.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { constantNode } from '../../graph/node.ts';
import { type Initializer, initializerOption } from '../initializers.ts';
import { positiveInteger } from '../options.ts';
import { defineLayer, type OptionalLayerBuilder } from './layer.ts';

function slopes([input]: NonEmpty<Shape>, sharedAxes: readonly number[]): Shape {
  const wrong = sharedAxes.find((axis) => axis > input.length);
  if (wrong === undefined) return input.map((n, i) => (sharedAxes.includes(i + 1) ? 1 : n));
  throw new FoveaError({
    problem: `sharedAxes has ${wrong} for an input of ${formatShape(input)}`,
    expected: `axes from 1 to ${input.length}`,
  });
}

export interface PreluOptions {
  /** First slopes below 0: a name, or an object with its settings; default 'zeros'. */
  readonly alphaInitializer?: Initializer | undefined;
  /** Axes along which one slope serves all, counted from 1: [1, 2] is one slope per channel; default none. */
  readonly sharedAxes?: number[] | undefined;
}

export const prelu: OptionalLayerBuilder<PreluOptions> = defineLayer({
  kind: 'prelu',
  says: 'leaky ReLU with learned slopes',
  options: z.object({
    alphaInitializer: z.prefault(initializerOption, 'zeros'),
    sharedAxes: z._default(z.array(positiveInteger), []),
  }),
  outputShape: (inputs, { sharedAxes }) => {
    slopes(inputs, sharedAxes);
    return inputs[0];
  },
  parameters: (inputs, { alphaInitializer, sharedAxes }) => [
    {
      name: 'alpha',
      shape: slopes(inputs, sharedAxes),
      initializer: alphaInitializer,
      trainable: true,
    },
  ],
  call: ({ build, name, inputs: [x], parameter }) => {
    const below = build('minimum', [x, constantNode(0)]);
    const bent = build('mul', [below, parameter('alpha')]);
    return build('add', [build('relu', [x]), bent], {}, name);
  },
});
