/**
 * @file Conformance cases of element-wise ops: lane tails, every way of broadcasting, chains, drawn numbers.
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

export const randomUniformCases = SIZES.map((n) =>
  opCase(
    'randomUniform',
    [i32([], 2 ** 31 - 1)],
    { shape: [n, 3], seed: 2 ** 40 + 7, stream: 3_000_000_000 },
    { label: `${n}x3`, tolerance: 0 },
  ),
);

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
