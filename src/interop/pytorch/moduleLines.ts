/**
 * @file What each kind of layer is in a PyTorch module: a line that makes it, where it has weights, and its expression.
 *
 * A new layer is one row here. Before: `torchNames.ts`, `moduleParts.ts`. Next stop: `moduleText.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { Pads, Pair } from '../../base/window.ts';
import { imageOf } from '../../nn/layers/layer.ts';
import { convolution, convolved, separable, transposedConvolution } from './moduleConvolutions.ts';
import {
  activated,
  channelsIn,
  type LayerInPython,
  type LayerLines,
  padded,
  pair,
  type Write,
  windowOf,
} from './moduleParts.ts';

/** Parameters under names of their own, for what PyTorch has no module for. */
const parameters = (
  entries: Readonly<Record<string, readonly number[]>>,
  isFixed = false,
): string =>
  `nn.ParameterDict({${Object.entries(entries)
    .map(
      ([name, shape]) =>
        `"${name}": nn.Parameter(torch.zeros(${shape.join(', ')})${isFixed ? ', requires_grad=False' : ''})`,
    )
    .join(', ')}})`;

const subsampling: Write = (call) => {
  const { own, x, options } = call;
  const { kernel } = windowOf(call);
  const C = channelsIn(call);
  const sums = `F.avg_pool2d(${x}, ${pair(kernel)}) * ${kernel[0] * kernel[1]}`;
  const y = `(${sums} * ${own}["weight"].view(-1, 1, 1) + ${own}["bias"].view(-1, 1, 1))`;
  return {
    made: parameters({ weight: [C], bias: [C] }),
    gives: activated(options.activation, y, true),
  };
};

const largest = (call: LayerInPython, x: string): string => {
  const { kernel, strides, pads } = windowOf(call);
  const given = padded(x, pads, ', value=float("-inf")');
  return `F.max_pool2d(${given}, ${pair(kernel)}, ${pair(strides)})`;
};

const mean: Write = (call) => {
  const { x, options } = call;
  const { kernel, strides, pads } = windowOf(call);
  const pool = (y: string) => `F.avg_pool2d(${padded(y, pads)}, ${pair(kernel)}, ${pair(strides)})`;
  const isPadded = pads.flat().some((n) => n > 0);
  const counted = !isPadded || options.countIncludePad === true;
  return { gives: counted ? pool(x) : `${pool(x)} / ${pool(`torch.ones_like(${x})`)}` };
};

const padding: Write = ({ x, options }) => {
  const { mode = 'constant', value = 0 } = options;
  const more = mode === 'constant' ? `, value=${Number(value)}` : `, mode="${String(mode)}"`;
  return { gives: padded(x, options.padding as Pads, more) };
};

const cropping: Write = ({ x, options, layer }) => {
  const [[top], [left]] = options.cropping as Pads;
  const [H, W] = layer.outputShape;
  return { gives: `${x}[:, :, ${top}:${top + H}, ${left}:${left + W}]` };
};

const last = (x: string): string => `${x}.permute(0, 2, 3, 1)`;

const reshape: Write = ({ x, isPicture, layer: { outputShape } }) => {
  const shaped = `${isPicture ? last(x) : x}.reshape(-1, ${outputShape.join(', ')})`;
  return { gives: outputShape.length === 3 ? `${shaped}.permute(0, 3, 1, 2)` : shaped };
};

const permute: Write = ({ x, isPicture, options }) => {
  const dims = options.dims as readonly number[];
  const turned = `${isPicture ? last(x) : x}.permute(0, ${dims.join(', ')})`;
  return { gives: isPicture ? `${turned}.permute(0, 3, 1, 2)` : turned };
};

const batchNormalization: Write = ({ own, x, options, isPicture, layer }) => {
  const kind = isPicture ? 'BatchNorm2d' : 'BatchNorm1d';
  const channels = layer.inputShapes[0].at(-1);
  const settings = `eps=${Number(options.epsilon)}, momentum=${1 - Number(options.momentum)}`;
  return { made: `nn.${kind}(${channels}, ${settings})`, gives: `${own}(${x})` };
};

const prelu: Write = ({ own, x, isPicture, layer }) => {
  const shape = layer.parameters[0]?.shape ?? layer.inputShapes[0];
  if (!isPicture || shape[0] * shape[1] === 1) {
    return { made: `nn.PReLU(${shape.at(-1)})`, gives: `${own}(${x})` };
  }
  const [H, W, C] = shape;
  return {
    made: parameters({ weight: [C, H, W] }),
    gives: `torch.where(${x} > 0, ${x}, ${x} * ${own}["weight"])`,
  };
};

