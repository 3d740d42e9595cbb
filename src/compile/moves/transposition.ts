/**
 * @file Axes in another order, written from the first number on.
 *
 * Previous stop: `copy.ts`.
 */
import { at, first } from '../../base/lists.ts';
import { stridesOf } from '../../base/shape.ts';
import type { TransposeAttrs } from '../../ops/moves/transpose.ts';
import { type CopiesOf, level } from './copy.ts';

export const transposeCopies: CopiesOf<TransposeAttrs> = ({ shape, inputs }, { axes }) => {
  const from = stridesOf(first(inputs, 'input').shape);
  const to = stridesOf(shape);
  const levels = axes.map((axis, k) =>
    level(at(shape, k, 'axis'), at(from, axis, 'stride'), at(to, k, 'stride')),
  );
  return { copies: [[{ from: 0, to: 0, levels }]] };
};
