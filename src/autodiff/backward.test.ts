import { describe, expect, it } from 'vitest';
import { allocate, runNodes } from '../backends/reference/interpreter.ts';
import { constantNode, inputNode, type Node, topologicalOrder } from '../graph/node.ts';
import * as e from '../ops/expression.ts';
import { build } from '../ops/index.ts';
import type { NumberArray } from '../ops/op.ts';
import { backward } from './backward.ts';

function valuesOf(...wanted: Node[]): number[][] {
  const order = topologicalOrder(wanted);
  const values = new Map<Node, NumberArray>(order.map((node) => [node, allocate(node)]));
  runNodes(order, values);
  return wanted.map((node) => [...values.get(node)!]);
}

const total = (x: Node): Node => build('sumTo', [x], { shape: [] });

describe('backward', () => {
  it('adds the gradients of every path', () => {
    const x = constantNode([2, 3], [2]);
    // d/dx (x^2 + x * x + x) = 4x + 1
    const y = build('add', [build('add', [build('square', [x]), build('mul', [x, x])]), x]);
    expect(valuesOf(...backward(total(y), [x]))).toEqual([[9, 13]]);
  });

  it('names a gradient after what it is the gradient of', () => {
    const x = inputNode('x', [2, 3]);
    const w = inputNode('w', [3, 4]);
    const y = build('matmul', [x, w], { transposeA: false, transposeB: false }, 'y');
    const loss = total(build('tanh', [y], {}, 'z'));
    const [dx, dw, dy] = backward(loss, [x, w, y]);
    expect([dx.name, dw.name, dy.name]).toEqual(['x/gradient', 'w/gradient', 'y/gradient']);
    // One that arrives along two paths is a sum.
    const sum = build('add', [x, x], {}, 'sum');
    expect(backward(total(sum), [x])[0].name).toBe('x/gradient');
  });

  it('sums over what broadcasting repeated', () => {
    const x = constantNode([1, 2, 3, 4, 5, 6], [2, 3]);
    const bias = constantNode([1, 1, 1], [3]);
    const scale = constantNode(2);
    const [dBias, dScale] = backward(total(build('mul', [build('add', [x, bias]), scale])), [
      bias,
      scale,
    ]);
    expect(valuesOf(dBias, dScale)).toEqual([[4, 4, 4], [27]]);
  });

  it('gives zeros to what the loss does not depend on', () => {
    const x = constantNode(1, [2]);
    const stranger = inputNode('stranger', [3]);
    expect(valuesOf(...backward(total(x), [x, stranger]))).toEqual([
      [1, 1],
      [0, 0, 0],
    ]);
  });

  it('takes the loss itself, and nodes in the middle', () => {
    const x = constantNode(3);
    const y = build('square', [x]);
    expect(valuesOf(...backward(y, [y, x]))).toEqual([[1], [6]]);
  });

  it('asks no gradient of what no target reaches', () => {
    const x = constantNode([1, 2], [2]);
    const mask = build('elementwise', [inputNode('u', [2])], { expression: e.floor(e.input(0)) });
    expect(() => backward(total(build('mul', [x, mask])), [x])).not.toThrow();
    expect(() => backward(total(mask), [mask.inputs[0]])).toThrow(/elementwise .* has no gradient/);
  });

  it('wants a loss of one element', () => {
    expect(() => backward(inputNode('x', [2]), [])).toThrow(
      /gradient of x with shape \(2,\)\n.*one element/,
    );
  });
});
