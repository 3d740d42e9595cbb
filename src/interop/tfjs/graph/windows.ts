/**
 * @file Operations whose windows slide over an image: convolutions, pooling, padding, enlarging.
 *
 * Kernels lie as ours do; TensorFlow's sizes and steps have the batch and the channels around those of the image.
 */
import type { Pads, Pair } from '../../../base/window.ts';
import { channelsOf, type Operation, type OperationContext } from './context.ts';
import { epilogue } from './epilogue.ts';
import { scaled } from './scaled.ts';

/** [1, h, w, 1] -> [h, w] */
function middle(context: OperationContext, key: string, unsaid: readonly number[]): Pair {
  const [batch = 1, height = 1, width = 1, channels = 1] = context.attributes.integers(key, unsaid);
  if (batch === 1 && channels === 1) return [height, width];
  throw context.attributes.wrong(key, [batch, height, width, channels], '1 for batch and channels');
}

const ONES = [1, 1, 1, 1];

function paddingOf(context: OperationContext): 'same' | 'valid' | Pads {
  const { attributes } = context;
  const word = attributes.only('padding', ['SAME', 'VALID', 'EXPLICIT'], 'VALID');
  if (word !== 'EXPLICIT') return word === 'SAME' ? 'same' : 'valid';
  const [, , top = 0, bottom = 0, left = 0, right = 0] = attributes.integers(
    'explicit_paddings',
    [],
  );
  return [
    [top, bottom],
    [left, right],
  ];
}

function slidingOf(context: OperationContext) {
  context.attributes.only('data_format', ['NHWC'], 'NHWC');
  return {
    strides: middle(context, 'strides', ONES),
    dilationRate: middle(context, 'dilations', ONES),
    padding: paddingOf(context),
  };
}

const conv2d: Operation = (context) => {
  const x = context.tensor(0);
  const kernel = context.constant(1);
  const [KH = 0, KW = 0, perGroup = 0, filters = 0] = kernel.shape;
  const groups = channelsOf(x) / perGroup;
  if (kernel.shape.length !== 4 || !Number.isInteger(groups) || groups < 1) {
    throw context.refused(
      `its kernel (${kernel.shape.join(', ')}) does not fit ${channelsOf(x)} channels`,
    );
  }
  const sliding = { ...slidingOf(context), kernelSize: [KH, KW], filters, groups };
  return epilogue(context, filters, ({ bias, activation }) => {
    const options = { ...sliding, activation, useBias: bias !== undefined };
    const numbers = { kernel: kernel.read(), ...(bias === undefined ? {} : { bias }) };
    return context.add('conv2d', [x], options, numbers);
  });
};

const depthwise: Operation = (context) => {
  const x = context.tensor(0);
  const kernel = context.constant(1);
  const [KH = 0, KW = 0, channels = 0, depthMultiplier = 0] = kernel.shape;
  if (kernel.shape.length !== 4 || channels !== channelsOf(x)) {
    throw context.refused(
      `its kernel (${kernel.shape.join(', ')}) does not fit ${channelsOf(x)} channels`,
    );
  }
  const sliding = { ...slidingOf(context), kernelSize: [KH, KW], depthMultiplier };
  return epilogue(context, channels * depthMultiplier, ({ bias, activation }) => {
    const options = { ...sliding, activation, useBias: bias !== undefined };
    const numbers = { depthwiseKernel: kernel.read(), ...(bias === undefined ? {} : { bias }) };
    return context.add('depthwiseConv2d', [x], options, numbers);
  });
};

/** The input gradient of a convolution, which is a transposed one; its size is given. */
const transposed: Operation = (context) => {
  const [, height, width] = context.integers(0);
  const kernel = context.constant(1);
  const x = context.tensor(2);
  const [KH = 0, KW = 0, filters = 0] = kernel.shape;
  const { padding, ...sliding } = slidingOf(context);
  if (typeof padding !== 'string')
    throw context.attributes.wrong('padding', 'EXPLICIT', 'SAME or VALID');
  const options = { ...sliding, padding, kernelSize: [KH, KW], filters };
  return epilogue(context, filters, ({ bias, activation }) => {
    const all = { ...options, activation, useBias: bias !== undefined };
    const numbers = { kernel: kernel.read(), ...(bias === undefined ? {} : { bias }) };
    const y = context.add('conv2dTranspose', [x], all, numbers);
    const isRight = [height, width].every((n, i) => n === null || n === y.shape[i]);
    if (isRight) return y;
    throw context.refused(
      `it gives ${height} x ${width} pixels`,
      `${y.shape.slice(0, 2).join(' x ')} are known here`,
    );
  });
};

const pooling =
  (kind: string): Operation =>
  (context) => {
    context.attributes.only('data_format', ['NHWC'], 'NHWC');
    const options = {
      poolSize: middle(context, 'ksize', ONES),
      strides: middle(context, 'strides', ONES),
      padding: paddingOf(context),
    };
    return { tensor: context.add(kind, [context.tensor(0)], options) };
  };

const padded: Operation = (context) => {
  const { node, attributes } = context;
  const [n0, n1, top, bottom, left, right, c0, c1] = context.integers(1);
  if ([n0, n1, c0, c1].some((n) => n !== 0)) throw context.refused('it pads batch or channels');
  const padding = [
    [top, bottom],
    [left, right],
  ];
  const x = context.tensor(0);
  if (node.op === 'MirrorPad') {
    attributes.only('mode', ['REFLECT'], 'REFLECT');
    return { tensor: context.add('padding2d', [x], { padding, mode: 'reflect' }) };
  }
  const value = node.op === 'PadV2' ? (context.constant(2).read()[0] ?? 0) : 0;
  if (value === 0) return { tensor: context.add('zeroPadding2d', [x], { padding }) };
  return { tensor: context.add('padding2d', [x], { padding, value }) };
};

const enlarged: Operation = (context) => {
  const x = context.tensor(0);
  const [H = 0, W = 0] = x.shape;
  const [height, width] = context.integers(1);
  const size = [(height ?? 0) / H, (width ?? 0) / W];
  if (context.attributes.flag('align_corners', false)) {
    throw context.attributes.wrong('align_corners', true, 'false');
  }
  if (!size.every(Number.isInteger))
    throw context.refused(`it makes ${height} x ${width} of ${H} x ${W} pixels`);
  return { tensor: context.add('upsampling2d', [x], { size }) };
};

/** A bias that did not go into the layer before it. */
const biasAdd: Operation = (context) => ({
  tensor: scaled(context, context.tensor(0), [1], context.constant(1).read()),
});

export const windowOperations: Readonly<Record<string, Operation>> = {
  Conv2D: conv2d,
  _FusedConv2D: conv2d,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  _FusedDepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposed,
  MaxPool: pooling('maxPooling2d'),
  AvgPool: pooling('averagePooling2d'),
  Pad: padded,
  PadV2: padded,
  MirrorPad: padded,
  ResizeNearestNeighbor: enlarged,
  BiasAdd: biasAdd,
};
