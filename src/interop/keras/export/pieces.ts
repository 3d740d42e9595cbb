/**
 * @file THE table of layers on the way out: which layer of Keras, or which row of them, does just what one of ours does.
 *
 * What Keras lacks is expressed by what it has where the numbers stay the same, else refused with what to use instead.
 * Next stops: `units.ts`, those with kernels; `topology.ts`, which puts the pieces together.
 */
import type { Pads } from '../../../base/window.ts';
import type { Json } from '../config.ts';
import { activationPieces } from './activations.ts';
import { type Outgoing, type Piece, refusal } from './piece.ts';
import {
  conv2d,
  conv2dTranspose,
  dense,
  depthwiseConv2d,
  FORMAT,
  isSame,
  padded,
  type Row,
  separableConv2d,
} from './units.ts';
import { initializer } from './values.ts';

const poolingOf = ({ options: o }: Outgoing, padding: unknown) => ({
  pool_size: o.poolSize,
  padding,
  strides: o.strides ?? o.poolSize,
  ...FORMAT,
});

const isNone = (padding: unknown): boolean =>
  Array.isArray(padding) && (padding as unknown as Pads).flat().every((n) => n === 0);

const maxPooling2d: Row = (layer) => {
  const { padding } = layer.options;
  if (!isSame(padding) && !isNone(padding)) {
    throw refusal(layer, 'maximum pooling with padding in pixels', "use padding 'same' or 'valid'");
  }
  const config = poolingOf(layer, isSame(padding) ? padding : 'valid');
  return [{ className: 'MaxPooling2D', config }];
};

/** Zeros that count are zeros around the image; those that do not are Keras's own. */
const averagePooling2d: Row = (layer) => {
  const { padding, countIncludePad } = layer.options;
  const isPlain = isSame(padding) ? padding === 'valid' || !countIncludePad : isNone(padding);
  if (isPlain) {
    const config = poolingOf(layer, isSame(padding) ? padding : 'valid');
    return [{ className: 'AveragePooling2D', config }];
  }
  if (isSame(padding) || !countIncludePad) {
    throw refusal(
      layer,
      'average pooling of that padding',
      "use padding 'valid', or 'same' without countIncludePad",
    );
  }
  return [...padded(padding), { className: 'AveragePooling2D', config: poolingOf(layer, 'valid') }];
};

const globalPooling =
  (className: string): Row =>
  ({ dialect }) => [
    { className, config: { ...FORMAT, ...(dialect === 'tfjs' ? {} : { keepdims: false }) } },
  ];

const plain =
  (className: string, config: Json = {}): Row =>
  () => [{ className, config }];

const batchNormalization: Row = ({ options: o, dialect, output }) => {
  const of = (name: 'zeros' | 'ones') => initializer(dialect, { kind: name });
  const config = {
    axis: dialect === 'tfjs' ? output.length : -1,
    momentum: o.momentum,
    epsilon: o.epsilon,
    center: true,
    scale: true,
    beta_initializer: of('zeros'),
    gamma_initializer: of('ones'),
    moving_mean_initializer: of('zeros'),
    moving_variance_initializer: of('ones'),
    beta_regularizer: null,
    gamma_regularizer: null,
    beta_constraint: null,
    gamma_constraint: null,
    ...(dialect === 'keras3' ? { synchronized: false } : {}),
  };
  const variables = [
    ['gamma', 'gamma'],
    ['beta', 'beta'],
    ['moving_mean', 'movingMean'],
    ['moving_variance', 'movingVariance'],
  ] as const;
  return [{ className: 'BatchNormalization', config, variables }];
};

/** That of 2012 is today's and then 1 - rate of it, in training and in use alike. */
const dropout: Row = ({ options: o }) => {
  const left: Piece = {
    className: 'Dropout',
    config: { rate: o.rate, seed: null, noise_shape: null },
  };
  if (o.mode === 'inverted') return [left];
  const scale = 1 - Number(o.rate);
  return [left, { className: 'Rescaling', suffix: 'share', config: { scale, offset: 0 } }];
};

