/**
 * @file Convolution whose maps see only some of the maps below, by a table: C3 of LeNet-5 as of 1998.
 *
 *   (H, W, C) -> (OH, OW, maps);  kernel (KH, KW, connections), bias (maps)
 *
 * The paper's two reasons: fewer connections, and maps that see different inputs must learn different
 * things. Groups of `conv2d` are the special case of equal, disjoint blocks. Next stop: `ops/connectedConv2d.ts`.
 */
import * as z from 'zod';
import type { Shape } from '../../base/shape.ts';
import { checkConnections } from '../../ops/connectedConv2d.ts';
import { activate, activationOption } from '../activations.ts';
import { type InitializerSpec, initializerOption } from '../initializers.ts';
import { positivePair, wholeNumber } from '../options.ts';
import { defineLayer, imageOf } from './layer.ts';
import { factsOf, positionsOf, receptionOf, type SlidingWindow } from './windowed.ts';

const options = z.object({
  /** Per output map the input maps it sees. */
  connections: z.array(z.array(wholeNumber)).min(1, 'at least one output map'),
  kernelSize: positivePair,
  activation: activationOption.default('linear'),
  kernelInitializer: initializerOption.prefault('fanIn'),
  biasInitializer: initializerOption.prefault('fanIn'),
});

type Options = z.output<typeof options>;

function windowOf({ kernelSize }: Options): SlidingWindow {
  return { kernel: kernelSize, strides: [1, 1], padding: 'valid', dilation: [1, 1] };
}

function outputShape(inputs: readonly Shape[], o: Options): Shape {
  const image = imageOf(inputs);
  checkConnections(o.connections, image[2]);
  return [...positionsOf(image, windowOf(o)), o.connections.length];
}

/** Inputs of a unit of each map, the bias not counted. */
function fansIn({ connections, kernelSize }: Options): number[] {
  return connections.map((maps) => maps.length * kernelSize[0] * kernelSize[1]);
}

/** 'fanIn' without a number: that of the map each weight belongs to. */
function initializerOf(given: InitializerSpec, fanIn: number[]): InitializerSpec {
  return given.kind === 'fanIn' ? { ...given, fanIn: given.fanIn ?? fanIn } : given;
}

export const connectedConv2d = defineLayer({
  kind: 'connectedConv2d',
  says: 'filters that see some of the maps, by a table',
  options,
  outputShape,
  parameters: (_, o) => {
    const fans = fansIn(o);
    const perConnection = o.connections.flatMap((maps, i) => maps.map(() => fans[i]));
    return [
      {
        name: 'kernel',
        shape: [...o.kernelSize, perConnection.length],
        initializer: initializerOf(o.kernelInitializer, perConnection),
        trainable: true,
      },
      {
        name: 'bias',
        shape: [o.connections.length],
        initializer: initializerOf(o.biasInitializer, fans),
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
