/**
 * @file Axes in another order, written from the first number on.
 *
 * Previous stop: `copy.ts`.
 */
import { stridesOf } from '../../base/shape.ts';
import type { TransposeAttrs } from '../../ops/moves/transpose.ts';
import { type CopiesOf, level } from './copy.ts';

export const transposeCopies: CopiesOf<TransposeAttrs> = ({ shape, inputs: [x] }, { axes }) => {
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  const levels = shape.map((extent, k) => level(extent, from[axes[k]], to[k]));
  return { copies: [[{ from: 0, to: 0, levels }]] };
};
