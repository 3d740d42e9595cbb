/**
 * @file Conformance cases of reductions over any axes: neighbours, axes apart, all, and one alone.
 */
import { build } from '../../src/ops/index.ts';
import type { Reduction } from '../../src/ops/reductions.ts';
import { type ConformanceCase, f32, opCase } from './case.ts';

const AXES = [
  [[5], [0]],
  [
    [2, 3, 4, 5],
    [1, 2],
  ],
  [[9, 4, 3, 5], [-1]],
  [
    [9, 4, 3, 5],
    [1, 3],
  ],
  [
    [3, 4, 2, 5],
    [0, 2],
  ],
  [
    [3, 4, 5],
    [0, 1, 2],
  ],
  [[3, 1, 5], [1]],
  [[2, 131], [1]],
  [[131, 3], [0]],
] as const;

/** Each with the reduced axes gone, and kept; numbers with ties and NaN are judged against the loops alone. */
export function reductionCases(reduce: Reduction): ConformanceCase[] {
  return AXES.flatMap(([shape, axes]) =>
    (['normal', 'special'] as const).flatMap((fill) =>
      [false, true].map((keepDims) => {
        const label = `${reduce.name} over ${axes.join(', ')}${keepDims ? ', kept' : ''}`;
        const { name, ...own } = opCase('neg', [f32(shape, fill)], {}, { label });
        return { ...own, name, build: ([x]) => reduce(build, x, { axes, keepDims }) };
      }),
    ),
  );
}
