/**
 * @file Layers that add pixels around an image or cut them off. (H, W, C) -> (T+H+B, L+W+R, C)
 *
 * How much (`padding`) and what stands there (`mode`) are two things: zero padding is a fill, "same" an
 * amount. Next stop: `ops/moves/pad2d.ts`.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../../../base/errors.ts';
import type { NonEmpty } from '../../../base/lists.ts';
import { fourAxes, type ImageShape, type Shape } from '../../../base/shape.ts';
import { checkFill, type Fill, type Pads } from '../../../base/window.ts';
import { type Sides, sides } from '../../options.ts';
import {
  defineLayer,
  imageOf,
  type LayerBuilder,
  type OptionalLayerBuilder,
  type Reception,
} from '../layer.ts';
import { paddingFacts } from './windowed.ts';

function padded(inputs: NonEmpty<Shape>, [rows, columns]: Pads, mode: Fill): Shape {
  const [H, W, C] = imageOf(inputs);
  checkFill(rows, H, mode, 'height');
  checkFill(columns, W, mode, 'width');
  return [rows[0] + H + rows[1], columns[0] + W + columns[1], C];
}

/** Each pixel sees itself, moved by the pixels before it. */
function shifted(top: number, left: number): Reception {
  return { kernel: [1, 1], strides: [1, 1], dilation: [1, 1], before: [top, left] };
}

function negative([[top, bottom], [left, right]]: Pads): Pads {
  return [
    [-top, -bottom],
    [-left, -right],
  ];
}

export interface ZeroPadding2dOptions {
  /** Pixels around: one number, [vertical, horizontal], or [[top, bottom], [left, right]]; default 1. */
  readonly padding?: Sides | undefined;
}

export const zeroPadding2d: OptionalLayerBuilder<ZeroPadding2dOptions> = defineLayer({
  kind: 'zeroPadding2d',
  says: 'zeros around the image',
  options: z.object({ padding: z.prefault(sides, 1) }),
  outputShape: (inputs, { padding }) => padded(inputs, padding, 'constant'),
  call: ({ build, name, inputs: [x], options: { padding } }) =>
    build('pad2d', [x], { mode: 'constant', pads: padding, value: 0 }, name),
  reception: (_, { padding }) => shifted(padding[0][0], padding[1][0]),
  window: (_, { padding }) => ({ padding: paddingFacts(padding, padding) }),
});

export interface Padding2dOptions extends ZeroPadding2dOptions {
  /** What is put there: a value, the image reflected, its border repeated, or the other side; default 'constant'. */
  readonly mode?: 'constant' | 'reflect' | 'replicate' | 'circular' | undefined;
  /** Of mode 'constant'; default 0. */
  readonly value?: number | undefined;
}

export const padding2d: OptionalLayerBuilder<Padding2dOptions> = defineLayer({
  kind: 'padding2d',
  says: 'pixels around the image, by any rule',
  options: z.object({
    padding: z.prefault(sides, 1),
    mode: z._default(z.enum(['constant', 'reflect', 'replicate', 'circular']), 'constant'),
    value: z._default(z.number(), 0),
  }),
  outputShape: (inputs, { padding, mode }) => padded(inputs, padding, mode),
  call: ({ build, name, inputs: [x], options: { padding, mode, value } }) =>
    build('pad2d', [x], { mode, pads: padding, value }, name),
  reception: (_, { padding }) => shifted(padding[0][0], padding[1][0]),
  window: (_, { padding }) => ({ padding: paddingFacts(padding, padding) }),
});

export interface Cropping2dOptions {
  /** Pixels cut off: one number, [vertical, horizontal], or [[top, bottom], [left, right]]. */
  readonly cropping: Sides;
}

export const cropping2d: LayerBuilder<Cropping2dOptions> = defineLayer({
  kind: 'cropping2d',
  says: 'pixels cut off around the image',
  options: z.object({ cropping: sides }),
  outputShape: (inputs, { cropping: [rows, columns] }) => {
    const [H, W, C] = imageOf(inputs);
    const cut: ImageShape = [H - rows[0] - rows[1], W - columns[0] - columns[1], C];
    if (cut[0] < 1 || cut[1] < 1) {
      throw new FoveaError({
        problem: `cutting off ${rows.join(' + ')} rows and ${columns.join(' + ')} columns leaves nothing of ${H} x ${W} pixels`,
        expected: 'at least one pixel left',
        fix: `cut off at most ${H - 1} rows and ${W - 1} columns in all`,
      });
    }
    return cut;
  },
  call: ({
    build,
    name,
    inputs: [x],
    options: {
      cropping: [rows, columns],
    },
  }) => {
    const [N, H, W, C] = fourAxes(x.shape);
    const sizes = [N, H - rows[0] - rows[1], W - columns[0] - columns[1], C];
    return build('slice', [x], { starts: [0, rows[0], columns[0], 0], sizes }, name);
  },
  reception: (_, { cropping }) => shifted(-cropping[0][0], -cropping[1][0]),
  window: (_, { cropping }) => ({ padding: paddingFacts(cropping, negative(cropping)) }),
});
