/**
 * @file Global pooling: each channel's mean, maximum or minimum over the whole image. (H, W, C) -> (C)
 *
 * It takes the place of flatten before the last dense layer, and fits any image size.
 */
import * as z from 'zod/mini';
import type { NonEmpty } from '../../../base/lists.ts';
import { fourAxes, type Shape } from '../../../base/shape.ts';
import { NO_PADS } from '../../../base/window.ts';
import type { Node } from '../../../graph/node.ts';
import { type CallContext, defineLayer, imageOf, type WindowFacts } from '../layer.ts';
import { paddingFacts } from './windowed.ts';

const options = z.object({});

const outputShape = (inputs: NonEmpty<Shape>): Shape => [imageOf(inputs)[2]];

function accounting(inputs: NonEmpty<Shape>) {
  const [H, W, C] = imageOf(inputs);
  return { connections: H * W * C, multiplyAdds: 0 };
}

/** One window, as large as the image. */
function window(inputs: NonEmpty<Shape>): WindowFacts {
  const [H, W] = imageOf(inputs);
  const once = [1, 1] as const;
  const padding = paddingFacts('valid', NO_PADS);
  return { kernel: [H, W], strides: once, dilation: once, padding };
}

function poolAll(op: string, { build, name, inputs: [x] }: CallContext<unknown>, more = {}): Node {
  const [N, H, W, C] = fourAxes(x.shape);
  const attrs = { window: [H, W], strides: [1, 1], pads: NO_PADS, ...more };
  return build('reshape', [build(op, [x], attrs, name)], { shape: [N, C] }, `${name}/row`);
}

export const globalAveragePooling2d = defineLayer({
  kind: 'globalAveragePooling2d',
  says: 'the mean of each channel',
  options,
  outputShape,
  call: (context) => poolAll('averagePool2d', context, { countIncludePad: false }),
  accounting,
  reception: () => 'whole',
  window,
});

export const globalMaxPooling2d = defineLayer({
  kind: 'globalMaxPooling2d',
  says: 'the largest value of each channel',
  options,
  outputShape,
  call: (context) => poolAll('maxPool2d', context),
  accounting,
  reception: () => 'whole',
  window,
});

export const globalMinPooling2d = defineLayer({
  kind: 'globalMinPooling2d',
  says: 'the smallest value of each channel',
  options,
  outputShape,
  call: (context) => poolAll('minPool2d', context),
  accounting,
  reception: () => 'whole',
  window,
});
