import { describe, expect, it } from 'vitest';
import { backward } from '../../autodiff/backward.ts';
import { referenceBackend } from '../../backends/reference/index.ts';
import { type Graph, inputNode, rootsOf, topologicalOrder } from '../../graph/node.ts';
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

const opsOf = (graph: Graph) => topologicalOrder(rootsOf(graph)).map(({ op }) => op);

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

  it('computes the same', async () => {
    const graph = graphOf(5);
    const session = await referenceBackend.open();
    const [before, after] = [graph, wholeWindows(graph)].map((g) => {
      const program = session.compile(g);
      for (const name of ['x', 'w']) {
        const numbers = program.input(name);
        for (let i = 0; i < numbers.length; i++) numbers[i] = Math.sin(i + name.length);
      }
      program.run();
      return ['y', 'dx', 'dw'].map((name) => Array.from(program.output(name)));
    });
    after.forEach((numbers, k) => {
      numbers.forEach((n, i) => {
        expect(n).toBeCloseTo(before[k][i], 3);
      });
    });
  });
});
