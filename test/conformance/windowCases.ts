/**
 * @file Conformance cases of everything that slides a window: convolution, pooling, padding, upsampling.
 */
import type { Shape } from '../../src/base/shape.ts';
import { type Pads, type Pair, resolvePads } from '../../src/base/window.ts';
import { lenetConnections } from '../../src/models/lenet5Of1998.ts';
import * as e from '../../src/ops/expression.ts';
import { conv2dShape } from '../../src/ops/windows/conv2d.ts';
import { type ConformanceCase, type Fill, f32, opCase } from './case.ts';

const NONE: Pads = [
  [0, 0],
  [0, 0],
];
/** Lane tails: full lanes are 4 and 8. */
const CHANNELS = [1, 2, 3, 4, 5, 17];

interface Pooling {
  readonly label: string;
  readonly size: Pair;
  readonly window: Pair;
  readonly strides: Pair;
  readonly pads: Pads | 'same';
}

const POOLINGS: readonly Pooling[] = [
  { label: '2x2/2', size: [4, 6], window: [2, 2], strides: [2, 2], pads: NONE },
  { label: '2x2/2 with a row over', size: [5, 7], window: [2, 2], strides: [2, 2], pads: NONE },
  { label: 'overlapping 3x3/2', size: [7, 9], window: [3, 3], strides: [2, 2], pads: NONE },
  { label: 'overlapping 3x3/1 same', size: [4, 5], window: [3, 3], strides: [1, 1], pads: 'same' },
  { label: 'stride beyond the window', size: [8, 9], window: [2, 2], strides: [3, 4], pads: NONE },
  {
    label: '3x2/2x1 same, one side only',
    size: [6, 5],
    window: [3, 2],
    strides: [2, 1],
    pads: 'same',
  },
  {
    label: 'far into padding',
    size: [3, 4],
    window: [3, 4],
    strides: [1, 2],
    pads: [
      [2, 1],
      [0, 3],
    ],
  },
  { label: 'global', size: [5, 3], window: [5, 3], strides: [1, 1], pads: NONE },
  { label: '1x1/2', size: [3, 5], window: [1, 1], strides: [2, 2], pads: NONE },
];

type PoolName = 'averagePool2d' | 'maxPool2d' | 'minPool2d';

function poolCase(
  op: PoolName,
  p: Pooling,
  batch: number,
  C: number,
  fill: Fill,
  countIncludePad?: boolean,
): ConformanceCase {
  const pads = p.pads === 'same' ? resolvePads('same', p.size, p.window, p.strides) : p.pads;
  const count = countIncludePad === undefined ? {} : { countIncludePad };
  const label = countIncludePad === true ? `${p.label}, padding counts` : p.label;
  const attrs = { window: p.window, strides: p.strides, pads, ...count };
  return opCase(op, [f32([batch, ...p.size, C], fill)], attrs, { label });
}

export function poolCases(op: PoolName): ConformanceCase[] {
  const counts = op === 'averagePool2d' ? [false, true] : [undefined];
  const smooth = op === 'averagePool2d' ? 'normal' : 'distinct';
  return counts.flatMap((count) =>
    POOLINGS.flatMap((p) => [
      ...CHANNELS.map((C) => poolCase(op, p, C === 3 ? 2 : 1, C, smooth, count)),
      ...(['negative', 'equal', 'ties', 'nan', 'special'] as const).map((fill) =>
        poolCase(op, p, 2, 5, fill, count),
      ),
    ]),
  );
}

interface Convolution {
  readonly label: string;
  readonly x: Shape;
  /** (KH, KW, C/groups, filters) */
  readonly w: Shape;
  readonly strides?: Pair;
  readonly dilation?: Pair;
  readonly pads?: Pads | 'same';
  readonly groups?: number;
}

const CONVOLUTIONS: readonly Convolution[] = [
  { label: 'the first of LeNet-5', x: [2, 12, 14, 1], w: [5, 5, 1, 6] },
  { label: 'the second of LeNet-5', x: [2, 8, 7, 6], w: [5, 5, 6, 16] },
  { label: '3x3 same', x: [1, 7, 5, 4], w: [3, 3, 4, 8], pads: 'same' },
  { label: '3x3 same, tiles cut off', x: [2, 9, 11, 5], w: [3, 3, 5, 7], pads: 'same' },
  { label: '3x3 same, many channels', x: [1, 13, 13, 16], w: [3, 3, 16, 17], pads: 'same' },
  { label: '5x5 same', x: [1, 9, 10, 8], w: [5, 5, 8, 12], pads: 'same' },
  { label: '1x1', x: [2, 3, 5, 7], w: [1, 1, 7, 5] },
  { label: '1x1 stride 2', x: [2, 4, 5, 3], w: [1, 1, 3, 4], strides: [2, 2] },
  { label: '11x11 stride 4, as in AlexNet', x: [1, 23, 27, 3], w: [11, 11, 3, 5], strides: [4, 4] },
  { label: '2x3 same, one side only', x: [1, 4, 6, 2], w: [2, 3, 2, 3], pads: 'same' },
  {
    label: 'stride 2 dilation 2',
    x: [1, 9, 10, 3],
    w: [3, 2, 3, 4],
    strides: [2, 1],
    dilation: [2, 3],
  },
  {
    label: 'uneven pads',
    x: [2, 5, 6, 2],
    w: [3, 4, 2, 5],
    strides: [1, 2],
    pads: [
      [2, 0],
      [1, 3],
    ],
  },
  { label: 'stride beyond the kernel', x: [1, 8, 7, 2], w: [2, 2, 2, 3], strides: [3, 4] },
  { label: 'kernel as large as the input', x: [3, 4, 5, 2], w: [4, 5, 2, 9] },
  { label: 'two groups', x: [1, 6, 5, 4], w: [3, 3, 2, 6], pads: 'same', groups: 2 },
  { label: 'depthwise', x: [2, 5, 6, 5], w: [3, 3, 1, 5], pads: 'same', groups: 5 },
  {
    label: 'depthwise, two filters each',
    x: [1, 6, 5, 3],
    w: [3, 2, 1, 6],
    strides: [2, 1],
    groups: 3,
  },
];

