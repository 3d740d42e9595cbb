/**
 * @file What convolution and pooling layers share: a window that slides over an image.
 *
 * The arithmetic itself is `base/window.ts`; here it is asked for a layer's options and an input shape.
 */
import {
  outputSize,
  type PaddingRule,
  type Pads,
  type Pair,
  resolvePads,
} from '../../base/window.ts';
import type { Reception } from './layer.ts';

export interface SlidingWindow {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: PaddingRule;
}

/** The pads of a window on an input of (height, width, ...), in numbers. */
export function padsOf(input: readonly number[], window: SlidingWindow): Pads {
  const { padding, kernel, strides, dilation } = window;
  return resolvePads(padding, [input[0], input[1]], kernel, strides, dilation);
}

/** Number of window positions, [height, width]. */
export function positionsOf(input: readonly number[], window: SlidingWindow): Pair {
  const { kernel, strides, dilation } = window;
  return outputSize([input[0], input[1]], kernel, strides, padsOf(input, window), dilation);
}

export function receptionOf(input: readonly number[], window: SlidingWindow): Reception {
  const [[top], [left]] = padsOf(input, window);
  return {
    kernel: window.kernel,
    strides: window.strides,
    dilation: window.dilation,
    before: [top, left],
  };
}
