/**
 * @file Convolution whose maps see only some of the maps below, by a table: C3 of LeNet-5 as of 1998.
 *
 *   (H, W, C) -> (OH, OW, maps);  kernel (KH, KW, connections), bias (maps)
 *
 * The paper's two reasons: fewer connections, and maps that see different inputs must learn different
 * things. Groups of `conv2d` are the special case of equal, disjoint blocks. Next stop: `ops/windows/connectedConv2d.ts`.
 */
import * as z from 'zod/mini';
import type { NonEmpty } from '../../../base/lists.ts';
import type { ImageShape, Shape } from '../../../base/shape.ts';
import { checkConnections } from '../../../ops/windows/connectedConv2d.ts';
import { type ActivationName, activate, activationOption } from '../../activations.ts';
import { type Fans, type Initializer, initializerOption } from '../../initializers.ts';
import { positivePair, type Size, wholeNumber } from '../../options.ts';
import { defineLayer, imageOf, type LayerBuilder } from '../layer.ts';
import { factsOf, positionsOf, receptionOf, type SlidingWindow } from './windowed.ts';

export interface ConnectedConv2dOptions {
  /** Per output map the input maps it sees: [[0, 1, 2], [1, 2, 3], ...]. */
  readonly connections: number[][];
  /** Pixels of the window: one number for both axes, or [height, width]. */
  readonly kernelSize: Size;
  /** A function of each sum; default 'linear', which is none. */
  readonly activation?: ActivationName | undefined;
  /** First weights: a name, or an object with its settings; default 'fanIn', as in 1998. */
  readonly kernelInitializer?: Initializer | undefined;
  /** First biases: a name, or an object with its settings; default 'fanIn', as in 1998. */
  readonly biasInitializer?: Initializer | undefined;
}

const options = z.object({
  connections: z.array(z.array(wholeNumber)).check(z.minLength(1, 'at least one output map')),
  kernelSize: positivePair,
  activation: z._default(activationOption, 'linear'),
  kernelInitializer: z.prefault(initializerOption, 'fanIn'),
  biasInitializer: z.prefault(initializerOption, 'fanIn'),
});

type Options = z.output<typeof options>;

function windowOf({ kernelSize }: Options): SlidingWindow {
  return { kernel: kernelSize, strides: [1, 1], padding: 'valid', dilation: [1, 1] };
}

function outputShape(inputs: NonEmpty<Shape>, o: Options): ImageShape {
  const image = imageOf(inputs);
  checkConnections(o.connections, image[2]);
  return [...positionsOf(image, windowOf(o)), o.connections.length];
}

/** Of each map, and of each connection: the window on all maps it sees, and on all maps that see its input. */
function fansOf({ connections, kernelSize }: Options): { maps: Fans[]; connections: Fans[] } {
  const window = kernelSize[0] * kernelSize[1];
  const readers = (c: number): number => connections.filter((maps) => maps.includes(c)).length;
  return {
    maps: connections.map((maps) => [window * maps.length, window]),
    connections: connections.flatMap((maps) =>
      maps.map((c): Fans => [window * maps.length, window * readers(c)]),
    ),
  };
}

export const connectedConv2d: LayerBuilder<ConnectedConv2dOptions> = defineLayer({
  kind: 'connectedConv2d',
  says: 'filters that see some of the maps, by a table',
  options,
  outputShape,
  parameters: (_, o) => {
    const fans = fansOf(o);
    return [
      {
        name: 'kernel',
        shape: [...o.kernelSize, fans.connections.length],
        initializer: o.kernelInitializer,
        fans: fans.connections,
        trainable: true,
      },
      {
        name: 'bias',
        shape: [o.connections.length],
        initializer: o.biasInitializer,
        fans: fans.maps,
        trainable: true,
      },
    ];
  },
  call: ({ build, name, inputs: [x], options: o, parameter }) => {
    const attrs = { connections: o.connections };
    const products = build('connectedConv2d', [x, parameter('kernel')], attrs, name);
    const sums = build('add', [products, parameter('bias')], {}, `${name}/preactivation`);
    return activate(build, o.activation, sums, `${name}/${o.activation}`);
  },
  accounting: (inputs, o) => {
    const [OH, OW, maps] = outputShape(inputs, o);
    const weights = o.kernelSize[0] * o.kernelSize[1] * o.connections.flat().length;
    return { connections: (weights + maps) * OH * OW, multiplyAdds: weights * OH * OW };
  },
  reception: (inputs, o) => receptionOf(imageOf(inputs), windowOf(o)),
  window: (inputs, o) => factsOf(imageOf(inputs), windowOf(o)),
});
