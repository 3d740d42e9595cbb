/**
 * @file Layers with windows as operators: convolutions, pooling, padding.
 *
 * Paddings are written as numbers, so that no reader needs a rule. Before: `layerCall.ts`.
 */
import { unreachable } from '../../base/errors.ts';
import { type Pair, reachOf } from '../../base/window.ts';
import type { WindowFacts } from '../../nn/layers/layer.ts';
import { activationNodes } from './activationNodes.ts';
import type { LayerCall } from './layerCall.ts';
import { type Attribute, int, ints } from './program.ts';

type Write = (call: LayerCall) => string;

function factsOf({ layer: { layer, inputShapes, spec } }: LayerCall): WindowFacts {
  return layer.window?.(inputShapes, spec.options) ?? unreachable(`no window in ${spec.kind}`);
}

/** Pads as ONNX lists them: before each axis, then behind each. */
const padsOf = ({ padding: { top, left, bottom, right } }: WindowFacts): readonly number[] => [
  top,
  left,
  bottom,
  right,
];

function windowAttributes(call: LayerCall): Record<string, Attribute> {
  const facts = factsOf(call);
  const { kernel = [1, 1], strides = [1, 1] } = facts;
  return { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(padsOf(facts)) };
}

const activated = (call: LayerCall, sums: string): string =>
  activationNodes(call.b, String(call.options.activation), sums, true);

const biasOf = ({ options, weight }: LayerCall, name = 'bias'): readonly string[] =>
  options.useBias === true ? [weight(name)] : [];

/** A convolution over `groups` of the channels. */
const convolution =
  (groupsOf: (call: LayerCall) => number): Write =>
  (call) => {
    const { b, x, weight } = call;
    const { dilation = [1, 1] } = factsOf(call);
    const attributes = {
      ...windowAttributes(call),
      dilations: ints(dilation),
      group: int(groupsOf(call)),
    };
    return activated(call, b.node('Conv', [x, weight('weight'), ...biasOf(call)], attributes));
  };

const channelsIn = ({ layer }: LayerCall): number => layer.inputShapes[0][2];

const separable: Write = (call) => {
  const { b, x, weight } = call;
  const { dilation = [1, 1] } = factsOf(call);
  const own = b.node('Conv', [x, weight('depthwise.weight')], {
    ...windowAttributes(call),
    dilations: ints(dilation),
    group: int(channelsIn(call)),
  });
  const mix = [own, weight('pointwise.weight'), ...biasOf(call, 'pointwise.bias')];
  return activated(call, b.node('Conv', mix, { kernel_shape: ints([1, 1]) }));
};

const connected: Write = (call) => {
  const { b, x, weight } = call;
  const sums = b.node('Conv', [x, weight('weight'), weight('bias')], windowAttributes(call));
  return activated(call, sums);
};

/** A transposed convolution cut to the extents that ours has: what is cut off behind may be less than nothing. */
const transposedConvolution: Write = (call) => {
  const { b, x, weight, layer, options } = call;
  const facts = factsOf(call);
  const { kernel = [1, 1], strides = [1, 1], dilation = [1, 1], padding } = facts;
  const sides = ([0, 1] as const).map((axis) => {
    const whole =
      (layer.inputShapes[0][axis] - 1) * strides[axis] + reachOf(kernel[axis], dilation[axis]);
    const before = axis === 0 ? padding.top : padding.left;
    const behind = whole - before - layer.outputShape[axis];
    return { before, cut: Math.max(0, behind), more: Math.max(0, -behind) };
  });
  const attributes = {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilation),
    group: int(Number(options.groups)),
    pads: ints([...sides.map(({ before }) => before), ...sides.map(({ cut }) => cut)]),
    output_padding: ints(sides.map(({ more }) => more)),
  };
  const inputs = [x, weight('weight'), ...biasOf(call)];
  return activated(call, b.node('ConvTranspose', inputs, attributes));
};

