/**
 * @file What the ops promise in words, on numbers small enough to check by eye.
 */
import { describe, expect, it } from 'vitest';
import { backward } from '../autodiff/backward.ts';
import { allocate, runNodes } from '../backends/reference/interpreter.ts';
import { createNode, inputNode, type Node, topologicalOrder } from '../graph/node.ts';
import { batchNormalization, dropout } from './composites.ts';
import { build } from './index.ts';
import type { NumberArray } from './op.ts';

/** A constant of given numbers, row-major. */
function given(
  shape: readonly number[],
  data: readonly number[],
  dtype: 'f32' | 'i32' = 'f32',
): Node {
  return createNode({ op: 'constant', inputs: [], attrs: { data }, shape, dtype, name: '' });
}

function valuesOf(...wanted: Node[]): number[][] {
  const order = topologicalOrder(wanted);
  const values = new Map<Node, NumberArray>(order.map((node) => [node, allocate(node)]));
  runNodes(order, values);
  return wanted.map((node) => [...values.get(node)!]);
}

/** dx of sum(y * dy) for one row of pixels x under windows of 3. */
function rowGradient(op: string, x: number[], dy: number[]): number[] {
  const attrs = {
    window: [1, 3],
    strides: [1, 3],
    pads: [
      [0, 0],
      [0, 0],
    ],
  };
  const node = given([1, 1, x.length, 1], x);
  const y = build(op, [node], attrs);
  const loss = build('sumTo', [build('mul', [y, given(y.shape, dy)])], { shape: [] });
  return valuesOf(backward(loss, [node])[0])[0];
}

const { NaN: NAN, NEGATIVE_INFINITY: LOW, POSITIVE_INFINITY: HIGH } = Number;

describe('max and min pooling', () => {
  it('give the gradient to the first NaN, or the first of equals', () => {
    expect(rowGradient('maxPool2d', [9, NAN, NAN, 2, 5, 5], [1, 10])).toEqual([0, 1, 0, 0, 10, 0]);
    expect(rowGradient('minPool2d', [0, 9, NAN, 5, 2, 2], [1, 10])).toEqual([0, 0, 1, 0, 10, 0]);
  });

  it('have no finite stand-in for infinity', () => {
    expect(rowGradient('maxPool2d', [LOW, LOW, LOW, LOW, LOW, -1e38], [1, 10])).toEqual([
      1, 0, 0, 0, 0, 10,
    ]);
    expect(rowGradient('minPool2d', [HIGH, HIGH, HIGH, HIGH, 3e38, HIGH], [1, 10])).toEqual([
      1, 0, 0, 0, 10, 0,
    ]);
  });
});

describe('inTopK', () => {
  const hits = (row: number[], label: number, k: number): number =>
    valuesOf(
      build('inTopK', [given([1, row.length], row), given([1], [label], 'i32')], { k }),
    )[0][0];

  it('puts the smaller index first among equals', () => {
    expect([0, 1, 2].map((label) => hits([7, 7, 7], label, 2))).toEqual([1, 1, 0]);
    expect([0, 1, 2].map((label) => hits([1, 3, 2], label, 1))).toEqual([0, 1, 0]);
  });

  it('counts no row with a NaN as right', () => {
    expect(hits([1, NAN], 0, 2)).toBe(0);
    expect(hits([NAN, 1], 0, 2)).toBe(0);
    expect(hits([HIGH, 1], 1, 2)).toBe(1);
  });
});

describe('element-wise gradients at their corners', () => {
  const at = (op: string, x: number): number => {
    const node = given([], [x]);
    return valuesOf(backward(build(op, [node]), [node])[0])[0][0];
  };
  it('relu, abs: 0 at 0', () => {
    expect(['relu', 'abs'].map((op) => at(op, 0))).toEqual([0, 0]);
    expect(at('abs', -3)).toBe(-1);
  });

  it('softplus neither overflows nor underflows to NaN', () => {
    expect(valuesOf(build('softplus', [given([3], [1000, -1000, 0])]))[0]).toEqual([
      1000,
      0,
      Math.fround(Math.LN2),
    ]);
    expect([at('softplus', 1000), at('softplus', -1000)]).toEqual([1, 0]);
  });

  it('maximum and minimum give the gradient of a tie to the first input', () => {
    for (const op of ['maximum', 'minimum']) {
      const [a, b] = [given([], [2]), given([], [2])];
      expect(valuesOf(...backward(build(op, [a, b]), [a, b]))).toEqual([[1], [0]]);
    }
  });
});

