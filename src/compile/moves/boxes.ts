/**
 * @file Joining and cutting: a box of one tensor to a box of another.
 *
 * Previous stop: `copy.ts`.
 */
import { type Shape, stridesOf } from '../../base/shape.ts';
import type {
  ConcatenateAttrs,
  SliceAttrs,
  SliceGradientAttrs,
} from '../../ops/moves/concatenate.ts';
import { type CopiesOf, type Copy, level } from './copy.ts';

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

export const concatenateCopies: CopiesOf<ConcatenateAttrs> = (node, { axis }) => {
  let start = 0;
  const copies = node.inputs.map(({ shape }) => {
    const starts = origin(shape);
    starts[axis] = start;
    start += shape[axis];
    return [boxCopy(shape, { shape, starts: origin(shape) }, { shape: node.shape, starts })];
  });
  return { copies };
};

export const sliceCopies: CopiesOf<SliceAttrs> = ({ shape, inputs: [x] }, { starts, steps }) => ({
  copies: [[boxCopy(shape, { shape: x.shape, starts, steps }, { shape, starts: origin(shape) })]],
});

export const sliceGradientCopies: CopiesOf<SliceGradientAttrs> = (
  { shape, inputs: [dy] },
  { starts, steps },
) => ({
  copies: [
    [boxCopy(dy.shape, { shape: dy.shape, starts: origin(dy.shape) }, { shape, starts, steps })],
  ],
  fill: 0,
});
