/**
 * @file Convolutions, pooling, padding: layers whose windows slide over an image.
 *
 * Keras's kernels lie as ours do, depthwise ones with channels and multiplier apart. Next stop: `nn/layers/windows/`.
 */
import type { Pads } from '../../../base/window.ts';
import { activationOf } from './activations.ts';
import {
  dataFormat,
  imageOf,
  type KerasTensor,
  type LayerContext,
  type Translation,
} from './context.ts';
import { initializersOf } from './initializers.ts';

/** Options of every sliding kernel. */
function sliding({ config }: LayerContext) {
  return {
    kernelSize: config.pair('kernel_size'),
    strides: config.pair('strides', [1, 1]),
    padding: config.choice('padding', ['valid', 'same'], 'valid'),
    dilationRate: config.pair('dilation_rate', [1, 1]),
    useBias: config.flag('use_bias', true),
    ...initializersOf(config, { biasInitializer: 'bias_initializer' }),
  };
}

const biasOf = (tensor: KerasTensor, useBias: boolean) =>
  useBias ? [{ name: 'bias', parameter: 'bias', tensor }] : [];

const conv2d: Translation = (context) => {
  const { config } = context;
  const activation = activationOf(context);
  const options = {
    ...sliding(context),
    filters: config.count('filters'),
    groups: config.count('groups', 1),
    activation: activation.inside,
    l2: config.l2('kernel_regularizer'),
    ...initializersOf(config, { kernelInitializer: 'kernel_initializer' }),
  };
  const y = context.add('conv2d', options, { reads: [imageOf(context)] });
  const kernel = { name: 'kernel', parameter: 'kernel', tensor: y };
  context.holds([kernel, ...biasOf(y, options.useBias)]);
  return activation.after(y);
};

const conv2dTranspose: Translation = (context) => {
  const { config } = context;
  const activation = activationOf(context);
  const outputPadding = outputPaddingOf(context);
  const options = {
    ...sliding(context),
    filters: config.count('filters'),
    activation: activation.inside,
    l2: config.l2('kernel_regularizer'),
    ...initializersOf(config, { kernelInitializer: 'kernel_initializer' }),
    ...(outputPadding === undefined ? {} : { outputPadding }),
  };
  const y = context.add('conv2dTranspose', options, { reads: [imageOf(context)] });
  const kernel = { name: 'kernel', parameter: 'kernel', tensor: y };
  context.holds([kernel, ...biasOf(y, options.useBias)]);
  return activation.after(y);
};

/**
 * Keras counts from (n - 1) stride + kernel - 2 floor(kernel / 2) where the padding is 'same', which for an even kernel
 * is one less than (n - 1) stride + 1.
 */
function outputPaddingOf({ config, refused }: LayerContext): readonly number[] | undefined {
  const given = config.optionalPair('output_padding');
  if (given === undefined || config.choice('padding', ['valid', 'same'], 'valid') === 'valid') {
    return given;
  }
  const kernel = config.pair('kernel_size');
  const own = given.map((n, axis) => ((kernel[axis] ?? 1) % 2 === 0 ? n - 1 : n));
  if (own.every((n) => n >= 0)) return own;
  throw refused('its output_padding is 0 for an even kernel and padding "same"');
}

/** The kernel's options of a convolution of each channel by itself. */
function depthwise(context: LayerContext) {
  const { config } = context;
  return {
    ...sliding(context),
    depthMultiplier: config.count('depth_multiplier', 1),
    l2: config.l2('depthwise_regularizer'),
    ...initializersOf(config, { depthwiseInitializer: 'depthwise_initializer' }),
  };
}

/** (KH, KW, C, M) in Keras, (KH, KW, 1, C M) here: the same numbers in the same order. */
function depthwiseKernel(tensor: KerasTensor, image: KerasTensor, o: ReturnType<typeof depthwise>) {
  const channels = image.shape.at(-1) ?? 0;
  const shape = [...o.kernelSize, channels, o.depthMultiplier];
  return { name: 'depthwise_kernel', parameter: 'depthwiseKernel', tensor, shape };
}

