/**
 * @file Layers with kernels on the way out: convolutions of all kinds, and dense ones.
 *
 * An activation that does not stand in Keras's layer follows it; padding in pixels goes before it.
 * Previous stop: `pieces.ts`, which has them in its table.
 */
import { last } from '../../../base/lists.ts';
import type { Shape } from '../../../base/shape.ts';
import { activationPieces, inlineActivation } from './activations.ts';
import { type Outgoing, type Piece, refusal } from './piece.ts';
import { initializer, penalty } from './values.ts';

export type Row = (layer: Outgoing) => readonly Piece[];

export const FORMAT = { data_format: 'channels_last' } as const;
const CONSTRAINTS = { kernel_constraint: null, bias_constraint: null } as const;
export const isSame = (padding: unknown): padding is 'same' | 'valid' =>
  typeof padding === 'string';

/** Zeros around the image, where the padding is in pixels; nothing else. */
export function padded(padding: unknown): readonly Piece[] {
  if (isSame(padding)) return [];
  return [{ className: 'ZeroPadding2D', suffix: 'padding', config: { padding, ...FORMAT } }];
}

/** Options of a window that slides, and of a unit. */
function sliding({ options: o, dialect }: Outgoing) {
  return {
    kernel_size: o.kernelSize,
    strides: o.strides,
    padding: isSame(o.padding) ? o.padding : 'valid',
    ...FORMAT,
    dilation_rate: o.dilationRate,
    ...unit({ options: o, dialect }),
  };
}

function unit({ options: o, dialect }: Pick<Outgoing, 'options' | 'dialect'>) {
  return {
    activation: inlineActivation(o.activation, dialect) ?? 'linear',
    use_bias: o.useBias,
    bias_initializer: initializer(dialect, o.biasInitializer, 'zeros'),
    bias_regularizer: null,
    activity_regularizer: null,
  };
}

/** The activation where it does not stand in the layer. */
function afterwards(layer: Outgoing): readonly Piece[] {
  const { activation } = layer.options;
  if (inlineActivation(activation, layer.dialect) !== undefined) return [];
  return activationPieces(layer, String(activation), undefined, 'activation');
}

const kernel = ({ options: o, dialect }: Outgoing) => ({
  kernel_initializer: initializer(dialect, o.kernelInitializer),
  kernel_regularizer: penalty(dialect, o.l2),
  ...CONSTRAINTS,
});

const bias = ({ options }: Outgoing) => (options.useBias ? ([['bias', 'bias']] as const) : []);

export const conv2d: Row = (layer) => {
  const { options: o, dialect } = layer;
  if (dialect === 'tfjs' && o.groups !== 1) {
    throw refusal(
      layer,
      `convolution of ${o.groups} groups`,
      'export to onnx or keras, or use groups 1 (alexnet-single)',
    );
  }
  const groups = dialect === 'tfjs' ? {} : { groups: o.groups };
  const config = { filters: o.filters, ...sliding(layer), ...groups, ...kernel(layer) };
  const variables = [['kernel', 'kernel'], ...bias(layer)] as const;
  return [...padded(o.padding), { className: 'Conv2D', config, variables }, ...afterwards(layer)];
};

export const conv2dTranspose: Row = (layer) => {
  const { options: o, dialect } = layer;
  if (o.groups !== 1)
    throw refusal(layer, `transposed convolution of ${String(o.groups)} groups`, 'use groups 1');
  const isPlain = isSame(o.padding) && o.outputPadding === undefined;
  if (!isPlain) {
    throw refusal(
      layer,
      'transposed convolution of that padding',
      "use padding 'valid' or 'same' without outputPadding",
    );
  }
  const own = dialect === 'tfjs' ? {} : { output_padding: null };
  const config = { filters: o.filters, ...sliding(layer), ...kernel(layer), ...own };
  const variables = [['kernel', 'kernel'], ...bias(layer)] as const;
  return [{ className: 'Conv2DTranspose', config, variables }, ...afterwards(layer)];
};

function depthwiseShape({ options: o, inputs: [image] }: Outgoing): Shape {
  return [...(o.kernelSize as Shape), last(image, 'axis'), Number(o.depthMultiplier)];
}

const depthwise = ({ options: o, dialect }: Outgoing) => ({
  depth_multiplier: o.depthMultiplier,
  depthwise_initializer: initializer(dialect, o.depthwiseInitializer),
  depthwise_regularizer: penalty(dialect, o.l2),
  depthwise_constraint: null,
  bias_constraint: null,
});

export const depthwiseConv2d: Row = (layer) => {
  const config = { ...sliding(layer), ...depthwise(layer) };
  const own = ['depthwise_kernel', 'depthwiseKernel', depthwiseShape(layer)] as const;
  return [
    ...padded(layer.options.padding),
    { className: 'DepthwiseConv2D', config, variables: [own, ...bias(layer)] },
    ...afterwards(layer),
  ];
};

export const separableConv2d: Row = (layer) => {
  const { options: o, dialect } = layer;
  const pointwise = {
    pointwise_initializer: initializer(dialect, o.pointwiseInitializer),
    pointwise_regularizer: penalty(dialect, o.l2),
    pointwise_constraint: null,
  };
  const config = { filters: o.filters, ...sliding(layer), ...depthwise(layer), ...pointwise };
  const own = ['depthwise_kernel', 'depthwiseKernel', depthwiseShape(layer)] as const;
  const variables = [own, ['pointwise_kernel', 'pointwiseKernel'], ...bias(layer)] as const;
  return [
    ...padded(o.padding),
    { className: 'SeparableConv2D', config, variables },
    ...afterwards(layer),
  ];
};

export const dense: Row = (layer) => {
  const { options: o } = layer;
  const config = { units: o.units, ...unit(layer), ...kernel(layer) };
  const variables = [['kernel', 'kernel'], ...bias(layer)] as const;
  return [{ className: 'Dense', config, variables }, ...afterwards(layer)];
};
