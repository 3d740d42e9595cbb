/**
 * @file Conformance cases of sums to a smaller shape, and of broadcasting back to the larger.
 */
import { f32, opCase } from './case.ts';

const SUMS = [
  [[2, 3, 4, 5], [5]],
  [[2, 3, 4, 17], [17]],
  [[2, 3, 4, 5], []],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 1],
  ],
  [
    [3, 5],
    [3, 1],
  ],
  [
    [3, 5],
    [3, 5],
  ],
  [[600, 6], [6]],
  [[1], []],
  // One number per row, rows of every lane tail and longer than a loop of vectors.
  ...[1, 2, 4, 5, 8, 11, 16, 37].map(
    (C) =>
      [
        [9, C],
        [9, 1],
      ] as const,
  ),
  // Columns kept between sums, more than one pass of vectors wide.
  [
    [3, 4, 71],
    [3, 1, 71],
  ],
  [
    [5, 6, 2, 19],
    [6, 1, 19],
  ],
  [
    [3, 4, 5, 6],
    [1, 4, 1, 6],
  ],
] as const;

export const sumToCases = SUMS.map(([from, shape]) =>
  opCase('sumTo', [f32(from)], { shape }, { label: `to ${shape.join('x') || 'scalar'}` }),
);

export const broadcastToCases = SUMS.map(([shape, from]) =>
  opCase('broadcastTo', [f32(from)], { shape }, { label: `to ${shape.join('x')}` }),
);