/** weight * (sum of the window) + bias is a convolution of each channel by itself, all its taps alike. */
const subsampling: Write = (call) => {
  const { b, x, tensor, weight } = call;
  const { kernel = [1, 1] } = factsOf(call);
  const { shape, data } = tensor('weight');
  const [C] = shape;
  const taps = kernel[0] * kernel[1];
  const name = b.numbers(
    'taps',
    [C, 1, ...kernel],
    Array.from({ length: C * taps }, (_, i) => data[Math.floor(i / taps)]),
  );
  const attributes = { ...windowAttributes(call), group: int(C) };
  return activated(call, b.node('Conv', [x, name, weight('bias')], attributes));
};

const pooling =
  (op: string): Write =>
  (call) => {
    const { options } = call;
    const counts = options.countIncludePad === true ? { count_include_pad: int(1) } : {};
    return call.b.node(op, [call.x], { ...windowAttributes(call), ...counts });
  };

/** min x = -max(-x) */
const least =
  (largest: (call: LayerCall) => string): Write =>
  (call) => {
    const { b, x } = call;
    return b.node('Neg', [largest({ ...call, x: b.node('Neg', [x]) })]);
  };

const globally =
  (op: string): Write =>
  ({ b, x }) =>
    b.node('Flatten', [b.node(op, [x])], { axis: int(1) });

const MODES = { constant: 'constant', reflect: 'reflect', replicate: 'edge' } as const;

const padding: Write = (call) => {
  const { b, x, options } = call;
  const [rows, columns] = options.padding as readonly [Pair, Pair];
  const { mode = 'constant', value = 0 } = options;
  if (mode === 'circular') return around(call, rows, columns);
  const pads = b.whole('pads', [0, 0, rows[0], columns[0], 0, 0, rows[1], columns[1]]);
  return b.node('Pad', [x, pads, b.numbers('value', [], [Number(value)])], {
    mode: { text: MODES[mode as keyof typeof MODES] },
  });
};

/** The other side repeated, along one axis after the other; Pad can do that from opset 19 on. */
function around({ b, x, layer }: LayerCall, ...sides: readonly Pair[]): string {
  return sides.reduce((value, [before, behind], i) => {
    const extent = layer.inputShapes[0][i];
    const part = (from: number, to: number): string =>
      b.node('Slice', [
        value,
        b.whole('from', [from]),
        b.whole('to', [to]),
        b.whole('along', [i + 2]),
      ]);
    const parts = [
      ...(before > 0 ? [part(extent - before, extent)] : []),
      value,
      ...(behind > 0 ? [part(0, behind)] : []),
    ];
    return parts.length === 1 ? value : b.node('Concat', parts, { axis: int(i + 2) });
  }, x);
}

const cropping: Write = ({ b, x, layer, options }) => {
  const [[top], [left]] = options.cropping as readonly [Pair, Pair];
  const [H, W] = layer.outputShape;
  return b.node('Slice', [
    x,
    b.whole('from', [top, left]),
    b.whole('to', [top + H, left + W]),
    b.whole('along', [2, 3]),
  ]);
};

const upsampling: Write = ({ b, x, options }) => {
  const factors = options.size as Pair;
  return b.node('Resize', [x, '', b.numbers('scales', [4], [1, 1, ...factors])], {
    mode: { text: 'nearest' },
    coordinate_transformation_mode: { text: 'asymmetric' },
    nearest_mode: { text: 'floor' },
  });
};

export const windowNodes: Readonly<Record<string, Write>> = {
  conv2d: convolution(({ options }) => Number(options.groups)),
  depthwiseConv2d: convolution(channelsIn),
  separableConv2d: separable,
  connectedConv2d: connected,
  conv2dTranspose: transposedConvolution,
  subsampling2d: subsampling,
  averagePooling2d: pooling('AveragePool'),
  maxPooling2d: pooling('MaxPool'),
  minPooling2d: least(pooling('MaxPool')),
  globalAveragePooling2d: globally('GlobalAveragePool'),
  globalMaxPooling2d: globally('GlobalMaxPool'),
  globalMinPooling2d: least(globally('GlobalMaxPool')),
  zeroPadding2d: padding,
  padding2d: padding,
  cropping2d: cropping,
  upsampling2d: upsampling,
};