function convolutionAttrs(c: Convolution) {
  const { strides = [1, 1], dilation = [1, 1], groups = 1, pads = NONE } = c;
  const size: Pair = [c.x[1], c.x[2]];
  const kernel: Pair = [c.w[0], c.w[1]];
  return {
    strides,
    dilation,
    groups,
    pads: pads === 'same' ? resolvePads('same', size, kernel, strides, dilation) : pads,
  };
}

/** tanh(sum + bias), as fusion makes it. */
const EPILOGUE = e.tanh(e.add(e.input(0), e.input(1)));

/**
 * Of a tanh over many channels: Winograd's error is a few 1e-6 of the largest sum, here about 30, and tanh
 * makes the largest 1. Measured: 2e-5.
 */
const squashedTolerance = ({ w }: Convolution): { tolerance?: number } =>
  w[2] >= 16 ? { tolerance: 1e-4 } : {};

export const conv2dCases: readonly ConformanceCase[] = [
  ...CONVOLUTIONS.map((c) =>
    opCase('conv2d', [f32(c.x), f32(c.w)], convolutionAttrs(c), { label: c.label }),
  ),
  ...CHANNELS.flatMap((C) =>
    CHANNELS.map((filters) =>
      opCase(
        'conv2d',
        [f32([1, 4, 5, C]), f32([3, 3, C, filters])],
        convolutionAttrs({ label: '', x: [1, 4, 5, C], w: [3, 3, C, filters] }),
      ),
    ),
  ),
  ...CONVOLUTIONS.map((c) =>
    opCase(
      'conv2d',
      [f32(c.x), f32(c.w), f32([c.w[3]])],
      { ...convolutionAttrs(c), epilogue: EPILOGUE },
      { label: `${c.label}, bias and tanh fused`, ...squashedTolerance(c) },
    ),
  ),
];

/** The transposed convolution, forward: from y's shape back to x's. */
export const conv2dInputGradientCases: readonly ConformanceCase[] = CONVOLUTIONS.map((c) => {
  const attrs = convolutionAttrs(c);
  const y = conv2dShape(c.x, c.w, attrs);
  return opCase(
    'conv2dInputGradient',
    [f32(y), f32(c.w)],
    { ...attrs, inputShape: c.x },
    { label: `transposed: ${c.label}` },
  );
});

const PADDINGS: readonly Pads[] = [
  [
    [1, 2],
    [3, 0],
  ],
  [
    [0, 0],
    [2, 2],
  ],
];

export const pad2dCases: readonly ConformanceCase[] = PADDINGS.flatMap((pads) =>
  (['constant', 'reflect', 'replicate', 'circular'] as const).flatMap((mode) =>
    [1, 2, 3, 4, 5, 17].map((C) =>
      opCase(
        'pad2d',
        [f32([C === 3 ? 2 : 1, 3, 5, C])],
        { mode, pads, value: -0.5 },
        { label: `${mode} ${JSON.stringify(pads)}` },
      ),
    ),
  ),
);

export const upsample2dCases: readonly ConformanceCase[] = [1, 2, 3, 4, 5, 17].flatMap((C) =>
  (
    [
      [2, 2],
      [1, 3],
      [3, 1],
    ] as const
  ).map((factors) =>
    opCase('upsample2d', [f32([2, 3, 4, C])], { factors }, { label: `by ${factors}` }),
  ),
);

/** Table I of LeCun et al. 1998, and tables with ragged rows, a map nobody sees and one connection. */
const TABLES = [
  {
    label: 'C3 of 1998',
    size: [14, 14, 6],
    kernel: [5, 5],
    connections: lenetConnections,
  },
  { label: 'ragged', size: [5, 7, 4], kernel: [3, 2], connections: [[3], [0, 1, 3], [1], [0, 3]] },
  { label: 'one', size: [3, 3, 1], kernel: [2, 2], connections: [[0]] },
  {
    label: 'five maps of nine',
    size: [4, 6, 9],
    kernel: [2, 3],
    connections: [[8, 0], [1, 2, 3, 4, 5], [7], [6, 8], [0, 8, 4]],
  },
] as const;

export const connectedConv2dCases: readonly ConformanceCase[] = TABLES.flatMap(
  ({ label, size, kernel, connections }) =>
    [1, 3, 9].map((batch) =>
      opCase(
        'connectedConv2d',
        [f32([batch, ...size]), f32([...kernel, connections.flat().length])],
        { connections },
        { label: `${label}, batch ${batch}` },
      ),
    ),
);
