import { describe, expect, it } from 'vitest';
import { expectSameNumbers, opsOf, outputOf, valuesOf } from '../../../test/support/passes.ts';
import { constantNode, inputNode, type Node } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build, type OpName } from '../../ops/index.ts';
import { simplify } from './simplify.ts';

const x = inputNode('x', [2, 3]);

/** The node a graph of one output ends in, once the pass has run and computes the same as before. */
function simplified(y: Node): Node {
  const before = outputOf(y);
  const after = simplify(before);
  expectSameNumbers(after, before);
  return after.outputs.y;
}

describe('simplify', () => {
  it.each<[OpName, number[]]>([
    ['add', [0]],
    ['mul', [1]],
  ])('%s with what does nothing is the other side, whichever it stands on', (op, [nothing]) => {
    expect(simplified(build(op, [x, constantNode(nothing)]))).toBe(x);
    expect(simplified(build(op, [constantNode(nothing), x]))).toBe(x);
  });

  it.each<[OpName, number]>([
    ['sub', 0],
    ['div', 1],
  ])('%s with what does nothing is the other side on the left alone', (op, nothing) => {
    expect(simplified(build(op, [x, constantNode(nothing)]))).toBe(x);
    // 0 - x is -x, 1 / x is no x.
    const kept = simplified(build(op, [constantNode(nothing), x]));
    expect(kept).not.toBe(x);
    expect(kept.op).toBe('elementwise');
  });

  it.each<[OpName, number]>([
    ['add', 1],
    ['sub', 1],
    ['mul', 0],
    ['div', 2],
    ['pow', 1],
    ['maximum', 0],
    ['minimum', 1],
  ])('%s with %d stays, the number in its expression', (op, value) => {
    const kept = simplified(build(op, [x, constantNode(value)]));
    expect(kept.op).toBe('elementwise');
    expect(kept.inputs).toEqual([x]);
  });

  it('keeps NaN and infinity: 0 times them is not 0', () => {
    const product = simplify(outputOf(build('mul', [x, constantNode(0)]))).outputs.y;
    expect(e.evaluate(product.attrs.expression as e.Expression, [Number.NaN])).toBeNaN();
  });

  it('works out arithmetic on constants, rounded to float32', () => {
    const third = simplified(build('div', [constantNode(1), constantNode(3, [4])]));
    expect([third.op, third.attrs.data, third.shape]).toEqual([
      'constant',
      Math.fround(1 / 3),
      [4],
    ]);
    const nested = build('sub', [build('square', [constantNode(3)]), constantNode(2)]);
    expect(simplified(nested).attrs.data).toBe(7);
  });

  it('folds what becomes known inside of an expression', () => {
    // (2 * 3) x + 0, with 2 and 0 given as nodes
    const expression = e.add(e.mul(e.mul(e.input(1), 3), e.input(0)), e.input(2));
    const y = build('elementwise', [x, constantNode(2), constantNode(0)], { expression });
    expect(simplified(y).attrs.expression).toEqual(e.mul(6, e.input(0)));
    const picked = e.select(e.greater(e.input(0), e.mul(e.input(1), 1)), e.neg(e.input(1)), 5);
    const z = build('elementwise', [x, constantNode(-1)], { expression: picked });
    expect(simplified(z).attrs.expression).toEqual(e.select(e.greater(e.input(0), -1), 1, 5));
  });

  it('leaves a constant of several numbers as an input', () => {
    const y = build('mul', [x, constantNode([1, 2, 3], [3])]);
    expect(simplified(y)).toBe(y);
  });

  it('leaves a node that a constant alone gives its shape', () => {
    const y = build('mul', [inputNode('row', [3]), constantNode(1, [2, 3])]);
    expect(simplified(y)).toBe(y);
    expect(y.shape).toEqual([2, 3]);
  });

  it('drops reshapes, broadcasts and sums that change no shape', () => {
    const attrs = { shape: [2, 3] };
    expect(simplified(build('reshape', [x], attrs))).toBe(x);
    expect(simplified(build('broadcastTo', [x], attrs))).toBe(x);
    expect(simplified(build('sumTo', [x], attrs))).toBe(x);
    for (const y of [
      build('reshape', [x], { shape: [3, 2] }),
      build('broadcastTo', [x], { shape: [4, 2, 3] }),
      build('sumTo', [x], { shape: [3] }),
      build('sumTo', [x], { shape: [2, 1] }),
    ])
      expect(simplified(y)).toBe(y);
  });

  it('joins a reshape of a reshape, and spreads a repeated number', () => {
    const twice = build('reshape', [build('reshape', [x], { shape: [6] })], { shape: [3, 2] });
    expect(opsOf(simplify(outputOf(twice)))).toEqual(['reshape']);
    expect(simplified(twice).shape).toEqual([3, 2]);
    for (const op of ['reshape', 'broadcastTo'] as const) {
      const spread = simplified(build(op, [constantNode(0.5, [1])], { shape: [1, 1] }));
      expect([spread.op, spread.attrs.data, spread.shape]).toEqual(['constant', 0.5, [1, 1]]);
    }
  });

  it('does not touch sums of constants: n times a number is not the number', () => {
    const y = build('sumTo', [constantNode(0.5, [4])], { shape: [] });
    expect(valuesOf(simplify(outputOf(y)))).toEqual({ y: [2] });
  });
});

const transposed = (x: Node, ...axes: number[]): Node => build('transpose', [x], { axes });

describe('simplify: transposes', () => {
  const x = inputNode('x', [2, 3, 4, 5]);

  it('makes one of two, and nothing of a way and back', () => {
    const there = transposed(x, 0, 3, 1, 2);
    expect(simplified(transposed(there, 0, 2, 3, 1))).toBe(x);
    const both = simplified(transposed(there, 3, 0, 1, 2));
    expect(both).toMatchObject({ op: 'transpose', inputs: [x], attrs: { axes: [2, 0, 3, 1] } });
    expect(both.shape).toEqual([4, 2, 5, 3]);
  });

  it('makes a reshape of one that moves no number', () => {
    const gray = inputNode('gray', [2, 1, 4, 5]);
    expect(simplified(transposed(gray, 0, 2, 3, 1))).toMatchObject({
      op: 'reshape',
      inputs: [gray],
    });
    expect(simplified(transposed(gray, 0, 3, 1, 2)).op).toBe('transpose');
    expect(simplified(transposed(constantNode(7, [2, 3]), 1, 0))).toMatchObject({
      op: 'constant',
      shape: [3, 2],
    });
  });
});
