/**
 * @file Axes in another order, written from the first number on.
 *
 * Previous stop: `families.ts`. Next stop: `stridedCopy.ts`.
 */
import { stridesOf } from '../../../../base/shape.ts';
import { transpose } from '../../../../ops/transpose.ts';
import { defineCopy, level } from './stridedCopy.ts';

export const transposeKernel = defineCopy(transpose, ({ shape, inputs: [x] }, { axes }) => {
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  const levels = shape.map((extent, k) => level(extent, from[axes[k]], to[k]));
  return { copies: [[{ from: 0, to: 0, levels }]] };
});
