/**
 * @file The settings of sliding windows as ONNX writes them, for any number of spatial axes.
 *
 * Pads are numbers for each side, or follow from `auto_pad`. Next stop: `convolutions.ts`, `poolings.ts`.
 */

import { at } from '../../../base/lists.ts';
import { formatShape, type Shape } from '../../../base/shape.ts';
import { type Pair, reachOf } from '../../../base/window.ts';
import type { Call } from '../call.ts';

/** Along one axis. */
export interface Slide {
  /** Extent of the input. */
  readonly n: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Before and after. */
  readonly pads: Pair;
}

/** No picture is padded by more. */
const MOST_PADDING = 2 ** 16;

export const AUTO_PADS = ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'] as const;

/** `spatial`: extents of the input, `kernel`: of the window; each has one entry per spatial axis. */
export function slidesOf(call: Call, spatial: Shape, kernel: Shape): readonly Slide[] {
  const said = call.ints('kernel_shape') ?? kernel;
  if (formatShape(said) !== formatShape(kernel)) {
    call.refuse(
      `its kernel_shape is ${formatShape(said)}, its weights are for ${formatShape(kernel)}`,
      'one size',
    );
  }
  const ones = spatial.map(() => 1);
  const strides = listOf(call, 'strides', ones, 1);
  const dilations = listOf(call, 'dilations', ones, 1);
  const pads = padsOf(call, spatial, kernel, strides, dilations);
  if (kernel.length !== spatial.length || !kernel.every((k) => Number.isSafeInteger(k) && k >= 1)) {
    call.refuse(
      `a window ${formatShape(kernel)} on ${formatShape(spatial)}`,
      'an extent from 1 for each axis',
    );
  }
  return spatial.map((n, i) => ({
    n,
    kernel: at(kernel, i, 'extent'),
    stride: at(strides, i, 'stride'),
    dilation: at(dilations, i, 'dilation'),
    pads: pads[i] ?? [0, 0],
  }));
}

function listOf(call: Call, name: string, standard: Shape, least: number): Shape {
  const given = call.ints(name) ?? standard;
  if (given.length === standard.length && given.every((n) => n >= least && n <= MOST_PADDING))
    return given;
  return call.refuse(
    `its ${name} are ${given.join(', ')}`,
    `${standard.length} numbers from ${least} to ${MOST_PADDING}`,
  );
}

function padsOf(
  call: Call,
  spatial: Shape,
  kernel: Shape,
  strides: Shape,
  dilations: Shape,
): readonly Pair[] {
  const rule = call.choice('auto_pad', AUTO_PADS, 'NOTSET');
  if (rule === 'NOTSET') return explicitPads(call, spatial.length);
  if (rule === 'VALID') return spatial.map(() => [0, 0]);
  return spatial.map((n, i) => {
    const stride = at(strides, i, 'stride');
    const reach = reachOf(at(kernel, i, 'extent'), at(dilations, i, 'dilation'));
    const total = Math.max((Math.ceil(n / stride) - 1) * stride + reach - n, 0);
    return shared(total, rule === 'SAME_UPPER');
  });
}

/** Half of it on each side; what is odd goes to the end, or to the beginning. */
export function shared(total: number, isUpper: boolean): Pair {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return isUpper ? [less, more] : [more, less];
}

export function explicitPads(call: Call, axes: number): readonly Pair[] {
  const pads = listOf(call, 'pads', new Array<number>(2 * axes).fill(0), 0);
  return Array.from({ length: axes }, (_, i) => [at(pads, i, 'pad'), at(pads, i + axes, 'pad')]);
}

/** Window positions along an axis. */
export function positionsOf(
  call: Call,
  { n, kernel, stride, dilation, pads }: Slide,
  ceil = false,
): number {
  const room = n + pads[0] + pads[1] - reachOf(kernel, dilation);
  if (room < 0)
    call.refuse(
      `a window over ${reachOf(kernel, dilation)} of ${n + pads[0] + pads[1]}`,
      'a window that fits',
    );
  const count = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  // A last window that would begin behind the picture is none.
  return ceil && (count - 1) * stride >= n + pads[0] ? count - 1 : count;
}

/** How many numbers must stand behind the input for the last window to be whole; 0 where it is. */
export function behind({ n, kernel, stride, dilation, pads }: Slide, positions: number): number {
  return Math.max((positions - 1) * stride + reachOf(kernel, dilation) - n - pads[0], 0);
}
