import { describe, expect, it } from 'vitest';
import { expectSameNumbers, opsOf, outputOf } from '../../../test/support/passes.ts';
import { type Graph, inputNode, type Node, stateNode } from '../../graph/node.ts';
import { epilogueOf } from '../../ops/epilogue.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { fuseEpilogues } from './fuseEpilogues.ts';

const a = inputNode('a', [4, 3]);
const b = inputNode('b', [3, 5]);
const bias = inputNode('bias', [5]);
const product = () => build('matmul', [a, b], {}, 'product');

function fused(graph: Graph): Graph {
  const after = fuseEpilogues(graph);
  expectSameNumbers(after, graph);
  return after;
}

const expression = (node: Node) => e.formatExpression(epilogueOf(node)!);

describe('fuseEpilogues', () => {
  it('moves a bias and an activation into the sum before them', () => {
    const chain = e.tanh(e.add(e.input(0), e.input(1)));
    const y = build('elementwise', [product(), bias], { expression: chain }, 'y');
    const after = fused(outputOf(y));
    expect(opsOf(after)).toEqual(['matmul']);
    expect(after.outputs.y.inputs).toEqual([a, b, bias]);
    expect(after.outputs.y.name).toBe('y');
    expect(expression(after.outputs.y)).toBe('tanh(add($0, $1))');
  });

  it('keeps operands where they stood: bias - sum is not sum - bias', () => {
    expect(expression(fused(outputOf(build('sub', [bias, product()]))).outputs.y)).toBe(
      'sub($1, $0)',
    );
    expect(expression(fused(outputOf(build('div', [product(), bias]))).outputs.y)).toBe(
      'div($0, $1)',
    );
    const three = e.sub(e.mul(e.input(2), e.input(0)), e.input(1));
    const y = build('elementwise', [bias, product(), inputNode('m', [4, 5])], {
      expression: three,
    });
    expect(expression(fused(outputOf(y)).outputs.y)).toBe('sub(mul($2, $1), $0)');
  });

  it('keeps the attributes of the op: strides, transposition', () => {
    const transposed = build('matmul', [a, inputNode('bt', [5, 3])], { transposeB: true });
    const after = fused(outputOf(build('neg', [transposed])));
    expect(opsOf(after)).toEqual(['matmul']);
    expect(after.outputs.y.attrs.transposeB).toBe(true);
    const pads = [
      [0, 1],
      [1, 0],
    ];
    const attrs = { strides: [2, 1], dilation: [1, 1], groups: 1, pads };
    const conv = build(
      'conv2d',
      [inputNode('x', [1, 5, 4, 2]), inputNode('w', [2, 2, 2, 3])],
      attrs,
    );
    expect(opsOf(fused(outputOf(build('relu', [conv]))))).toEqual(['conv2d']);
  });

  it('leaves a sum that something else reads', () => {
    const sum = product();
    const activated = build('tanh', [sum]);
    const both = { outputs: { activated, other: build('neg', [sum]) }, updates: [] };
    expect(opsOf(fused(both))).toEqual(['matmul', 'tanh', 'neg']);
    expect(opsOf(fused({ outputs: { activated, sum }, updates: [] }))).toEqual(['matmul', 'tanh']);
    const state = stateNode('state', [4, 5]);
    const kept = fused({ outputs: { activated }, updates: [{ state, value: sum }] });
    expect(opsOf(kept)).toEqual(['matmul', 'tanh']);
    // The same node read twice by its one reader.
    expect(opsOf(fused(outputOf(build('mul', [sum, sum]))))).toEqual(['matmul', 'mul']);
  });

  it('gives a sum one epilogue, and of two sums only the first takes the node', () => {
    const y = build('neg', [build('tanh', [product()])]);
    expect(opsOf(fused(outputOf(y)))).toEqual(['matmul', 'neg']);
    const two = build('sub', [product(), build('matmul', [a, b], {}, 'second')]);
    const after = fused(outputOf(two));
    expect(opsOf(after)).toEqual(['matmul', 'matmul']);
    expect(expression(after.outputs.y)).toBe('sub($0, $1)');
  });

  it('leaves a broadcast that no kernel reads in place, and a result of another shape', () => {
    const rows = inputNode('rows', [4, 1]);
    expect(opsOf(fused(outputOf(build('add', [product(), rows]))))).toEqual(['matmul', 'add']);
    const larger = inputNode('larger', [2, 4, 5]);
    expect(opsOf(fused(outputOf(build('add', [product(), larger]))))).toEqual(['matmul', 'add']);
  });

  it('leaves other ops: no kernel of theirs has an epilogue', () => {
    const softmax = build('softmax', [a]);
    expect(opsOf(fused(outputOf(build('neg', [softmax]))))).toEqual(['softmax', 'neg']);
  });
});
