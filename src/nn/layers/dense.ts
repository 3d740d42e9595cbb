/**
 * @file Dense layer: every unit weighs every input and adds a bias.
 *
 *   (inputs) -> (units);  y = activation(x kernel + bias), kernel (inputs, units), bias (units)
 */
import * as z from 'zod/mini';
import type { NonEmpty } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import { activate, activationOption } from '../activations.ts';
import { initializerOption } from '../initializers.ts';
import { positiveInteger } from '../options.ts';
import type { KernelOptions } from './commonOptions.ts';
import { defineLayer, type LayerBuilder, rowLengthOf } from './layer.ts';

export interface DenseOptions extends KernelOptions {
  /** How many numbers the layer gives. */
  readonly units: number;
}

const options = z.object({
  units: positiveInteger,
  activation: z._default(activationOption, 'linear'),
  useBias: z._default(z.boolean(), true),
  kernelInitializer: z.prefault(initializerOption, 'glorotUniform'),
  biasInitializer: z.prefault(initializerOption, 'zeros'),
  l2: z._default(z.number().check(z.nonnegative()), 0),
});

const rowLength = (inputs: NonEmpty<Shape>): number =>
  rowLengthOf(inputs, 'a flatten or a global pooling layer');

export const dense: LayerBuilder<DenseOptions> = defineLayer({
  kind: 'dense',
  says: 'every unit weighs every input',
  options,
  outputShape: (inputs, { units }) => {
    rowLength(inputs);
    return [units];
  },
  parameters: (inputs, o) => [
    {
      name: 'kernel',
      shape: [rowLength(inputs), o.units],
      initializer: o.kernelInitializer,
      trainable: true,
      l2: o.l2,
    },
    ...(o.useBias
      ? [{ name: 'bias', shape: [o.units], initializer: o.biasInitializer, trainable: true }]
      : []),
  ],
  call: ({ build, name, inputs: [x], options: o, parameter }) => {
    const attrs = { transposeA: false, transposeB: false };
    const products = build('matmul', [x, parameter('kernel')], attrs, name);
    const sums = o.useBias
      ? build('add', [products, parameter('bias')], {}, `${name}/preactivation`)
      : products;
    return activate(build, o.activation, sums, `${name}/${o.activation}`);
  },
  accounting: (inputs, { units, useBias }) => {
    const row = rowLength(inputs);
    return { connections: (row + (useBias ? 1 : 0)) * units, multiplyAdds: row * units };
  },
  reception: () => 'whole',
});
