/**
 * @file What convolution and pooling layers share: a window that slides over an image.
 *
 * The arithmetic itself is `base/window.ts`; here it is asked for a layer's options and an input shape.
 */
import { FoveaError } from '../../../base/errors.ts';
import { fourAxes, type ImageShape } from '../../../base/shape.ts';
import {
  outputSize,
  type PaddingRule,
  type Pads,
  type Pair,
  resolvePads,
} from '../../../base/window.ts';
import type { Node } from '../../../graph/node.ts';
import type { Reception, WindowFacts } from '../layer.ts';

export interface SlidingWindow {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilation: Pair;
  readonly padding: PaddingRule;
}

/** The image that each row of a layer's input is. x: (N, H, W, C) */
export function imageIn(x: Node): ImageShape {
  const [, H, W, C] = fourAxes(x.shape);
  return [H, W, C];
}

/** The pads of a window on an image, in numbers. */
export function padsOf(image: ImageShape, window: SlidingWindow): Pads {
  const { padding, kernel, strides, dilation } = window;
  return resolvePads(padding, [image[0], image[1]], kernel, strides, dilation);
}

/** Number of window positions, [height, width]. */
export function positionsOf(image: ImageShape, window: SlidingWindow): Pair {
  const { kernel, strides, dilation } = window;
  return outputSize([image[0], image[1]], kernel, strides, padsOf(image, window), dilation);
}

export function receptionOf(image: ImageShape, window: SlidingWindow): Reception {
  const [[top], [left]] = padsOf(image, window);
  return {
    kernel: window.kernel,
    strides: window.strides,
    dilation: window.dilation,
    before: [top, left],
  };
}

/** What the options come to on an input, for tables. */
export function factsOf(image: ImageShape, window: SlidingWindow): WindowFacts {
  const { kernel, strides, dilation, padding } = window;
  return { kernel, strides, dilation, padding: paddingFacts(padding, padsOf(image, window)) };
}

export function paddingFacts(rule: PaddingRule, pads: Pads): WindowFacts['padding'] {
  const [[top, bottom], [left, right]] = pads;
  return { rule: typeof rule === 'string' ? rule : 'explicit', top, bottom, left, right };
}

/** Groups share out the input channels and the filters evenly. */
export function checkGroups(groups: number, channels: number, filters: number): void {
  const divides = (n: number) => channels % n === 0 && filters % n === 0;
  if (divides(groups)) return;
  const counts = Array.from({ length: Math.min(channels, filters) }, (_, i) => i + 1);
  const fitting = counts.filter(divides);
  const some = fitting.length > 8 ? [...fitting.slice(0, 7), '...', fitting.at(-1)] : fitting;
  const filtersThatFit = Math.ceil(filters / groups) * groups;
  throw new FoveaError({
    problem: `${groups} groups do not divide ${channels} input channels and ${filters} filters`,
    expected: 'groups that divide both',
    fix: [
      `use groups ${some.join(', ')}`,
      ...(channels % groups === 0 ? [`or ${filtersThatFit} filters`] : []),
    ].join('; '),
  });
}
