import { describe, expect, it } from 'vitest';
import { expectSameNumbers, opsOf, outputOf } from '../../../test/support/passes.ts';
import { type Graph, inputNode, type Node, stateNode } from '../../graph/node.ts';
import type { Expression } from '../../ops/expression.ts';
import { formatExpression } from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { fuseElementwise } from './fuseElementwise.ts';

const x = inputNode('x', [2, 3]);
const w = inputNode('w', [2, 3]);

function fused(graph: Graph): Graph {
  const after = fuseElementwise(graph);
  expectSameNumbers(after, graph);
  return after;
}

const written = (node: Node): string => formatExpression(node.attrs.expression as Expression);

describe('fuseElementwise', () => {
  it('makes one node of a chain, operands in their order', () => {
    const y = build('div', [build('sub', [w, x]), build('neg', [x])], {}, 'y');
    const { outputs } = fused(outputOf(y));
    expect(opsOf({ outputs, updates: [] })).toEqual(['elementwise']);
    expect(written(outputs.y)).toBe('div(sub($0, $1), neg($1))');
    expect(outputs.y.inputs).toEqual([w, x]);
    expect(outputs.y.name).toBe('y');
  });

  it('computes once what is read twice', () => {
    const shared = build('tanh', [x]);
    const y = build('mul', [build('square', [shared]), build('neg', [shared])]);
    const after = fused(outputOf(y));
    expect(opsOf(after)).toEqual(['elementwise', 'elementwise']);
    expect(written(after.outputs.y)).toBe('mul(mul($0, $0), neg($0))');
    // Both readings by one node count as well.
    expect(
      opsOf(fused(outputOf(build('mul', [build('exp', [x]), build('exp', [w])])))),
    ).toHaveLength(1);
    const twice = build('exp', [x]);
    expect(opsOf(fused(outputOf(build('mul', [twice, twice]))))).toHaveLength(2);
  });

  it('keeps what is an output or a new state as well', () => {
    const middle = build('tanh', [x]);
    const y = build('neg', [middle]);
    expect(opsOf(fused({ outputs: { y, middle }, updates: [] }))).toHaveLength(2);
    const state = stateNode('state', [2, 3]);
    const updated = fused({ outputs: { y }, updates: [{ state, value: middle }] });
    expect(opsOf(updated)).toHaveLength(2);
    expect(written(updated.updates[0].value)).toBe('tanh($0)');
  });

  it('leaves a producer of another shape, and what is no element-wise op', () => {
    const bias = build('neg', [inputNode('bias', [3])]);
    expect(opsOf(fused(outputOf(build('add', [x, bias]))))).toHaveLength(2);
    const total = build('sumTo', [x], { shape: [3] });
    expect(opsOf(fused(outputOf(build('neg', [total]))))).toEqual(['sumTo', 'elementwise']);
    // Fused again after something else stood between.
    const softmax = build('softmax', [build('neg', [build('exp', [x])])]);
    expect(opsOf(fused(outputOf(build('log', [softmax]))))).toEqual([
      'elementwise',
      'softmax',
      'elementwise',
    ]);
  });

  it('stops at eight inputs', () => {
    const sum = (count: number) =>
      Array.from({ length: count }, (_, i): Node => inputNode(`in${i}`, [2])).reduce((a, b) =>
        build('add', [a, b]),
      );
    expect(opsOf(fused(outputOf(sum(8))))).toHaveLength(1);
    expect(opsOf(fused(outputOf(sum(9))))).toHaveLength(2);
    // One input read many times is one input.
    const again = Array.from({ length: 12 }, () => x).reduce<Node>(
      (a, b) => build('add', [a, b]),
      w,
    );
    expect(opsOf(fused(outputOf(again)))).toHaveLength(1);
  });

  it('keeps the attributes of the row: the slope of a leaky relu', () => {
    const y = build('neg', [build('leakyRelu', [x], { alpha: 0.25 })]);
    expect(written(fused(outputOf(y)).outputs.y)).toContain('0.25');
  });
});
