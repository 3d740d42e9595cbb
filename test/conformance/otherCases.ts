/**
 * @file Conformance cases of the ops without a window: element-wise, reductions, matrices, rows, boxes.
 */
import type { Node } from '../../src/graph/node.ts';
import * as e from '../../src/ops/expression.ts';
import { build, type OpName } from '../../src/ops/index.ts';
import { type ConformanceCase, type Fill, f32, i32, opCase } from './case.ts';

/** Sizes with every lane tail, and one beyond a block. */
const SIZES = [1, 2, 3, 4, 5, 17, 131];

export function unaryCases(
  op: OpName,
  fillings: readonly Fill[] = ['normal', 'negative', 'ties', 'special'],
  attrs = {},
): ConformanceCase[] {
  return [
    ...SIZES.map((n) => opCase(op, [f32([n], fillings[0])], attrs)),
    ...fillings.map((fill) => opCase(op, [f32([2, 3, 5, 7], fill)], attrs)),
  ];
}

/** Same shapes, and every way of broadcasting one to the other. */
const PAIRS = [
  [
    [3, 5],
    [3, 5],
  ],
  [[2, 3, 4, 5], [5]],
  [[2, 3, 4, 17], [17]],
  [[5, 5], [5]],
  [[2, 3], []],
  [[], [7]],
  [
    [2, 3, 4, 5],
    [2, 1, 1, 5],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [3, 1],
    [1, 4],
  ],
] as const;

export function binaryCases(
  op: OpName,
  first: Fill = 'normal',
  second: Fill = 'normal',
  others: readonly Fill[] = ['ties', 'special'],
): ConformanceCase[] {
  return [
    ...PAIRS.map(([a, b]) => opCase(op, [f32(a, first), f32(b, second)])),
    ...others.map((fill) => opCase(op, [f32([4, 9], fill), f32([4, 9], fill)])),
  ];
}

const SWISH = e.mul(e.input(0), e.sigmoid(e.mul(e.input(1), e.input(0))));

export const elementwiseCases: readonly ConformanceCase[] = [
  opCase('elementwise', [f32([2, 3, 5]), f32([5])], { expression: SWISH }),
  opCase('elementwise', [f32([3, 7], 'ties'), f32([3, 7]), f32([])], {
    expression: e.select(e.equal(e.input(0), 0), e.floor(e.mul(4, e.input(1))), e.input(2)),
  }),
  opCase('elementwise', [f32([4, 4], 'special'), f32([4, 4], 'special')], {
    expression: e.select(e.greaterEqual(e.input(0), e.input(1)), 1, e.min(e.input(0), e.input(1))),
  }),
];

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

export const reshapeCases = [
  opCase('reshape', [f32([2, 3, 4, 5])], { shape: [2, 60] }),
  opCase('reshape', [f32([6])], { shape: [1, 2, 3, 1] }),
  opCase('reshape', [f32([1])], { shape: [] }),
];

/** One rank alone, with a kernel before it, and a sum whose input is read elsewhere too. */
export const rankCases = (op: 'rankSum' | 'rankSwap') => [
  opCase(op, [f32([5, 3])]),
  opCase(op, [f32([])]),
  {
    ...opCase(op, [f32([8, 6])]),
    name: 'of a value that is read beside it',
    build: ([x]: readonly Node[]) => {
      const y = build('square', [x]);
      return build('sub', [build('mul', [build(op, [y]), build('sqrt', [y])]), y]);
    },
  },
];

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

export const randomUniformCases = SIZES.map((n) =>
  opCase(
    'randomUniform',
    [i32([], 2 ** 31 - 1)],
    { shape: [n, 3], seed: 2 ** 40 + 7, stream: 3_000_000_000 },
    { label: `${n}x3`, tolerance: 0 },
  ),
);

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

export const rbfCases = [
  [1, 1, 1],
  [2, 3, 5],
  [3, 2, 2],
  [9, 4, 3],
  [4, 17, 4],
  [5, 10, 84],
].map(([N, M, D]) => opCase('rbf', [f32([N, D]), f32([M, D])]));

/** Several element-wise ops in a row, which a compiler makes one. */
export const chainCases: readonly ConformanceCase[] = [
  {
    ...opCase(
      'add',
      [f32([4, 9]), f32([9]), f32([4, 9])],
      {},
      { label: 'a chain of element-wise ops' },
    ),
    build: ([x, bias, gate]) =>
      build('mul', [
        build('tanh', [build('add', [x, bias])]),
        build('sigmoid', [build('sub', [gate, x])]),
      ]),
  },
];
