/**
 * @file Padding: a constant around the picture, or pictures of its edge; the gradient adds what was copied.
 *
 * Previous stop: `copy.ts`.
 */
import { first } from '../../base/lists.ts';
import { type FourAxes, fourAxes } from '../../base/shape.ts';
import { filledFrom } from '../../base/window.ts';
import type { Pad2dAttrs, Pad2dGradientAttrs } from '../../ops/moves/pad2d.ts';
import { type CopiesOf, type Copy, type CopyList, level } from './copy.ts';

/** Any fill: the picture's own pixels, and those filled from them. */
export const pad2dCopies: CopiesOf<Pad2dAttrs> = ({ shape, inputs }, attrs) => {
  const small = fourAxes(first(inputs, 'input').shape);
  return attrs.mode === 'constant'
    ? constantPadding(small, fourAxes(shape), attrs)
    : { copies: [padCopies(small, fourAxes(shape), attrs, false)] };
};

/** The picture's own pixels, and those copied from them added. */
export const pad2dGradientCopies: CopiesOf<Pad2dGradientAttrs> = ({ shape, inputs }, attrs) => ({
  copies: [padCopies(fourAxes(shape), fourAxes(first(inputs, 'input').shape), attrs, true)],
  fill: 0,
});

/** A negative amount crops. */
function constantPadding(
  [N, H, W, C]: FourAxes,
  [, OH, OW]: FourAxes,
  { pads, value = 0 }: Pad2dAttrs,
): CopyList {
  const [[top, bottom], [left, right]] = pads;
  const skip = (before: number): number => Math.max(0, -before);
  const rows = H - skip(top) - skip(bottom);
  const columns = W - skip(left) - skip(right);
  const copy: Copy = {
    from: (skip(top) * W + skip(left)) * C,
    to: (Math.max(0, top) * OW + Math.max(0, left)) * C,
    levels: [
      level(N, H * W * C, OH * OW * C),
      level(rows, W * C, OW * C),
      level(columns * C, 1, 1),
    ],
  };
  const covered = rows === OH && columns === OW;
  return { copies: [[copy]], ...(covered ? {} : { fill: value }) };
}

/** Pixels in a row along one axis of the padded picture that come from pixels in a row of the small one. */
export interface Stretch {
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
function padCopies(
  small: FourAxes,
  padded: FourAxes,
  { mode, pads }: Pad2dAttrs,
  back: boolean,
): Copy[] {
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
