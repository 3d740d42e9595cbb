import { describe, expect, it } from 'vitest';
import { backward } from '../autodiff/backward.ts';
import { allocate, runNodes } from '../backends/reference/interpreter.ts';
import { constantNode, type Node, topologicalOrder } from '../graph/node.ts';
import { build } from './index.ts';
import type { NumberArray } from './op.ts';
import { maxOver, meanOver, minOver, productOver, type Reduction, sumOver } from './reductions.ts';

function valuesOf(...wanted: Node[]): number[][] {
  const order = topologicalOrder(wanted);
  const values = new Map<Node, NumberArray>(order.map((node) => [node, allocate(node)]));
  runNodes(order, values);
  return wanted.map((node) => [...values.get(node)!]);
}

/** (2, 3, 2): 1 to 12. */
const x = constantNode(
  Array.from({ length: 12 }, (_, i) => i + 1),
  [2, 3, 2],
);

describe('reductions', () => {
  it.each<[string, Reduction, number[], number[]]>([
    ['sum', sumOver, [21, 57], [18, 26, 34]],
    ['mean', meanOver, [3.5, 9.5], [4.5, 6.5, 8.5]],
    ['max', maxOver, [6, 12], [8, 10, 12]],
    ['min', minOver, [1, 7], [1, 3, 5]],
    ['product', productOver, [720, 665280], [1 * 2 * 7 * 8, 3 * 4 * 9 * 10, 5 * 6 * 11 * 12]],
  ])('%s', (_, reduce, overLast, apart) => {
    expect(valuesOf(reduce(build, x, { axes: [1, -1] }))).toEqual([overLast]);
    expect(valuesOf(reduce(build, x, { axes: [2, 0] }))).toEqual([apart]);
    expect(reduce(build, x, { axes: [1], keepDims: true }).shape).toEqual([2, 1, 2]);
    expect(reduce(build, x, { axes: [1] }).shape).toEqual([2, 2]);
    expect(valuesOf(reduce(build, x, { axes: [] }))).toEqual(valuesOf(x));
  });

  it('gives the gradient to the first of equals, and around a factor of 0', () => {
    const ties = constantNode([3, 1, 3, 0, 2, 2], [2, 3]);
    const total = (y: Node) => build('sumTo', [y], { shape: [] });
    const gradientOf = (reduce: Reduction) =>
      valuesOf(...backward(total(reduce(build, ties, { axes: [1] })), [ties]));
    expect(gradientOf(maxOver)).toEqual([[1, 0, 0, 0, 1, 0]]);
    expect(gradientOf(minOver)).toEqual([[0, 1, 0, 1, 0, 0]]);
    expect(gradientOf(productOver)).toEqual([[3, 9, 3, 4, 0, 0]]);
  });

  it('says which axes there are', () => {
    expect(() => sumOver(build, x, { axes: [3] })).toThrow(
      /cannot reduce \(2, 3, 2\) over the axes 3\n.*axes from -3 to 2, each once/,
    );
    expect(() => maxOver(build, x, { axes: [0, -3] })).toThrow(/axes 0, -3/);
  });
});

describe('transpose', () => {
  it('names the axes it wants', () => {
    expect(() => build('transpose', [x], { axes: [0, 0, 1] })).toThrow(
      /cannot transpose \(2, 3, 2\) by the axes 0, 0, 1\n.*each of the axes 0 to 2 once/,
    );
  });
});

describe('slice', () => {
  const cut = (attrs: object) => build('slice', [x], { sizes: [1, 2, 1], ...attrs });
  it('stays within its input at both ends', () => {
    expect(cut({ starts: [0, 2, 0], steps: [1, -2, 1] }).shape).toEqual([1, 2, 1]);
    expect(() => cut({ starts: [0, 1, 0], steps: [1, -2, 1] })).toThrow(/in steps of \(1, -2, 1\)/);
    expect(() => cut({ starts: [0, 1, 0], steps: [1, 2, 1] })).toThrow(/cannot cut/);
    expect(() => cut({ starts: [0, 0, 0], steps: [1, 0, 1] })).toThrow(/cannot cut/);
  });
});
