/**
 * @file Joining and cutting: a box of one tensor to a box of another.
 *
 * Previous stop: `copy.ts`.
 */
import { at, first } from '../../base/lists.ts';
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
    starts.reduce((sum, start, axis) => sum + start * at(strides, axis, 'stride'), 0);
  return {
    from: offset(from.starts, fromStrides),
    to: offset(to.starts, toStrides),
    levels: sizes.map((extent, axis) =>
      level(
        extent,
        step(from, axis) * at(fromStrides, axis, 'stride'),
        step(to, axis) * at(toStrides, axis, 'stride'),
      ),
    ),
  };
}

const origin = (shape: Shape): number[] => shape.map(() => 0);

export const concatenateCopies: CopiesOf<ConcatenateAttrs> = (node, { axis }) => {
  let start = 0;
  const copies = node.inputs.map(({ shape }) => {
    const starts = origin(shape);
    starts[axis] = start;
    start += at(shape, axis, 'axis');
    return [boxCopy(shape, { shape, starts: origin(shape) }, { shape: node.shape, starts })];
  });
  return { copies };
};

export const sliceCopies: CopiesOf<SliceAttrs> = ({ shape, inputs }, { starts, steps }) => {
  const from = { shape: first(inputs, 'input').shape, starts, steps };
  return { copies: [[boxCopy(shape, from, { shape, starts: origin(shape) })]] };
};

export const sliceGradientCopies: CopiesOf<SliceGradientAttrs> = (
  { shape, inputs },
  { starts, steps },
) => {
  const own = first(inputs, 'input').shape;
  const from = { shape: own, starts: origin(own) };
  return { copies: [[boxCopy(own, from, { shape, starts, steps })]], fill: 0 };
};
