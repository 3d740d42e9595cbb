/**
 * @file Convolutions of all kinds in a PyTorch module. Previous stop: `moduleParts.ts`; next stop: `moduleLines.ts`.
 */
import { NO_PADS, type Pair, reachOf } from '../../base/window.ts';
import {
  activated,
  channelsIn,
  type LayerInPython,
  padded,
  pair,
  type Write,
  windowOf,
} from './moduleParts.ts';

/** "nn.Conv2d(1, 6, (5, 5), ...)", its pads as the module's own where both sides are alike. */
export function convolution(call: LayerInPython, filters: number, groups: number, bias: unknown) {
  const { kernel, strides, dilation, pads } = windowOf(call);
  const isEven = pads.every(([before, behind]) => before === behind);
  const settings = [
    `${channelsIn(call)}, ${filters}, ${pair(kernel)}`,
    ...(strides.some((n) => n > 1) ? [`stride=${pair(strides)}`] : []),
    ...(isEven && pads[0][0] + pads[1][0] > 0 ? [`padding=${pair([pads[0][0], pads[1][0]])}`] : []),
    ...(dilation.some((n) => n > 1) ? [`dilation=${pair(dilation)}`] : []),
    ...(groups > 1 ? [`groups=${groups}`] : []),
    ...(bias === true ? [] : ['bias=False']),
  ];
  return { made: `nn.Conv2d(${settings.join(', ')})`, pads: isEven ? NO_PADS : pads };
}

export const convolved =
  (filtersOf: (call: LayerInPython) => number, groupsOf: (call: LayerInPython) => number): Write =>
  (call) => {
    const { own, x, options } = call;
    const { made, pads } = convolution(call, filtersOf(call), groupsOf(call), options.useBias);
    return { made, gives: activated(options.activation, `${own}(${padded(x, pads)})`, true) };
  };

export const separable: Write = (call) => {
  const { own, x, options, layer } = call;
  const channels = channelsIn(call) * Number(options.depthMultiplier);
  const { made, pads } = convolution(call, channels, channelsIn(call), false);
  const bias = options.useBias === true ? '' : ', bias=False';
  const mix = `nn.Conv2d(${channels}, ${layer.outputShape[2]}, 1${bias})`;
  const apart = `${own}["depthwise"](${padded(x, pads)})`;
  return {
    made: `nn.ModuleDict({"depthwise": ${made}, "pointwise": ${mix}})`,
    gives: activated(options.activation, `${own}["pointwise"](${apart})`, true),
  };
};

/** The whole of it, then cut at the beginning and the end, or filled up there: any sides can be said so. */
export const transposedConvolution: Write = (call) => {
  const { own, x, options, layer } = call;
  const { kernel, strides, dilation, pads } = windowOf(call);
  const groups = Number(options.groups);
  const sides = ([0, 1] as const).map((axis) => {
    const whole =
      (layer.inputShapes[0][axis] - 1) * strides[axis] + reachOf(kernel[axis], dilation[axis]);
    const [before] = pads[axis];
    return [-before, layer.outputShape[axis] + before - whole] as const;
  });
  const [rows, columns] = sides as [Pair, Pair];
  const settings = `stride=${pair(strides)}, groups=${groups}, dilation=${pair(dilation)}`;
  const filters = layer.outputShape[2];
  const whole = padded(`F.conv_transpose2d(${x}, ${own}.weight, ${settings})`, [rows, columns]);
  const sums = options.useBias === true ? `${whole} + ${own}.bias.view(-1, 1, 1)` : whole;
  const isBare = options.useBias === true ? '' : ', bias=False';
  return {
    made: `nn.ConvTranspose2d(${channelsIn(call)}, ${filters}, ${pair(kernel)}, ${settings}${isBare})`,
    gives: activated(
      options.activation,
      options.activation === 'linear' ? sums : `(${sums})`,
      true,
    ),
  };
};
