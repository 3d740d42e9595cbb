/**
 * @file 2-D convolution layer: filters that slide over the image, a bias per filter, an activation.
 *
 *   (H, W, C) -> (OH, OW, filters);  kernel (KH, KW, C / groups, filters), bias (filters)
 *
 * With `groups` g, output channel o sees only the C / g input channels of its group (AlexNet's two
 * towers are groups 2). Before: `models/lenet5.ts`. Next stop: `base/window.ts` for OH and OW, then
 * `ops/windows/conv2d.ts`.
 */
import * as z from 'zod/mini';
import { activate, activationOption } from '../../activations.ts';
import { initializerOption } from '../../initializers.ts';
import { paddingRule, positiveInteger, positivePair } from '../../options.ts';
import type { KernelOptions, SlidingOptions } from '../commonOptions.ts';
import { defineLayer, imageOf, type LayerBuilder } from '../layer.ts';
import {
  checkGroups,
  factsOf,
  imageIn,
  padsOf,
  positionsOf,
  receptionOf,
  type SlidingWindow,
} from './windowed.ts';

export interface Conv2dOptions extends SlidingOptions, KernelOptions {
  /** How many channels the layer gives. */
  readonly filters: number;
  /** Each filter sees 1 / groups of the channels; must divide channels and filters; default 1. */
  readonly groups?: number | undefined;
}

const options = z.object({
  filters: positiveInteger,
  kernelSize: positivePair,
  strides: z._default(positivePair, [1, 1]),
  padding: z._default(paddingRule, 'valid'),
  dilationRate: z._default(positivePair, [1, 1]),
  groups: z._default(positiveInteger, 1),
  activation: z._default(activationOption, 'linear'),
  useBias: z._default(z.boolean(), true),
  kernelInitializer: z.prefault(initializerOption, 'glorotUniform'),
  biasInitializer: z.prefault(initializerOption, 'zeros'),
  l2: z._default(z.number().check(z.nonnegative()), 0),
});

type Options = z.output<typeof options>;

function windowOf({ kernelSize, strides, padding, dilationRate }: Options): SlidingWindow {
  return { kernel: kernelSize, strides, padding, dilation: dilationRate };
}

/** (KH, KW, C / groups, filters) */
type KernelShape = readonly [number, number, number, number];

function kernelShape(channels: number, { filters, kernelSize, groups }: Options): KernelShape {
  checkGroups(groups, channels, filters);
  return [kernelSize[0], kernelSize[1], channels / groups, filters];
}

export const conv2d: LayerBuilder<Conv2dOptions> = defineLayer({
  kind: 'conv2d',
  says: 'filters that slide over the image',
  options,
  outputShape: (inputs, o) => {
    const image = imageOf(inputs);
    kernelShape(image[2], o);
    return [...positionsOf(image, windowOf(o)), o.filters];
  },
  parameters: (inputs, o) => [
    {
      name: 'kernel',
      shape: kernelShape(imageOf(inputs)[2], o),
      initializer: o.kernelInitializer,
      trainable: true,
      l2: o.l2,
    },
    ...(o.useBias
      ? [{ name: 'bias', shape: [o.filters], initializer: o.biasInitializer, trainable: true }]
      : []),
  ],
  call: ({ build, name, inputs: [x], options: o, parameter }) => {
    const attrs = {
      strides: o.strides,
      dilation: o.dilationRate,
      pads: padsOf(imageIn(x), windowOf(o)),
      groups: o.groups,
    };
    const products = build('conv2d', [x, parameter('kernel')], attrs, name);
    const sums = o.useBias
      ? build('add', [products, parameter('bias')], {}, `${name}/preactivation`)
      : products;
    return activate(build, o.activation, sums, `${name}/${o.activation}`);
  },
  accounting: (inputs, o) => {
    const image = imageOf(inputs);
    const [OH, OW] = positionsOf(image, windowOf(o));
    const [KH, KW, perGroup] = kernelShape(image[2], o);
    const units = OH * OW * o.filters;
    const products = KH * KW * perGroup;
    return {
      connections: (products + (o.useBias ? 1 : 0)) * units,
      multiplyAdds: products * units,
    };
  },
  reception: (inputs, o) => receptionOf(imageOf(inputs), windowOf(o)),
  window: (inputs, o) => factsOf(imageOf(inputs), windowOf(o)),
});
