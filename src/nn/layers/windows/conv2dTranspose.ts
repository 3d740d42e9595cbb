/**
 * @file Transposed convolution: every input pixel adds a weighted copy of the kernel to the output.
 *
 *   (H, W, C) -> (OH, OW, filters);  kernel (KH, KW, filters / groups, C), bias (filters)
 *
 * It is the adjoint of a convolution from the output to the input: the op is that convolution's input
 * gradient. Several sizes give the same number of windows where the stride leaves pixels over;
 * `outputPadding` p, below the stride, picks one. Along an axis of n pixels:
 *
 *   'valid'    (n - 1) stride + reach + p        all that the kernels reach
 *   'same'     (n - 1) stride + 1 + p            where a 'same' convolution gives n; n stride unless p is said
 *   explicit   (n - 1) stride + reach - cut + p  the numbers are cut off the sides
 *
 * So a decoder gives back its encoder's size: from 13 pixels, stride 2 and 'same' give 7, and p = 0 gives
 * 13 again. Next stop: `ops/windows/conv2d.ts`.
 */
import * as z from 'zod/mini';
import { first, type NonEmpty } from '../../../base/lists.ts';
import type { ImageShape, Shape } from '../../../base/shape.ts';
import { type Pads, type Pair, reachOf, samePads, transposedExtent } from '../../../base/window.ts';
import { activate, activationOption } from '../../activations.ts';
import { initializerOption } from '../../initializers.ts';
import {
  type Padding,
  paddingRule,
  positiveInteger,
  positivePair,
  type Size,
  wholePair,
} from '../../options.ts';
import type { KernelOptions, SlidingOptions } from '../commonOptions.ts';
import { defineLayer, imageOf, type LayerBuilder } from '../layer.ts';
import { checkGroups, imageIn, paddingFacts } from './windowed.ts';

export interface Conv2dTransposeOptions extends SlidingOptions, KernelOptions {
  /** How many channels the layer gives. */
  readonly filters: number;
  /** Pixels of the output from one copy of the filter to the next, one number or [height, width]; default 1. */
  readonly strides?: Size | undefined;
  /** Cut off the output: 'valid' (nothing), 'same' (to size * strides), or pixels; default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Rows and columns more at the end; default: none, or what fills the last stride up. */
  readonly outputPadding?: Size | undefined;
  /** Each filter sees 1 / groups of the channels; must divide channels and filters; default 1. */
  readonly groups?: number | undefined;
}

const options = z.object({
  filters: positiveInteger,
  kernelSize: positivePair,
  strides: z._default(positivePair, [1, 1]),
  padding: z._default(paddingRule, 'valid'),
  dilationRate: z._default(positivePair, [1, 1]),
  outputPadding: z.optional(wholePair),
  groups: z._default(positiveInteger, 1),
  activation: z._default(activationOption, 'linear'),
  useBias: z._default(z.boolean(), true),
  kernelInitializer: z.prefault(initializerOption, 'glorotUniform'),
  biasInitializer: z.prefault(initializerOption, 'zeros'),
  l2: z._default(z.number().check(z.nonnegative()), 0),
});

type Options = z.output<typeof options>;

interface Extent {
  readonly output: number;
  /** The pads of the convolution this one is the adjoint of. */
  readonly pads: Pair;
}

function alongAxis(n: number, axis: 0 | 1, o: Options): Extent {
  const [kernel, stride, dilation] = [o.kernelSize[axis], o.strides[axis], o.dilationRate[axis]];
  const name = axis === 0 ? 'height' : 'width';
  const reach = reachOf(kernel, dilation);
  const size = (pads: Pair, more: number) =>
    transposedExtent(n, kernel, stride, pads, dilation, more, name);
  const given = o.outputPadding?.[axis];
  if (o.padding === 'same') {
    size([0, 0], given ?? 0); // for what it says of wrong numbers
    const output = (n - 1) * stride + 1 + (given ?? stride - 1);
    return { output, pads: samePads(output, kernel, stride, dilation) };
  }
  if (o.padding === 'valid') {
    // Where kernels leave gaps between them, the last gap counts too, as in Keras.
    return { output: size([0, 0], given ?? Math.max(stride - reach, 0)), pads: [0, 0] };
  }
  return { output: size(o.padding[axis], given ?? 0), pads: o.padding[axis] };
}

function extentsOf([H, W]: ImageShape, o: Options): readonly [Extent, Extent] {
  return [alongAxis(H, 0, o), alongAxis(W, 1, o)];
}

function padsOf(image: ImageShape, o: Options): Pads {
  const [rows, columns] = extentsOf(image, o);
  return [rows.pads, columns.pads];
}

function outputShape(inputs: NonEmpty<Shape>, o: Options): ImageShape {
  const image = imageOf(inputs);
  const [rows, columns] = extentsOf(image, o);
  checkGroups(o.groups, image[2], o.filters);
  return [rows.output, columns.output, o.filters];
}

export const conv2dTranspose: LayerBuilder<Conv2dTransposeOptions> = defineLayer({
  kind: 'conv2dTranspose',
  says: 'every pixel adds a weighted copy of the filters',
  options,
  outputShape,
  parameters: (inputs, o) => [
    {
      name: 'kernel',
      shape: [...o.kernelSize, o.filters / o.groups, imageOf(inputs)[2]],
      initializer: o.kernelInitializer,
      trainable: true,
      l2: o.l2,
    },
    ...(o.useBias
      ? [{ name: 'bias', shape: [o.filters], initializer: o.biasInitializer, trainable: true }]
      : []),
  ],
  call: ({ build, name, inputs: [x], options: o, parameter }) => {
    const image = imageIn(x);
    const attrs = {
      strides: o.strides,
      dilation: o.dilationRate,
      pads: padsOf(image, o),
      groups: o.groups,
      inputShape: [first(x.shape, 'axis'), ...outputShape([image], o)],
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
    const multiplyAdds = (H * W * C * o.kernelSize[0] * o.kernelSize[1] * o.filters) / o.groups;
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
  window: (inputs, o) => ({
    kernel: o.kernelSize,
    strides: o.strides,
    dilation: o.dilationRate,
    transposed: true,
    padding: paddingFacts(o.padding, padsOf(imageOf(inputs), o)),
  }),
});
