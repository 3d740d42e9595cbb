/**
 * @file Conformance cases of ops on rows: matrix products, distances to codes, softmax and its losses, neighbours in a row.
 */
import * as e from '../../src/ops/expression.ts';
import { type ConformanceCase, f32, i32, opCase } from './case.ts';

const PRODUCTS = [
  [1, 1, 1],
  [2, 3, 5],
  [1, 84, 10],
  [4, 16, 8],
  [7, 17, 19],
  [9, 9, 9],
  [33, 40, 12],
  [6, 256, 17],
] as const;

export const matmulCases: readonly ConformanceCase[] = PRODUCTS.flatMap(([M, K, N]) => [
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) =>
      opCase(
        'matmul',
        [f32(transposeA ? [K, M] : [M, K]), f32(transposeB ? [N, K] : [K, N])],
        { transposeA, transposeB },
        { label: `${transposeA ? 'a^T' : 'a'} ${transposeB ? 'b^T' : 'b'}` },
      ),
    ),
  ),
  opCase(
    'matmul',
    [f32([M, K]), f32([K, N]), f32([N]), f32([M, N])],
    { epilogue: e.mul(e.max(e.add(e.input(0), e.input(1)), 0), e.input(2)) },
    { label: 'bias, relu and a mask fused' },
  ),
]);

export const rbfCases = [
  [1, 1, 1],
  [2, 3, 5],
  [3, 2, 2],
  [9, 4, 3],
  [4, 17, 4],
  [5, 10, 84],
].map(([N, M, D]) => opCase('rbf', [f32([N, D]), f32([M, D])]));

const ROWS = [
  [1, 1],
  [1, 10],
  [3, 2],
  [5, 3],
  [2, 4],
  [4, 5],
  [3, 17],
  [130, 10],
] as const;

export const softmaxCases = [
  ...ROWS.map((shape) => opCase('softmax', [f32(shape)])),
  opCase('softmax', [f32([2, 3, 7])]),
  opCase('softmax', [f32([7])]),
  opCase('softmax', [f32([4, 6], 'equal')]),
  // Up to 256: e^x overflows float32 unless the maximum is subtracted.
  opCase('softmax', [f32([4, 6], 'distinct')], {}, { smooth: false, floor: 1 }),
];

export const softmaxCrossEntropyCases = [
  ...ROWS.map(([N, C]) => opCase('softmaxCrossEntropy', [f32([N, C]), i32([N], C)])),
  opCase('softmaxCrossEntropy', [f32([4, 6], 'equal'), i32([4], 6)]),
  opCase('softmaxCrossEntropy', [f32([4, 6], 'distinct'), i32([4], 6)], {}, { smooth: false }),
];

export const categoricalCrossEntropyCases = [
  ...ROWS.map(([N, C]) =>
    opCase('categoricalCrossEntropy', [f32([N, C]), f32([N, C], 'positive')]),
  ),
  opCase(
    'categoricalCrossEntropy',
    [f32([4, 6], 'distinct'), f32([4, 6], 'positive')],
    {},
    { smooth: false },
  ),
];

export const inTopKCases = [1, 2, 5].flatMap((k) =>
  (['normal', 'ties', 'equal', 'nan', 'special'] as const).map((fill) =>
    opCase(
      'inTopK',
      [f32([33, 7], fill), i32([33], 7)],
      { k },
      { label: `k ${k}`, tolerance: 0, smooth: false },
    ),
  ),
);

export const localResponseNormalizationCases = [1, 2, 3, 4, 5, 8, 17, 33].flatMap((C) =>
  (
    [
      { size: 5, k: 2, alpha: 1e-4, beta: 0.75 },
      { size: 3, k: 1, alpha: 0.5, beta: 0.5 },
      { size: 4, k: 1, alpha: 0.3, beta: 1 },
      { size: 1, k: 1, alpha: 0.3, beta: 0.75 },
      { size: 12, k: 1, alpha: 0.1, beta: 0.6 },
    ] as const
  ).map((attrs) =>
    opCase('localResponseNormalization', [f32([C === 17 ? 10 : 2, 2, 3, C])], attrs, {
      label: `size ${attrs.size}`,
    }),
  ),
);
