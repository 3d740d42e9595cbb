/**
 * @file Joining, cutting, padding with pictures of the edge, repeating pixels: ops that only move numbers.
 *
 * All are strided copies; the gradients of those that read a number several times are copies that add.
 * Previous stop: `families.ts`. Next stop: `stridedCopy.ts`.
 */
import { type Shape, stridesOf } from '../../../../base/shape.ts';
import { filledFrom } from '../../../../base/window.ts';
import type { Node } from '../../../../graph/node.ts';
import type {
  ConcatenateAttrs,
  SliceAttrs,
  SliceGradientAttrs,
} from '../../../../ops/concatenate.ts';
import type { Pad2dAttrs } from '../../../../ops/pad2d.ts';
import type { Upsample2dAttrs } from '../../../../ops/upsample2d.ts';
import type { Kernel, PlanContext } from '../../kernel.ts';
import { type Copy, type CopyLevel, stridedCopyKernel } from './stridedCopy.ts';

const level = (extent: number, from: number, to: number): CopyLevel => ({ extent, from, to });

function imagesOf(node: Node, context: PlanContext): number | undefined {
  return context.isBatched(node) ? node.shape[0] : undefined;
}

/** Where a box lies in a tensor, and which of the elements it takes. */
type Box = { readonly shape: Shape } & Pick<SliceAttrs, 'starts' | 'steps'>;

/** A box of one tensor to a box of another. */
function boxCopy(sizes: Shape, from: Box, to: Box): Copy {
  const fromStrides = stridesOf(from.shape);
  const toStrides = stridesOf(to.shape);
  const step = ({ steps }: Box, axis: number): number => steps?.[axis] ?? 1;
  const offset = (starts: Shape, strides: Shape): number =>
    starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  return {
    from: offset(from.starts, fromStrides),
    to: offset(to.starts, toStrides),
    levels: sizes.map((extent, axis) =>
      level(extent, step(from, axis) * fromStrides[axis], step(to, axis) * toStrides[axis]),
    ),
  };
}

const origin = (shape: Shape): number[] => shape.map(() => 0);

export function concatenateKernel(node: Node, context: PlanContext): Kernel {
  const { axis } = node.attrs as unknown as ConcatenateAttrs;
  let start = 0;
  const copies = node.inputs.map(({ shape }) => {
    const starts = origin(shape);
    starts[axis] = start;
    start += shape[axis];
    return [boxCopy(shape, { shape, starts: origin(shape) }, { shape: node.shape, starts })];
  });
  return stridedCopyKernel('concatenate', node, copies, { images: imagesOf(node, context) });
}

export function sliceKernel(node: Node, context: PlanContext): Kernel {
  const { starts, steps } = node.attrs as unknown as SliceAttrs;
  const from = { shape: node.inputs[0].shape, starts, steps };
  const copy = boxCopy(node.shape, from, { shape: node.shape, starts: origin(node.shape) });
  return stridedCopyKernel('slice', node, [[copy]], { images: imagesOf(node, context) });
}

export function sliceGradientKernel(node: Node, context: PlanContext): Kernel {
  const { starts, steps } = node.attrs as unknown as SliceGradientAttrs;
  const { shape } = node.inputs[0];
  const to = { shape: node.shape, starts, steps };
  const copy = boxCopy(shape, { shape, starts: origin(shape) }, to);
  return stridedCopyKernel('sliceGradient', node, [[copy]], {
    images: imagesOf(node, context),
    fill: 0,
  });
}

/** Pixels in a row along one axis of the padded picture that come from pixels in a row of the small one. */
interface Stretch {
  readonly to: number;
  readonly from: number;
  readonly extent: number;
  /** From one source pixel to the next: 1, -1 where mirrored, 0 where the edge is repeated. */
  readonly step: number;
}

/** An axis of the padded picture as stretches; places of a constant are in none. */
export function stretchesOf(
  n: number,
  before: number,
  after: number,
  mode: Pad2dAttrs['mode'],
): Stretch[] {
  const sides = [
    { to: 0, extent: before },
    { to: before, extent: n },
    { to: before + n, extent: after },
  ];
  return sides.flatMap(({ to, extent }) => {
    if (extent === 0) return [];
    const source = (position: number): number => filledFrom(position - before, n, mode);
    const from = source(to);
    if (from < 0) return [];
    return [{ to, from, extent, step: extent === 1 ? 1 : source(to + 1) - from }];
  });
}

/** Copies between the padded picture and the small one, the picture itself first. */
function padCopies(small: Shape, padded: Shape, { mode, pads }: Pad2dAttrs, back: boolean): Copy[] {
  const [N, H, W, C] = small;
  const [, OH, OW] = padded;
  const rows = stretchesOf(H, pads[0][0], pads[0][1], mode);
  const columns = stretchesOf(W, pads[1][0], pads[1][1], mode);
  const copies = rows.flatMap((row) =>
    columns.map((column) => ({
      from: (row.from * W + column.from) * C,
      to: (row.to * OW + column.to) * C,
      levels: [
        level(N, H * W * C, OH * OW * C),
        level(row.extent, row.step * W * C, OW * C),
        level(column.extent, column.step * C, C),
        level(C, 1, 1),
      ],
    })),
  );
  if (!back) return copies;
  return copies.map(({ from, to, levels }) => ({
    from: to,
    to: from,
    levels: levels.map((l) => level(l.extent, l.to, l.from)),
    add: true,
  }));
}

/** Padding filled from the picture itself; constants are `copies.ts`'s. */
export function pictureFillKernel(node: Node, context: PlanContext): Kernel {
  const attrs = node.attrs as unknown as Pad2dAttrs;
  const copies = padCopies(node.inputs[0].shape, node.shape, attrs, false);
  return stridedCopyKernel('pad2d', node, [copies], { images: imagesOf(node, context) });
}

/** Any fill: the picture's own pixels, and those copied from them added. */
export function padGradientKernel(node: Node, context: PlanContext): Kernel {
  const attrs = node.attrs as unknown as Pad2dAttrs;
  const copies = padCopies(node.shape, node.inputs[0].shape, attrs, true);
  return stridedCopyKernel('pad2dGradient', node, [copies], {
    images: imagesOf(node, context),
    fill: 0,
  });
}

export function upsampleKernel(node: Node, context: PlanContext): Kernel {
  const [height, width] = (node.attrs as unknown as Upsample2dAttrs).factors;
  const [N, H, W, C] = node.inputs[0].shape;
  const rowTo = W * width * C;
  const levels = [
    level(N, H * W * C, H * height * rowTo),
    level(H, W * C, height * rowTo),
    level(height, 0, rowTo),
    level(W, C, width * C),
    level(width, 0, C),
    level(C, 1, 1),
  ];
  return stridedCopyKernel('upsample2d', node, [[{ from: 0, to: 0, levels }]], {
    images: imagesOf(node, context),
  });
}