const padding2d: Row = (layer) => {
  const { padding, mode, value } = layer.options;
  if (mode !== 'constant' || value !== 0) {
    throw refusal(
      layer,
      `padding by ${mode === 'constant' ? `the value ${value}` : mode}`,
      'use zeroPadding2d',
    );
  }
  return [{ className: 'ZeroPadding2D', config: { padding, ...FORMAT } }];
};

const clip: Row = (layer) => {
  const { min, max } = layer.options;
  if (min !== 0) {
    throw refusal(
      layer,
      `bounds of ${String(min ?? 'nothing')} and ${String(max ?? 'nothing')}`,
      'use min 0, with or without a max',
    );
  }
  const more = layer.dialect === 'tfjs' ? {} : { negative_slope: 0, threshold: 0 };
  return [{ className: 'ReLU', config: { max_value: max ?? null, ...more } }];
};

const prelu: Row = ({ options: o, dialect }) => {
  const config = {
    alpha_initializer: initializer(dialect, o.alphaInitializer, 'zeros'),
    alpha_regularizer: null,
    alpha_constraint: null,
    shared_axes: Array.isArray(o.sharedAxes) && o.sharedAxes.length > 0 ? o.sharedAxes : null,
  };
  return [{ className: 'PReLU', config, variables: [['alpha', 'alpha']] }];
};

const lacking =
  (what: string, fix: string): Row =>
  (layer) => {
    throw refusal(layer, what, fix);
  };

const rows: Readonly<Record<string, Row>> = {
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  separableConv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d: globalPooling('GlobalAveragePooling2D'),
  globalMaxPooling2d: globalPooling('GlobalMaxPooling2D'),
  flatten: plain('Flatten', FORMAT),
  reshape: ({ output }) => [{ className: 'Reshape', config: { target_shape: output } }],
  permute: ({ options: o }) => [{ className: 'Permute', config: { dims: o.dims } }],
  dense,
  activation: (layer) =>
    activationPieces(
      layer,
      String(layer.options.activation),
      layer.options.alpha as number | undefined,
    ),
  prelu,
  clip,
  dropout,
  batchNormalization,
  zeroPadding2d: ({ options: o }) => [
    { className: 'ZeroPadding2D', config: { padding: o.padding, ...FORMAT } },
  ],
  padding2d,
  cropping2d: ({ options: o }) => [
    { className: 'Cropping2D', config: { cropping: o.cropping, ...FORMAT } },
  ],
  upsampling2d: ({ options: o }) => [
    { className: 'UpSampling2D', config: { size: o.size, ...FORMAT, interpolation: 'nearest' } },
  ],
  add: plain('Add'),
  subtract: (layer) => {
    if (layer.dialect === 'tfjs') throw refusal(layer, 'difference', 'export to keras or onnx');
    return [{ className: 'Subtract', config: {} }];
  },
  multiply: plain('Multiply'),
  average: plain('Average'),
  maximum: plain('Maximum'),
  minimum: plain('Minimum'),
  concatenate: plain('Concatenate', { axis: -1 }),
  connectedConv2d: lacking(
    'convolution by a table of connections',
    'use conv2d (the model lenet5), or export to onnx',
  ),
  subsampling2d: lacking(
    'sub-sampling with trained weights',
    'use averagePooling2d (the model lenet5), or export to onnx',
  ),
  rbf: lacking(
    'layer of distances',
    'use dense with softmax (the model lenet5), or export to onnx',
  ),
  localResponseNormalization: lacking(
    'local response normalisation',
    'use batchNormalization, or export to onnx, which has it',
  ),
  minPooling2d: lacking('minimum pooling', 'use maxPooling2d, or export to onnx'),
  globalMinPooling2d: lacking('minimum pooling', 'use globalMaxPooling2d, or export to onnx'),
};

/** The layers of Keras that do what one of ours does, first to last. */
export function piecesOf(layer: Outgoing): readonly Piece[] {
  const row = Object.hasOwn(rows, layer.kind) ? rows[layer.kind] : undefined;
  if (row === undefined) throw refusal(layer, 'layer of this kind', 'export to safetensors');
  return row(layer);
}
