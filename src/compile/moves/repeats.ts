/**
 * @file Repeating numbers: broadcasts that no kernel reads in place, pixels repeated to blocks.
 *
 * Previous stop: `copy.ts`.
 */
import { stridesOf } from '../../base/shape.ts';
import type { Upsample2dAttrs } from '../../ops/moves/upsample2d.ts';
import { type CopiesOf, level } from './copy.ts';

export const broadcastCopies: CopiesOf<unknown> = ({ shape, inputs: [x] }) => {
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  const lead = shape.length - x.shape.length;
  const levels = shape.map((extent, axis) => {
    const own = axis - lead;
    return level(extent, own < 0 || x.shape[own] === 1 ? 0 : from[own], to[axis]);
  });
  return { copies: [[{ from: 0, to: 0, levels }]] };
};

export const upsampleCopies: CopiesOf<Upsample2dAttrs> = ({ inputs: [x] }, { factors }) => {
  const [height, width] = factors;
  const [N, H, W, C] = x.shape;
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