const depthwiseConv2d: Translation = (context) => {
  const activation = activationOf(context);
  // Keras 2 writes groups and filters of its base class, which it does not use.
  context.config.value('groups');
  context.config.value('filters');
  const image = imageOf(context);
  const options = depthwise(context);
  const inside = { ...options, activation: activation.inside };
  const y = context.add('depthwiseConv2d', inside, { reads: [image] });
  context.holds([depthwiseKernel(y, image, options), ...biasOf(y, options.useBias)]);
  return activation.after(y);
};

const separableConv2d: Translation = (context) => {
  const { config } = context;
  const activation = activationOf(context);
  config.value('groups');
  const image = imageOf(context);
  const options = depthwise(context);
  const mixed = config.l2('pointwise_regularizer');
  if (mixed !== options.l2)
    context.note('left out its penalties, of which here both kernels have one');
  const inside = {
    ...options,
    filters: config.count('filters'),
    activation: activation.inside,
    l2: mixed === options.l2 ? mixed : 0,
    ...initializersOf(config, { pointwiseInitializer: 'pointwise_initializer' }),
  };
  const y = context.add('separableConv2d', inside, { reads: [image] });
  const pointwise = { name: 'pointwise_kernel', parameter: 'pointwiseKernel', tensor: y };
  context.holds([depthwiseKernel(y, image, options), pointwise, ...biasOf(y, options.useBias)]);
  return activation.after(y);
};

const pooling =
  (kind: string): Translation =>
  (context) => {
    const { config } = context;
    const poolSize = config.pair('pool_size', [2, 2]);
    const options = {
      poolSize,
      strides: config.optionalPair('strides') ?? poolSize,
      padding: config.choice('padding', ['valid', 'same'], 'valid'),
    };
    return context.add(kind, options, { reads: [imageOf(context)] });
  };

const globalPooling =
  (kind: string): Translation =>
  (context) => {
    const row = context.add(kind, {}, { reads: [imageOf(context)], turned: false });
    if (!context.config.flag('keepdims', false)) return row;
    const channels = row.shape.at(-1) ?? 0;
    const turned = dataFormat(context) === 'channels_first';
    const targetShape = [1, 1, channels];
    return context.add('reshape', { targetShape }, { reads: [row], turned, suffix: 'pixel' });
  };

/** Keras's words for the sides of `option`, once read. */
const onSides =
  (kind: string, key: string, option: string, unsaid: Pads): Translation =>
  (context) =>
    context.add(
      kind,
      { [option]: context.config.sides(key, unsaid) },
      { reads: [imageOf(context)] },
    );

const upsampling2d: Translation = (context) => {
  const { config } = context;
  if (config.value('interpolation') !== undefined) config.choice('interpolation', ['nearest']);
  return context.add(
    'upsampling2d',
    { size: config.pair('size', [2, 2]) },
    { reads: [imageOf(context)] },
  );
};

const around = (n: number): Pads => [
  [n, n],
  [n, n],
];

export const windowLayers: Readonly<Record<string, Translation>> = {
  Conv2D: conv2d,
  Convolution2D: conv2d,
  Conv2DTranspose: conv2dTranspose,
  Convolution2DTranspose: conv2dTranspose,
  DepthwiseConv2D: depthwiseConv2d,
  SeparableConv2D: separableConv2d,
  SeparableConvolution2D: separableConv2d,
  MaxPooling2D: pooling('maxPooling2d'),
  MaxPool2D: pooling('maxPooling2d'),
  AveragePooling2D: pooling('averagePooling2d'),
  AvgPool2D: pooling('averagePooling2d'),
  GlobalMaxPooling2D: globalPooling('globalMaxPooling2d'),
  GlobalMaxPool2D: globalPooling('globalMaxPooling2d'),
  GlobalAveragePooling2D: globalPooling('globalAveragePooling2d'),
  GlobalAvgPool2D: globalPooling('globalAveragePooling2d'),
  ZeroPadding2D: onSides('zeroPadding2d', 'padding', 'padding', around(1)),
  Cropping2D: onSides('cropping2d', 'cropping', 'cropping', around(0)),
  UpSampling2D: upsampling2d,
};
