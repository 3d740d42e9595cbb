import { describe, expect, it } from 'vitest';
import { outputOf } from '../../test/support/passes.ts';
import { batchInput, createNode, inputNode, type Node, stateNode } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import { verify } from './verify.ts';

const x = inputNode('x', [2, 3]);
const wrong = (node: Node, change: Partial<Node>): Node => ({ ...createNode(node), ...change });

describe('verify', () => {
  it('accepts what the ops say', () => {
    verify(outputOf(build('matmul', [x, inputNode('w', [3, 4])])), 'build');
  });

  it('names the pass, the node and what is wrong', () => {
    const y = build('tanh', [x], {}, 'squashed');
    expect(() => verify(outputOf(wrong(y, { shape: [3, 2] })), 'a pass')).toThrow(
      'after a pass, tanh "squashed" is (3, 2), its op says (2, 3)',
    );
  });

  it.each<[string, () => Node, RegExp]>([
    ['a node that reads a later one', () => ({ ...build('tanh', [x]), id: -1 }), /made after it/],
    ['too few inputs', () => wrong(build('add', [x, x]), { inputs: [x] }), /has 1 inputs/],
    ['another type', () => wrong(build('tanh', [x]), { dtype: 'i32' }), /is i32/],
    [
      'two inputs of one name',
      () => build('add', [x, inputNode('x', [2, 3])]),
      /shares its name with another node/,
    ],
    [
      'two sizes of batch',
      () => {
        const rows = (name: string, N: number) =>
          build('sumTo', [batchInput(name, [N, 3])], { shape: [] });
        return build('add', [rows('a', 2), rows('b', 4)]);
      },
      /rows where the batch has/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(() => verify(outputOf(make()), 'a pass')).toThrow(message);
  });

  it('refuses updates of what is no state, or of another shape', () => {
    const value = build('tanh', [x]);
    expect(() => verify({ outputs: {}, updates: [{ state: x, value }] }, 'a pass')).toThrow(
      'is updated but is no state',
    );
    const state = stateNode('s', [3, 2]);
    expect(() => verify({ outputs: {}, updates: [{ state, value }] }, 'a pass')).toThrow(
      'does not fit state s',
    );
  });
});
