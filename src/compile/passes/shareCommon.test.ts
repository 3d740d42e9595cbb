import { describe, expect, it } from 'vitest';
import { expectSameNumbers, opsOf } from '../../../test/support/passes.ts';
import { type Graph, inputNode, type Node } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { shareCommon } from './shareCommon.ts';

const x = inputNode('x', [2, 3]);
const w = inputNode('w', [2, 3]);

/** Whether two nodes are one after the pass, which must change no number. */
function shared(a: Node, b: Node): boolean {
  const graph: Graph = { outputs: { a, b }, updates: [] };
  const after = shareCommon(graph);
  expectSameNumbers(after, graph);
  return after.outputs.a === after.outputs.b;
}

describe('shareCommon', () => {
  it('makes one node of two that compute the same, whatever their names', () => {
    expect(shared(build('tanh', [x], {}, 'first'), build('tanh', [x], {}, 'second'))).toBe(true);
  });

  it('goes on where inputs have become one', () => {
    const branch = () => build('sumTo', [build('square', [build('tanh', [x])])], { shape: [3] });
    const graph: Graph = { outputs: { a: branch(), b: branch() }, updates: [] };
    expect(opsOf(shareCommon(graph))).toEqual(['tanh', 'square', 'sumTo']);
  });

  it('keeps apart other ops, other inputs and another order of them', () => {
    expect(shared(build('add', [x, w]), build('mul', [x, w]))).toBe(false);
    expect(shared(build('tanh', [x]), build('tanh', [w]))).toBe(false);
    expect(shared(build('sub', [x, w]), build('sub', [w, x]))).toBe(false);
    expect(shared(build('div', [x, w]), build('div', [w, x]))).toBe(false);
    expect(shared(build('mul', [x, x]), build('mul', [x, w]))).toBe(false);
  });

  it('keeps apart what differs in an attribute alone', () => {
    const leak = (alpha: number) => build('leakyRelu', [x], { alpha });
    expect(shared(leak(0.1), leak(0.2))).toBe(false);
    expect(shared(leak(0.1), build('leakyRelu', [x]))).toBe(false);
    const draw = (stream: number) => {
      const step = inputNode('step', [], 'i32');
      return build('randomUniform', [step], { shape: [4], seed: 1, stream });
    };
    expect(shared(draw(1), draw(2))).toBe(false);
    const cut = (start: number) => build('slice', [x], { starts: [0, start], sizes: [2, 2] });
    expect(shared(cut(0), cut(1))).toBe(false);
  });

  it('tells apart numbers that JSON does not', () => {
    const filled = (value: number) =>
      build('elementwise', [x], { expression: e.select(e.greater(e.input(0), 0), value, 1) });
    const unlike = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    for (const [i, a] of unlike.entries())
      for (const b of unlike.slice(i + 1)) expect(shared(filled(a), filled(b))).toBe(false);
  });

  it('leaves sources alone: two inputs of one shape are two', () => {
    expect(shared(x, w)).toBe(false);
  });
});
