import { describe, expect, it } from 'vitest';
import { expectSameNumbers, opsOf } from '../../../test/support/passes.ts';
import { backward } from '../../autodiff/backward.ts';
import { type Graph, inputNode } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { wholeWindows } from './wholeWindows.ts';

const attrs = (pads = 0) => ({
  strides: [1, 1],
  dilation: [1, 1],
  groups: 1,
  pads: [
    [pads, pads],
    [pads, pads],
  ],
});

/** sum(conv(x, w)^2) and its gradients. */
function graphOf(size: number, pads = 0): Graph {
  const x = inputNode('x', [2, size, size, 3]);
  const w = inputNode('w', [5, 5, 3, 4]);
  const y = build('conv2d', [x, w], attrs(pads));
  const loss = build('sumTo', [build('square', [y])], { shape: [] });
  const [dx, dw] = backward(loss, [x, w]);
  return { outputs: { y, dx, dw }, updates: [] };
}

describe('wholeWindows', () => {
  it('turns a convolution over the whole image and its gradients into products', () => {
    const ops = opsOf(wholeWindows(graphOf(5)));
    expect(ops.filter((op) => op === 'matmul')).toHaveLength(3);
    expect(ops.filter((op) => op.startsWith('conv2d'))).toEqual([]);
  });

  it('leaves windows that slide or reach into padding', () => {
    expect(opsOf(wholeWindows(graphOf(6)))).not.toContain('matmul');
    expect(opsOf(wholeWindows(graphOf(5, 1)))).not.toContain('matmul');
  });

  it('leaves groups, dilation, a window of one axis alone, and a sum that has an epilogue already', () => {
    const conv = (size: readonly number[], w: readonly number[], change: object) =>
      build('conv2d', [inputNode('x', [2, ...size]), inputNode('w', w)], { ...attrs(), ...change });
    for (const y of [
      conv([5, 5, 4], [5, 5, 2, 4], { groups: 2 }),
      conv([5, 5, 3], [3, 3, 3, 4], { dilation: [2, 2] }),
      conv([5, 6, 3], [5, 5, 3, 4], {}),
      conv([6, 5, 3], [5, 5, 3, 4], {}),
      conv([5, 5, 3], [5, 5, 3, 4], { epilogue: { kind: 'input', index: 0 } }),
    ])
      expect(wholeWindows({ outputs: { y }, updates: [] }).outputs.y).toBe(y);
  });

  it('computes the same', () => {
    expectSameNumbers(wholeWindows(graphOf(5)), graphOf(5));
  });
});
