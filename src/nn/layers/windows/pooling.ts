/**
 * @file Pooling layers: one number for each window of each channel (its mean, maximum or minimum).
 *
 *   (H, W, C) -> (OH, OW, C); no parameters
 *
 * The three differ in their op alone. Strides default to the pool size, so that windows do not overlap;
 * AlexNet's do (3x3 every 2). Average pooling leaves padding out of the mean unless `countIncludePad`.
 */
import * as z from 'zod/mini';
import type { NonEmpty } from '../../../base/lists.ts';
import type { ImageShape, Shape } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import { type Padding, paddingRule, positivePair, type Size } from '../../options.ts';
import { type CallContext, defineLayer, imageOf, type OptionalLayerBuilder } from '../layer.ts';
import {
  factsOf,
  imageIn,
  padsOf,
  positionsOf,
  receptionOf,
  type SlidingWindow,
} from './windowed.ts';

export interface Pooling2dOptions {
  /** Pixels of the window: one number for both axes, or [height, width]; default 2. */
  readonly poolSize?: Size | undefined;
  /** Pixels from one window to the next; default: the pool size, so that windows do not overlap. */
  readonly strides?: Size | undefined;
  /** 'valid' (none), 'same' (as many as give size / strides), or pixels; default 'valid'. */
  readonly padding?: Padding | undefined;
}

export interface AveragePooling2dOptions extends Pooling2dOptions {
  /** Whether padding counts in the mean, as zeros; default false. */
  readonly countIncludePad?: boolean | undefined;
}

const options = z.object({
  poolSize: z.prefault(positivePair, 2),
  strides: z.optional(positivePair),
  padding: z._default(paddingRule, 'valid'),
});

const averageOptions = z.extend(options, { countIncludePad: z._default(z.boolean(), false) });

type Options = z.output<typeof options>;

function windowOf({ poolSize, strides, padding }: Options): SlidingWindow {
  return { kernel: poolSize, strides: strides ?? poolSize, padding, dilation: [1, 1] };
}

function outputShape(inputs: NonEmpty<Shape>, o: Options): ImageShape {
  const image = imageOf(inputs);
  return [...positionsOf(image, windowOf(o)), image[2]];
}

/** Every pixel of a window is one connection of its unit; nothing is multiplied by a weight. */
function accounting(inputs: NonEmpty<Shape>, o: Options) {
  const [OH, OW, C] = outputShape(inputs, o);
  return { connections: o.poolSize[0] * o.poolSize[1] * OH * OW * C, multiplyAdds: 0 };
}

const reception = (inputs: NonEmpty<Shape>, o: Options) =>
  receptionOf(imageOf(inputs), windowOf(o));

const window = (inputs: NonEmpty<Shape>, o: Options) => factsOf(imageOf(inputs), windowOf(o));

function pool(op: string, { build, name, inputs: [x], options: o }: CallContext<Options>): Node {
  const sliding = windowOf(o);
  const attrs = {
    window: sliding.kernel,
    strides: sliding.strides,
    pads: padsOf(imageIn(x), sliding),
  };
  return build(
    op,
    [x],
    'countIncludePad' in o ? { ...attrs, countIncludePad: o.countIncludePad } : attrs,
    name,
  );
}

export const averagePooling2d: OptionalLayerBuilder<AveragePooling2dOptions> = defineLayer({
  kind: 'averagePooling2d',
  says: 'the mean of each window',
  options: averageOptions,
  outputShape,
  call: (context) => pool('averagePool2d', context),
  accounting,
  reception,
  window,
});

export const maxPooling2d: OptionalLayerBuilder<Pooling2dOptions> = defineLayer({
  kind: 'maxPooling2d',
  says: 'the largest value of each window',
  options,
  outputShape,
  call: (context) => pool('maxPool2d', context),
  accounting,
  reception,
  window,
});

export const minPooling2d: OptionalLayerBuilder<Pooling2dOptions> = defineLayer({
  kind: 'minPooling2d',
  says: 'the smallest value of each window',
  options,
  outputShape,
  call: (context) => pool('minPool2d', context),
  accounting,
  reception,
  window,
});
