/**
 * @file Which pixels of the input one number of a layer sees: its receptive field at a place.
 *
 * Before: `summary.ts`, which gives the field's size, its stride and the centre of the first.
 */
import type { Shape } from '../../base/shape.ts';
import type { Pair } from '../../base/window.ts';
import type { FieldSummary } from './summary.ts';

/** Along one axis: pixels from `start` to before `end`. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Of those, the pixels that are not padding. */
  readonly first: number;
  readonly beyond: number;
}

/** [rows, columns] seen by the output at `place`, of an input of `size` (height, width). */
export function seenBy(
  field: FieldSummary,
  place: Pair,
  [height = 1, width = 1]: Shape,
): readonly [Stretch, Stretch] {
  const along = (axis: 0 | 1, n: number): Stretch => {
    const start = field.first[axis] - (field.size[axis] - 1) / 2 + place[axis] * field.stride[axis];
    const end = start + field.size[axis];
    return { start, end, first: Math.max(0, start), beyond: Math.min(n, end) };
  };
  return [along(0, height), along(1, width)];
}
