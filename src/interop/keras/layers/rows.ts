/**
 * @file Layers on rows of numbers and on shapes: dense, flatten, reshape, permute, joins, and those that act in training.
 */
import { activationOf } from './activations.ts';
import {
  alike,
  asInKeras,
  channelsLast,
  dataFormat,
  type KerasTensor,
  type LayerContext,
  only,
  type Translation,
  withAxisLast,
} from './context.ts';
import { initializersOf } from './initializers.ts';

/** Keras's works on the last axis of whatever it gets; on an image that is a convolution of one pixel. */
const dense: Translation = (context) => {
  const { config } = context;
  const activation = activationOf(context);
  const units = config.count('units');
  const options = {
    activation: activation.inside,
    useBias: config.flag('use_bias', true),
    l2: config.l2('kernel_regularizer'),
    ...initializersOf(config, {
      kernelInitializer: 'kernel_initializer',
      biasInitializer: 'bias_initializer',
    }),
  };
  const x = asInKeras(context, only(context));
  const channels = x.shape.at(-1) ?? 0;
  const holds = (y: KerasTensor, shape?: readonly number[]) => {
    const kernel = { name: 'kernel', parameter: 'kernel', tensor: y };
    const bias = { name: 'bias', parameter: 'bias', tensor: y };
    context.holds([
      shape === undefined ? kernel : { ...kernel, shape },
      ...(options.useBias ? [bias] : []),
    ]);
  };
  if (x.shape.length === 1) {
    const y = context.add('dense', { ...options, units }, { reads: [x] });
    holds(y);
    return activation.after(y);
  }
  const image = x.shape.length === 2 ? reshaped(context, x, [1, ...x.shape], 'rows') : x;
  const pixels = { ...options, filters: units, kernelSize: 1 };
  const y = context.add('conv2d', pixels, { reads: [image] });
  holds(y, [channels, units]);
  const result = activation.after(y);
  return x.shape.length === 2
    ? reshaped(context, result, [...x.shape.slice(0, -1), units], 'back')
    : result;
};

const reshaped = (
  context: LayerContext,
  tensor: KerasTensor,
  targetShape: readonly number[],
  suffix: string,
) => context.add('reshape', { targetShape }, { reads: [tensor], suffix });

/** Keras brings channels-first images to channels last before it flattens them. */
const flatten: Translation = (context) => {
  const x = only(context);
  const image =
    dataFormat(context) === 'channels_first' ? channelsLast(context, x) : asInKeras(context, x);
  return context.add('flatten', {}, { reads: [image], turned: false });
};

const reshape: Translation = (context) => {
  const targetShape = context.config.integers('target_shape');
  return context.add('reshape', { targetShape }, { reads: [asInKeras(context, only(context))] });
};

const permute: Translation = (context) => {
  const dims = context.config.integers('dims');
  return context.add('permute', { dims }, { reads: [asInKeras(context, only(context))] });
};

const join =
  (kind: string): Translation =>
  (context) => {
    const reads = alike(context, context.inputs);
    return context.add(kind, {}, { reads });
  };

const concatenate: Translation = (context) =>
  withAxisLast(context, context.config.number('axis', -1), (reads) =>
    context.add('concatenate', {}, { reads }),
  );

const dropout: Translation = (context) => {
  const rate = context.config.number('rate');
  return context.add('dropout', { rate });
};

/** Nothing when the network is used: a name for what it reads, so that others find it. */
const actsInTraining: Translation = (context) => {
  for (const key of TRAINING_OPTIONS) context.config.value(key);
  context.note(`left out: ${context.className} acts in training alone`);
  return only(context);
};

const TRAINING_OPTIONS = [
  'rate',
  'stddev',
  'l1',
  'l2',
  'mode',
  'factor',
  'height_factor',
  'width_factor',
  'fill_mode',
  'fill_value',
  'interpolation',
  'value_range',
  'data_format',
  'scale',
];

const spatialDropout: Translation = (context) => {
  context.note('drops single numbers in training, where Keras drops whole maps');
  dataFormat(context);
  return dropout(context);
};

/** One row, kept. */
const same: Translation = (context) => only(context);

export const rowLayers: Readonly<Record<string, Translation>> = {
  Dense: dense,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Add: join('add'),
  Subtract: join('subtract'),
  Multiply: join('multiply'),
  Average: join('average'),
  Maximum: join('maximum'),
  Minimum: join('minimum'),
  Concatenate: concatenate,
  Dropout: dropout,
  SpatialDropout2D: spatialDropout,
  GaussianNoise: actsInTraining,
  GaussianDropout: actsInTraining,
  AlphaDropout: actsInTraining,
  ActivityRegularization: actsInTraining,
  RandomFlip: actsInTraining,
  RandomRotation: actsInTraining,
  RandomZoom: actsInTraining,
  RandomTranslation: actsInTraining,
  RandomContrast: actsInTraining,
  RandomBrightness: actsInTraining,
  Identity: same,
};