describe('composites', () => {
  it('batch normalisation returns the statistics it used', () => {
    const x = given([2, 1, 2, 2], [1, 10, 3, 10, 5, 10, 7, 10]);
    const { y, mean, variance } = batchNormalization(build, x, {
      gamma: given([2], [1, 1]),
      beta: given([2], [0, 5]),
      epsilon: 1e-3,
    });
    const [values, means, variances] = valuesOf(y, mean, variance);
    expect(means).toEqual([4, 10]);
    expect(variances).toEqual([5, 0]);
    expect(values[0]).toBeCloseTo(-3 / Math.sqrt(5.001), 6);
    expect(values[1]).toBe(5);
  });

  it('dropout keeps the same elements forward and backward, in both conventions', () => {
    const x = given([4], [1, 2, 3, 4]);
    const uniform = given([4], [0.1, 0.25, 0.24, 0.9]);
    const grown = dropout(build, x, uniform, { rate: 0.25, inverted: true });
    const plain = dropout(build, x, uniform, { rate: 0.25, inverted: false });
    const [gradient] = backward(build('sumTo', [grown], { shape: [] }), [x]);
    const third = Math.fround(4 / 3);
    expect(valuesOf(grown, plain, gradient)).toEqual([
      [0, Math.fround(2 * third), 0, Math.fround(4 * third)],
      [0, 2, 0, 4],
      [0, third, 0, third],
    ]);
  });

  it('randomUniform changes with the step, not with the shape around it', () => {
    const draw = (step: number, shape: number[]): number[] =>
      valuesOf(
        build('randomUniform', [given([], [step], 'i32')], { shape, seed: 1, stream: 2 }),
      )[0];
    expect(draw(5, [2, 3])).toEqual(draw(5, [8]).slice(0, 6));
    expect(draw(6, [8])).not.toEqual(draw(5, [8]));
  });
});

describe('shapes that do not fit', () => {
  const x = (...shape: number[]): Node => inputNode('x', shape);
  const conv = {
    strides: [1, 1],
    dilation: [1, 1],
    pads: [
      [0, 0],
      [0, 0],
    ],
    groups: 1,
  };
  const pool = {
    window: [2, 2],
    strides: [2, 2],
    pads: [
      [0, 0],
      [0, 0],
    ],
  };
  it.each<[string, Node[], object, RegExp]>([
    ['matmul', [x(2, 3), x(4, 5)], {}, /cannot multiply \(2, 3\) by \(4, 5\)/],
    ['matmul', [x(2, 3), x(3, 5)], { transposeB: true }, /\(3, 5\) \(transposed\)/],
    ['matmul', [x(2), x(2, 2)], {}, /two matrices/],
    ['reshape', [x(2, 3)], { shape: [7] }, /6 elements, received one of 7/],
    ['add', [x(2, 3), x(2)], {}, /do not go together/],
    ['conv2d', [x(1, 4, 4, 3), x(3, 3, 2, 8)], conv, /input has 3 channels.*takes 2 per group/],
    ['conv2d', [x(1, 4, 4, 4), x(3, 3, 2, 3)], { ...conv, groups: 2 }, /groups that divide both/],
    ['conv2d', [x(1, 4, 4, 3), x(5, 3, 3, 8)], conv, /height: a window that reaches over 5/],
    [
      'conv2dInputGradient',
      [x(1, 3, 3, 8), x(3, 3, 2, 8)],
      { ...conv, inputShape: [1, 4, 4, 2] },
      /gives \(1, 2, 2, 8\), received \(1, 3, 3, 8\)/,
    ],
    ['maxPool2d', [x(4, 4)], pool, /an input \(N, H, W, C\)/],
    [
      'averagePool2d',
      [x(1, 4, 4, 1)],
      {
        ...pool,
        pads: [
          [0, 0],
          [0, 2],
        ],
      },
      /width: a padding of 2/,
    ],
    [
      'pad2d',
      [x(1, 3, 3, 1)],
      {
        mode: 'reflect',
        pads: [
          [3, 0],
          [0, 0],
        ],
      },
      /height: a reflect padding of 3/,
    ],
    ['upsample2d', [x(1, 3, 3, 1)], { factors: [0, 2] }, /factors of at least 1/],
    [
      'concatenate',
      [x(1, 2, 3), x(1, 3, 3)],
      { axis: 2 },
      /cannot join \(1, 2, 3\) and \(1, 3, 3\)/,
    ],
    ['slice', [x(4)], { starts: [2], sizes: [3] }, /cannot cut \(3,\) at \(2,\) out of \(4,\)/],
    ['softmaxCrossEntropy', [x(2, 3), x(3)], {}, /one label per row/],
    ['categoricalCrossEntropy', [x(2, 3), x(2, 4)], {}, /the same/],
    ['inTopK', [x(2, 3), x(2)], { k: 0 }, /k = 0/],
    ['rbf', [x(2, 3), x(5, 4)], {}, /centres \(5, 4\)/],
    ['localResponseNormalization', [x(1, 1, 1, 4)], { size: 0 }, /over 0 channels/],
    ['sumTo', [x(2, 3)], { shape: [2] }, /cannot sum|do not go together/],
    ['randomUniform', [x(2)], { shape: [3] }, /an i32 scalar/],
  ])('%s says so (%#)', (op, inputs, attrs, message) => {
    expect(() => build(op, inputs, attrs as Record<string, unknown>, 'layer_7')).toThrow(message);
    expect(() => build(op, inputs, attrs as Record<string, unknown>, 'layer_7')).toThrow(
      /^layer_7: /,
    );
  });
});