const joined =
  (symbol: string): Write =>
  ({ inputs }) => ({ gives: inputs.join(` ${symbol} `) });

const compared =
  (name: string): Write =>
  ({ inputs }) => ({
    gives: inputs.slice(1).reduce((most, x) => `torch.${name}(${most}, ${x})`, inputs[0] ?? ''),
  });

const LAYERS: Readonly<Record<string, Write>> = {
  conv2d: convolved(
    ({ options }) => Number(options.filters),
    ({ options }) => Number(options.groups),
  ),
  depthwiseConv2d: convolved(({ layer }) => layer.outputShape[2], channelsIn),
  separableConv2d: separable,
  connectedConv2d: (call) => {
    const { own, x, options, layer } = call;
    const { made } = convolution(call, layer.outputShape[2], 1, true);
    return { made, gives: activated(options.activation, `${own}(${x})`, true) };
  },
  conv2dTranspose: transposedConvolution,
  subsampling2d: subsampling,
  maxPooling2d: (call) => ({ gives: largest(call, call.x) }),
  minPooling2d: (call) => ({ gives: `-${largest(call, `-${call.x}`)}` }),
  averagePooling2d: mean,
  globalAveragePooling2d: ({ x }) => ({ gives: `${x}.mean((2, 3))` }),
  globalMaxPooling2d: ({ x }) => ({ gives: `${x}.amax((2, 3))` }),
  globalMinPooling2d: ({ x }) => ({ gives: `${x}.amin((2, 3))` }),
  zeroPadding2d: padding,
  padding2d: padding,
  cropping2d: cropping,
  upsampling2d: ({ x, options }) => {
    const [down, across] = options.size as Pair;
    return { gives: `${x}.repeat_interleave(${down}, 2).repeat_interleave(${across}, 3)` };
  },
  flatten: ({ x, isPicture, isTurned }) => ({
    gives: `torch.flatten(${isPicture && isTurned ? last(x) : x}, 1)`,
  }),
  reshape,
  permute,
  dense: ({ own, x, options, layer }) => ({
    made: `nn.Linear(${layer.inputShapes[0][0]}, ${layer.outputShape[0]}${options.useBias === true ? '' : ', bias=False'})`,
    gives: activated(options.activation, `${own}(${x})`, false),
  }),
  activation: ({ x, options, isPicture }) => ({
    gives: activated(
      options.activation,
      x,
      isPicture,
      options.alpha === undefined ? undefined : Number(options.alpha),
    ),
  }),
  prelu,
  clip: ({ x, options: { min, max } }) => ({
    gives: `torch.clamp(${x}, ${min === undefined ? 'None' : Number(min)}, ${max === undefined ? 'None' : Number(max)})`,
  }),
  dropout: ({ x, options: { mode, rate } }) => ({
    gives: `F.dropout(${x}, ${Number(rate)}, self.training)${mode === '2012' ? ` * ${1 - Number(rate)}` : ''}`,
  }),
  batchNormalization,
  localResponseNormalization: ({ x, options, layer }) => {
    const [H, W, C] = imageOf(layer.inputShapes);
    const shaped = (from: string, channels: number): string =>
      options.groups === 1 ? from : `${from}.reshape(-1, ${channels}, ${H}, ${W})`;
    const apart = shaped(x, C / Number(options.groups));
    const normal = `F.local_response_norm(${apart}, ${options.size}, alpha=${Number(options.alpha) * Number(options.size)}, beta=${options.beta}, k=${options.k})`;
    return { gives: shaped(normal, C) };
  },
  add: joined('+'),
  subtract: joined('-'),
  multiply: joined('*'),
  average: ({ inputs }) => ({ gives: `(${inputs.join(' + ')}) / ${inputs.length}` }),
  maximum: compared('maximum'),
  minimum: compared('minimum'),
  concatenate: ({ inputs, isPicture }) => ({
    gives: `torch.cat((${inputs.join(', ')}), dim=${isPicture ? 1 : -1})`,
  }),
  rbf: ({ own, x, layer }) => ({
    made: parameters({ centers: layer.parameters[0]?.shape ?? [] }, true),
    gives: `((${x}.unsqueeze(1) - ${own}["centers"]) ** 2).sum(2)`,
  }),
};

export function layerLines(call: LayerInPython): LayerLines {
  const { kind, name } = call.layer.spec;
  const write = Object.hasOwn(LAYERS, kind) ? LAYERS[kind] : undefined;
  if (write !== undefined) return write(call);
  throw new FoveaError({
    where: `layer "${name}" (${kind})`,
    problem: 'layers of this kind cannot be written for PyTorch',
    expected: `one of ${Object.keys(LAYERS).join(', ')}`,
  });
}
