/**
 * @file Transposed convolution: every input pixel adds a weighted copy of the kernel to the output.
 *
 *   (H, W, C) -> (OH, OW, filters);  kernel (KH, KW, filters, C), bias (filters)
 *
 * It is the adjoint of a convolution from the output to the input: the op is that convolution's input
 * gradient. 'valid' keeps all that the kernels reach, 'same' gives (H sh, W sw), explicit numbers are
 * cut off the 'valid' result. Next stop: `ops/conv2d.ts`.
 */
import { z } from 'zod';
import type { Shape } from '../../base/shape.ts';
import { type Pads, type Pair, reachOf, resolvePads, transposedExtent } from '../../base/window.ts';
import { activate, activationOption } from '../activations.ts';
import { initializerOption } from '../initializers.ts';
import { paddingRule, positiveInteger, positivePair } from '../options.ts';
import { defineLayer, imageOf } from './layer.ts';

const options = z.object({
  filters: positiveInteger,
  kernelSize: positivePair,
  strides: positivePair.default([1, 1]),
  padding: paddingRule.default('valid'),
  dilationRate: positivePair.default([1, 1]),
  activation: activationOption.default('linear'),
  useBias: z.boolean().default(true),
  kernelInitializer: initializerOption.prefault('glorotUniform'),
  biasInitializer: initializerOption.prefault('zeros'),
  /** Weight of l2 * sum(kernel^2) in the loss. */
  l2: z.number().nonnegative().default(0),
});

type Options = z.output<typeof options>;

/** The pads of the convolution this one is the adjoint of. */
function padsOf(input: readonly number[], o: Options): Pads {
  const enlarged: Pair = [input[0] * o.strides[0], input[1] * o.strides[1]];
  return resolvePads(o.padding, enlarged, o.kernelSize, o.strides, o.dilationRate);
}

function outputShape(inputs: readonly Shape[], o: Options): Shape {
  const image = imageOf(inputs);
  const pads = padsOf(image, o);
  const along = (axis: 0 | 1) => {
    const [kernel, stride, dilation] = [o.kernelSize[axis], o.strides[axis], o.dilationRate[axis]];
    // Where kernels leave gaps between them, the last gap counts too, as in Keras.
    const gap = typeof o.padding === 'string' ? stride - reachOf(kernel, dilation) : 0;
    const name = axis === 0 ? 'height' : 'width';
    const extra = Math.max(gap, 0);
    return transposedExtent(image[axis], kernel, stride, pads[axis], dilation, extra, name);
  };
  return [along(0), along(1), o.filters];
}

export const conv2dTranspose = defineLayer({
  kind: 'conv2dTranspose',
  says: 'every pixel adds a weighted copy of the filters',
  options,
  outputShape,
  parameters: (inputs, o) => [
    {
      name: 'kernel',
      shape: [...o.kernelSize, o.filters, imageOf(inputs)[2]],
      initializer: o.kernelInitializer,
      trainable: true,
      l2: o.l2,
    },
    ...(o.useBias
      ? [{ name: 'bias', shape: [o.filters], initializer: o.biasInitializer, trainable: true }]
      : []),
  ],
  call: ({ build, name, inputs: [x], options: o, parameter }) => {
    const image = x.shape.slice(1);
    const attrs = {
      strides: o.strides,
      dilation: o.dilationRate,
      pads: padsOf(image, o),
      groups: 1,
      inputShape: [x.shape[0], ...outputShape([image], o)],
    };
    const products = build('conv2dInputGradient', [x, parameter('kernel')], attrs, name);
    const sums = o.useBias
      ? build('add', [products, parameter('bias')], {}, `${name}/preactivation`)
      : products;
    return activate(build, o.activation, sums, `${name}/${o.activation}`);
  },
  accounting: (inputs, o) => {
    const [H, W, C] = imageOf(inputs);
    const [OH, OW] = outputShape(inputs, o);
    const multiplyAdds = H * W * C * o.kernelSize[0] * o.kernelSize[1] * o.filters;
    return { connections: multiplyAdds + (o.useBias ? OH * OW * o.filters : 0), multiplyAdds };
  },
  // Output pixel p sees the input pixels i with i s + k d - before = p for some tap k.
  reception: (inputs, o) => {
    const pads = padsOf(imageOf(inputs), o);
    const both = (of: (axis: 0 | 1) => number): Pair => [of(0), of(1)];
    const furthest = (axis: 0 | 1) => reachOf(o.kernelSize[axis], o.dilationRate[axis]) - 1;
    return {
      kernel: both((axis) => Math.floor(furthest(axis) / o.strides[axis]) + 1),
      strides: both((axis) => 1 / o.strides[axis]),
      dilation: [1, 1],
      before: both((axis) => Math.floor((furthest(axis) - pads[axis][0]) / o.strides[axis])),
    };
  },
});
