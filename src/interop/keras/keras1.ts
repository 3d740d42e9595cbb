/**
 * @file Layers as Keras 1 named them, in Keras 2's words: Convolution2D with nb_filter is Conv2D with filters.
 *
 * Words that Keras 2 has already stay. What Keras 1 alone could do (`dim_ordering` "th" with its turned kernels) is left
 * as it is, for its name to be refused. Source: https://keras.io/1.2.2. Next stop: `layers/index.ts`.
 */
import type { Json } from './config.ts';

interface Renamed {
  readonly className: string;
  /** Keras 1's key: Keras 2's. */
  readonly keys: Readonly<Record<string, string>>;
}

const WINDOW = {
  nb_filter: 'filters',
  subsample: 'strides',
  border_mode: 'padding',
  bias: 'use_bias',
  init: 'kernel_initializer',
  W_regularizer: 'kernel_regularizer',
  b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint',
  b_constraint: 'bias_constraint',
} as const;

const RENAMED: Readonly<Record<string, Renamed>> = {
  Convolution2D: { className: 'Conv2D', keys: WINDOW },
  AtrousConvolution2D: { className: 'Conv2D', keys: { ...WINDOW, atrous_rate: 'dilation_rate' } },
  SeparableConvolution2D: { className: 'SeparableConv2D', keys: WINDOW },
  Dense: { className: 'Dense', keys: { ...WINDOW, output_dim: 'units' } },
  MaxPooling2D: { className: 'MaxPooling2D', keys: WINDOW },
  AveragePooling2D: { className: 'AveragePooling2D', keys: WINDOW },
  Dropout: { className: 'Dropout', keys: { p: 'rate' } },
  SpatialDropout2D: { className: 'SpatialDropout2D', keys: { p: 'rate' } },
};

/** How Keras 1's `Merge` joined: Keras 2 has a layer for each. */
const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
};

export function modernLayer(
  className: string,
  config: Json,
): { readonly className: string; readonly config: Json } {
  const join = className === 'Merge' ? MERGES[String(config.mode)] : undefined;
  if (join !== undefined) {
    const { name, trainable, concat_axis: axis } = config;
    return {
      className: join,
      config: { name, trainable, ...(axis === undefined ? {} : { axis }) },
    };
  }
  const renamed = Object.hasOwn(RENAMED, className) ? RENAMED[className] : undefined;
  const { nb_row: rows, nb_col: columns, dim_ordering: order, mode, ...rest } = config;
  const modern = Object.entries(rest).map(([key, value]) => {
    const name =
      renamed !== undefined && Object.hasOwn(renamed.keys, key) ? renamed.keys[key] : key;
    return [name, value];
  });
  return {
    className: renamed?.className ?? className,
    config: {
      ...Object.fromEntries(modern),
      ...(rows === undefined ? {} : { kernel_size: [rows, columns] }),
      ...(order === undefined || order === 'tf' ? {} : { dim_ordering: order }),
      ...(mode === undefined || mode === 0 ? {} : { mode }),
    },
  };
}
