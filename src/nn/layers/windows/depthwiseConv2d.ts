/**
 * @file Convolution of each channel by itself, and the separable one: channels by themselves, then mixed by 1x1.
 *
 *   depthwise  (H, W, C) -> (OH, OW, C M);  kernel (KH, KW, 1, C M), bias (C M)
 *   separable  depthwise, then pointwise kernel (1, 1, C M, filters), bias (filters)
 *
 * M is `depthMultiplier`; channel c gives the channels c M to c M + M - 1, as in Keras. Both are `conv2d` ops with
 * as many groups as channels. Next stop: `conv2d.ts`.
 */
import * as z from 'zod/mini';
import { last, type NonEmpty } from '../../../base/lists.ts';
import type { Shape } from '../../../base/shape.ts';
import { NO_PADS } from '../../../base/window.ts';
import type { Node } from '../../../graph/node.ts';
import { activate, activationOption } from '../../activations.ts';
import { type Initializer, initializerOption } from '../../initializers.ts';
import { paddingRule, positiveInteger, positivePair } from '../../options.ts';
import type { SlidingOptions, UnitOptions } from '../commonOptions.ts';
import { type CallContext, defineLayer, imageOf, type LayerBuilder } from '../layer.ts';
import {
  factsOf,
  imageIn,
  padsOf,
  positionsOf,
  receptionOf,
  type SlidingWindow,
} from './windowed.ts';

export interface DepthwiseConv2dOptions extends SlidingOptions, UnitOptions {
  /** Filters for each channel; default 1. */
  readonly depthMultiplier?: number | undefined;
  /** First weights of the filters over one channel: a name, or an object with its settings; default 'glorotUniform'. */
  readonly depthwiseInitializer?: Initializer | undefined;
}

export interface SeparableConv2dOptions extends DepthwiseConv2dOptions {
  /** How many channels the layer gives. */
  readonly filters: number;
  /** First weights of the mix of channels: a name, or an object with its settings; default 'glorotUniform'. */
  readonly pointwiseInitializer?: Initializer | undefined;
}

const common = {
  kernelSize: positivePair,
  strides: z._default(positivePair, [1, 1]),
  padding: z._default(paddingRule, 'valid'),
  dilationRate: z._default(positivePair, [1, 1]),
  depthMultiplier: z._default(positiveInteger, 1),
  activation: z._default(activationOption, 'linear'),
  useBias: z._default(z.boolean(), true),
  depthwiseInitializer: z.prefault(initializerOption, 'glorotUniform'),
  biasInitializer: z.prefault(initializerOption, 'zeros'),
  l2: z._default(z.number().check(z.nonnegative()), 0),
};

const depthwiseOptions = z.object(common);
const separableOptions = z.object({
  filters: positiveInteger,
  ...common,
  pointwiseInitializer: z.prefault(initializerOption, 'glorotUniform'),
});

type Options = z.output<typeof depthwiseOptions>;

function windowOf({ kernelSize, strides, padding, dilationRate }: Options): SlidingWindow {
  return { kernel: kernelSize, strides, padding, dilation: dilationRate };
}

/** (KH, KW, 1, C M) */
function kernelOf(inputs: NonEmpty<Shape>, o: Options) {
  const [, , C] = imageOf(inputs);
  return {
    name: 'depthwiseKernel',
    shape: [...o.kernelSize, 1, C * o.depthMultiplier],
    initializer: o.depthwiseInitializer,
    trainable: true,
    l2: o.l2,
  };
}

function biasOf(channels: number, o: Options) {
  if (!o.useBias) return [];
  return [{ name: 'bias', shape: [channels], initializer: o.biasInitializer, trainable: true }];
}

function depthwise(
  { build, inputs: [x], parameter }: CallContext<Options>,
  o: Options,
  name: string,
) {
  const image = imageIn(x);
  const attrs = {
    strides: o.strides,
    dilation: o.dilationRate,
    pads: padsOf(image, windowOf(o)),
    groups: image[2],
  };
  return build('conv2d', [x, parameter('depthwiseKernel')], attrs, name);
}

function finished(
  { build, name, parameter }: CallContext<Options>,
  products: Node,
  o: Options,
): Node {
  const sums = o.useBias
    ? build('add', [products, parameter('bias')], {}, `${name}/preactivation`)
    : products;
  return activate(build, o.activation, sums, `${name}/${o.activation}`);
}

/** Products and connections of the channels by themselves, and of the 1x1 mix where there is one. */
function accountingOf(inputs: NonEmpty<Shape>, o: Options, filters?: number) {
  const image = imageOf(inputs);
  const [OH, OW] = positionsOf(image, windowOf(o));
  const channels = image[2] * o.depthMultiplier;
  const positions = OH * OW;
  const bias = o.useBias ? 1 : 0;
  const taps = o.kernelSize[0] * o.kernelSize[1];
  const own = taps * channels * positions;
  const mixed = filters === undefined ? 0 : channels * filters * positions;
  const biases = bias * (filters ?? channels) * positions;
  return { connections: own + mixed + biases, multiplyAdds: own + mixed };
}

export const depthwiseConv2d: LayerBuilder<DepthwiseConv2dOptions> = defineLayer({
  kind: 'depthwiseConv2d',
  says: 'filters that slide over one channel each',
  options: depthwiseOptions,
  outputShape: (inputs, o) => {
    const image = imageOf(inputs);
    return [...positionsOf(image, windowOf(o)), image[2] * o.depthMultiplier];
  },
  parameters: (inputs, o) => {
    const kernel = kernelOf(inputs, o);
    return [kernel, ...biasOf(last(kernel.shape, 'axis'), o)];
  },
  call: (context) => {
    const { options: o, name } = context;
    return finished(context, depthwise(context, o, name), o);
  },
  accounting: (inputs, o) => accountingOf(inputs, o),
  reception: (inputs, o) => receptionOf(imageOf(inputs), windowOf(o)),
  window: (inputs, o) => factsOf(imageOf(inputs), windowOf(o)),
});

export const separableConv2d: LayerBuilder<SeparableConv2dOptions> = defineLayer({
  kind: 'separableConv2d',
  says: 'filters over one channel each, then mixed',
  options: separableOptions,
  outputShape: (inputs, o) => [...positionsOf(imageOf(inputs), windowOf(o)), o.filters],
  parameters: (inputs, o) => {
    const kernel = kernelOf(inputs, o);
    const pointwise = {
      name: 'pointwiseKernel',
      shape: [1, 1, last(kernel.shape, 'axis'), o.filters],
      initializer: o.pointwiseInitializer,
      trainable: true,
      l2: o.l2,
    };
    return [kernel, pointwise, ...biasOf(o.filters, o)];
  },
  call: (context) => {
    const { build, name, options: o, parameter } = context;
    const attrs = { strides: [1, 1], dilation: [1, 1], pads: NO_PADS, groups: 1 };
    const own = depthwise(context, o, `${name}/depthwise`);
    return finished(context, build('conv2d', [own, parameter('pointwiseKernel')], attrs, name), o);
  },
  accounting: (inputs, o) => accountingOf(inputs, o, o.filters),
  reception: (inputs, o) => receptionOf(imageOf(inputs), windowOf(o)),
  window: (inputs, o) => factsOf(imageOf(inputs), windowOf(o)),
});
