/**
 * @file Repeating numbers: broadcasts that no kernel reads in place, pixels repeated to blocks.
 *
 * Previous stop: `copy.ts`.
 */
import { at, first } from '../../base/lists.ts';
import { fourAxes, stridesOf } from '../../base/shape.ts';
import type { Upsample2dAttrs } from '../../ops/moves/upsample2d.ts';
import { type CopiesOf, level } from './copy.ts';

export const broadcastCopies: CopiesOf<unknown> = ({ shape, inputs }) => {
  const small = first(inputs, 'input').shape;
  const from = stridesOf(small);
  const to = stridesOf(shape);
  const lead = shape.length - small.length;
  const levels = shape.map((extent, axis) => {
    const own = axis - lead;
    const isRepeated = own < 0 || small[own] === 1;
    return level(extent, isRepeated ? 0 : at(from, own, 'stride'), at(to, axis, 'stride'));
  });
  return { copies: [[{ from: 0, to: 0, levels }]] };
};

export const upsampleCopies: CopiesOf<Upsample2dAttrs> = ({ inputs }, { factors }) => {
  const [height, width] = factors;
  const [N, H, W, C] = fourAxes(first(inputs, 'input').shape);
  const rowTo = W * width * C;
  const levels = [
    level(N, H * W * C, H * height * rowTo),
    level(H, W * C, height * rowTo),
    level(height, 0, rowTo),
    level(W, C, width * C),
    level(width, 0, C),
    level(C, 1, 1),
  ];
  return { copies: [[{ from: 0, to: 0, levels }]] };
};
