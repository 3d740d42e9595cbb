/**
 * @file Conformance cases of ops that only move numbers: reshape, concatenate, slice, transpose.
 */
import { f32, opCase } from './case.ts';

export const reshapeCases = [
  opCase('reshape', [f32([2, 3, 4, 5])], { shape: [2, 60] }),
  opCase('reshape', [f32([6])], { shape: [1, 2, 3, 1] }),
  opCase('reshape', [f32([1])], { shape: [] }),
];

export const concatenateCases = [
  opCase('concatenate', [f32([2, 3]), f32([2, 1]), f32([2, 4])], { axis: 1 }, { label: 'axis 1' }),
  opCase('concatenate', [f32([1, 2, 3, 5]), f32([1, 2, 3, 4])], { axis: 3 }, { label: 'channels' }),
  opCase('concatenate', [f32([2, 2, 3, 1]), f32([1, 2, 3, 1])], { axis: 0 }, { label: 'batch' }),
  opCase('concatenate', [f32([5])], { axis: 0 }, { label: 'one alone' }),
  ...[1, 2, 3, 4, 5].map((C) =>
    opCase(
      'concatenate',
      [f32([9, 2, 3, C]), f32([9, 2, 3, 17]), f32([9, 2, 3, C])],
      { axis: 3 },
      { label: 'a wide one between two' },
    ),
  ),
  opCase('concatenate', [f32([9, 2, 3]), f32([9, 4, 3])], { axis: 1 }, { label: 'rows' }),
];

export const sliceCases = [
  opCase('slice', [f32([7])], { starts: [2], sizes: [3] }),
  opCase(
    'slice',
    [f32([2, 6, 5, 3])],
    { starts: [0, 1, 2, 0], sizes: [2, 4, 2, 3] },
    { label: 'crop' },
  ),
  opCase('slice', [f32([2, 3, 9])], { starts: [1, 0, 4], sizes: [1, 3, 5] }),
  ...[1, 2, 3, 4, 5, 17].map((C) =>
    opCase(
      'slice',
      [f32([9, 4, 4, 20])],
      { starts: [0, 1, 0, 3], sizes: [9, 2, 4, C] },
      { label: `${C} channels` },
    ),
  ),
  opCase('slice', [f32([7])], { starts: [6], sizes: [7], steps: [-1] }, { label: 'backwards' }),
  opCase(
    'slice',
    [f32([9, 7, 5, 6])],
    { starts: [0, 1, 4, 5], sizes: [9, 3, 3, 2], steps: [1, 2, -2, -3] },
    { label: 'in steps' },
  ),
  opCase(
    'slice',
    [f32([9, 4, 3])],
    { starts: [8, 0, 0], sizes: [9, 4, 3], steps: [-1, 1, 1] },
    { label: 'the batch backwards' },
  ),
  opCase(
    'slice',
    [f32([18, 4, 3])],
    { starts: [1, 0, 0], sizes: [9, 4, 3], steps: [2, 1, 1] },
    { label: 'every second row' },
  ),
];

/** Every order of a small tensor's axes, and the ones that tensors of other tools come in. */
const ORDERS = [
  [
    [2, 3],
    [1, 0],
  ],
  [
    [7, 130],
    [1, 0],
  ],
  ...[
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ].map((axes) => [[3, 4, 5], axes]),
  [
    [9, 4, 5, 3],
    [0, 3, 1, 2],
  ],
  [
    [9, 3, 4, 5],
    [0, 2, 3, 1],
  ],
  [
    [3, 3, 2, 17],
    [3, 2, 0, 1],
  ],
  [
    [1, 4, 1, 5],
    [2, 1, 0, 3],
  ],
  [
    [2, 3, 2, 4, 3],
    [4, 0, 3, 1, 2],
  ],
  [[4], [0]],
] as const;

export const transposeCases = ORDERS.map(([shape, axes]) =>
  opCase('transpose', [f32(shape)], { axes }, { label: `axes ${axes.join(', ')}` }),
);
