import { describe, expect, it } from 'vitest';
import { inputNode } from '../graph/node.ts';
import * as e from './expression.ts';
import { build } from './index.ts';

const a = inputNode('a', [2, 3]);
const b = inputNode('b', [3, 4]);
const bias = inputNode('bias', [4]);
const epilogue = e.add(e.input(0), e.input(1));

describe('build', () => {
  it('refuses inputs that are too few or too many', () => {
    expect(() => build('matmul', [a])).toThrow(/matmul takes 2 inputs, received 1/);
    expect(() => build('matmul', [a, b, bias])).toThrow(/matmul takes 2 inputs, received 3/);
    expect(() => build('matmul', [a], { epilogue })).toThrow(/takes 2 inputs, received 1/);
    expect(build('matmul', [a, b, bias], { epilogue }).shape).toEqual([2, 4]);
  });

  it('refuses what an epilogue reads that is larger than the result', () => {
    const large = inputNode('large', [5, 2, 4]);
    expect(() => build('matmul', [a, b, large], { epilogue })).toThrow(/larger than its result/);
  });

  it('says which ops there are', () => {
    expect(() => build('matmull' as 'matmul', [a, b])).toThrow(/did you mean "matmul"/);
  });
});
