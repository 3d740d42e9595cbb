/**
 * @file Trainable sub-sampling, as in S2 and S4 of LeNet-5 (1998): pooling that learns two numbers per map.
 *
 *   (H, W, C) -> (OH, OW, C);  y = activation(weight * (sum of the window) + bias), weight and bias (C)
 *
 * With a small weight the unit nearly is a blur, with a large one nearly an OR or an AND of its window.
 * Next stop: `ops/composites.ts`.
 */
import * as z from 'zod/mini';
import type { NonEmpty } from '../../../base/lists.ts';
import type { ImageShape, Shape } from '../../../base/shape.ts';
import { subsample2d } from '../../../ops/composites.ts';
import { type ActivationName, activate, activationOption } from '../../activations.ts';
import { type Initializer, initializerOption } from '../../initializers.ts';
import { positivePair, type Size } from '../../options.ts';
import { defineLayer, imageOf, type OptionalLayerBuilder } from '../layer.ts';
import { factsOf, positionsOf, receptionOf, type SlidingWindow } from './windowed.ts';

export interface Subsampling2dOptions {
  /** Pixels of the window, and from one window to the next: one number, or [height, width]; default 2. */
  readonly poolSize?: Size | undefined;
  /** A function of each weighted sum; default 'scaledTanh', 1.7159 tanh(2x/3). */
  readonly activation?: ActivationName | undefined;
  /** First weights, one per channel: a name, or an object with its settings; default 'fanIn', as in 1998. */
  readonly weightInitializer?: Initializer | undefined;
  /** First biases, one per channel: a name, or an object with its settings; default 'fanIn', as in 1998. */
  readonly biasInitializer?: Initializer | undefined;
}

const options = z.object({
  poolSize: z.prefault(positivePair, 2),
  activation: z._default(activationOption, 'scaledTanh'),
  weightInitializer: z.prefault(initializerOption, 'fanIn'),
  biasInitializer: z.prefault(initializerOption, 'fanIn'),
});

type Options = z.output<typeof options>;

/** Windows that do not overlap. */
function windowOf({ poolSize }: Options): SlidingWindow {
  return { kernel: poolSize, strides: poolSize, padding: 'valid', dilation: [1, 1] };
}

function outputShape(inputs: NonEmpty<Shape>, o: Options): ImageShape {
  const image = imageOf(inputs);
  return [...positionsOf(image, windowOf(o)), image[2]];
}

const pixelsOf = ({ poolSize }: Options): number => poolSize[0] * poolSize[1];

/** 'fanIn' without a number: the pixels of the window. */
function initializerOf(given: Options['weightInitializer'], o: Options) {
  return given.kind === 'fanIn' ? { ...given, fanIn: given.fanIn ?? pixelsOf(o) } : given;
}

export const subsampling2d: OptionalLayerBuilder<Subsampling2dOptions> = defineLayer({
  kind: 'subsampling2d',
  says: 'the sum of each window, times a trained weight, plus a trained bias',
  options,
  outputShape,
  parameters: (inputs, o) => {
    const shape = [imageOf(inputs)[2]];
    const { weightInitializer, biasInitializer } = o;
    return [
      { name: 'weight', shape, initializer: initializerOf(weightInitializer, o), trainable: true },
      { name: 'bias', shape, initializer: initializerOf(biasInitializer, o), trainable: true },
    ];
  },
  call: ({ build, name, inputs: [x], options: o, parameter }) => {
    const [weight, bias] = [parameter('weight'), parameter('bias')];
    const sums = subsample2d(build, x, weight, bias, o.poolSize, o.poolSize);
    return activate(build, o.activation, sums, name);
  },
  /** A unit is connected to its window and a bias; its weight is multiplied once. */
  accounting: (inputs, o) => {
    const [OH, OW, C] = outputShape(inputs, o);
    const units = OH * OW * C;
    return { connections: (pixelsOf(o) + 1) * units, multiplyAdds: units };
  },
  reception: (inputs, o) => receptionOf(imageOf(inputs), windowOf(o)),
  window: (inputs, o) => factsOf(imageOf(inputs), windowOf(o)),
});
