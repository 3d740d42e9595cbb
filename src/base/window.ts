/**
 * @file All arithmetic of sliding windows: convolution, pooling, padding, receptive fields.
 *
 * One window along one axis:
 *
 *      before        n pixels        after
 *     [. .|x x x x x x x x x x x x|. .]      padded = before + n + after
 *      [k . k . k]                           reach  = (k - 1) * dilation + 1
 *          [k . k . k]                       next   = stride further
 *
 *   output = floor((padded - reach) / stride) + 1
 *
 * Kernels, layers, `fovea window` and the lab's drawings all ask here. Next stop: `ops/conv2d.ts`.
 */
import { FoveaError } from './errors.ts';

/** One number per axis: [height, width]. */
export type Pair = readonly [number, number];
/** [[top, bottom], [left, right]] */
export type Pads = readonly [Pair, Pair];
/** The rule that gives the pads: TensorFlow's names, or the numbers themselves. */
export type PaddingRule = 'valid' | 'same' | Pads;

/** Pixels from the first to the last tap of a window. */
export function reachOf(kernel: number, dilation = 1): number {
  return (kernel - 1) * dilation + 1;
}

/** Number of window positions along one axis. Throws where none fits. */
export function outputExtent(
  n: number,
  kernel: number,
  stride: number,
  [before, after]: Pair,
  dilation = 1,
): number {
  const reach = reachOf(kernel, dilation);
  const padded = before + n + after;
  if (reach > padded) {
    const padding = before + after > 0 ? ` (${padded} with padding ${before} + ${after})` : '';
    throw new FoveaError({
      problem: `a window that reaches over ${reach} pixels does not fit an input of ${n}${padding}`,
      expected: `a window of at most ${padded}`,
      fix: `use a kernel of at most ${Math.max(1, Math.floor((padded - 1) / dilation) + 1)}, padding 'same', or a larger input`,
    });
  }
  return Math.floor((padded - reach) / stride) + 1;
}

/** TensorFlow's 'same': ceil(n / stride) outputs, the odd pixel at the end. */
export function samePads(n: number, kernel: number, stride: number, dilation = 1): Pair {
  const total = Math.max((Math.ceil(n / stride) - 1) * stride + reachOf(kernel, dilation) - n, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** The pads of both axes in numbers. */
export function resolvePads(
  rule: PaddingRule,
  size: Pair,
  kernel: Pair,
  strides: Pair,
  dilation: Pair,
): Pads {
  if (rule === 'valid')
    return [
      [0, 0],
      [0, 0],
    ];
  if (rule !== 'same') return rule;
  return [
    samePads(size[0], kernel[0], strides[0], dilation[0]),
    samePads(size[1], kernel[1], strides[1], dilation[1]),
  ];
}
