/**
 * @file Copies followed step by step in plain loops give what the ops' own loops give; no machine is needed.
 */
import { describe, expect, it } from 'vitest';
import { cases } from '../../../test/conformance/cases.ts';
import { caseNumbers, graphOf } from '../../../test/conformance/judge.ts';
import { allocate, runNodes } from '../../backends/reference/interpreter.ts';
import { inputNode, isSource, type Node, topologicalOrder } from '../../graph/node.ts';
import type { NumberArray } from '../../ops/op.ts';
import { concatenateCopies, sliceCopies, sliceGradientCopies } from './boxes.ts';
import { type CopiesOf, type CopyLevel, type CopyList, mergeLevels } from './copy.ts';
import { pad2dCopies, pad2dGradientCopies, stretchesOf } from './padding.ts';
import { broadcastCopies, upsampleCopies } from './repeats.ts';
import { transposeCopies } from './transposition.ts';

const MOVES: Readonly<Record<string, CopiesOf<never>>> = {
  concatenate: concatenateCopies,
  slice: sliceCopies,
  sliceGradient: sliceGradientCopies,
  pad2d: pad2dCopies,
  pad2dGradient: pad2dGradientCopies,
  broadcastTo: broadcastCopies,
  upsample2d: upsampleCopies,
  transpose: transposeCopies,
};

/** Every step of some levels: offsets in the source and in the result. */
function* steps([level, ...inner]: readonly CopyLevel[]): Generator<[number, number]> {
  if (level === undefined) {
    yield [0, 0];
    return;
  }
  for (let i = 0; i < level.extent; i++)
    for (const [from, to] of steps(inner)) yield [i * level.from + from, i * level.to + to];
}

/** The result, and how often each of its numbers was written by a copy. */
function follow({ copies, fill }: CopyList, inputs: readonly NumberArray[], size: number) {
  const result = new Float64Array(size).fill(fill ?? Number.NaN);
  const written = new Uint32Array(size);
  copies.forEach((list, i) => {
    for (const { from, to, levels, add } of list)
      for (const [f, t] of steps(levels)) {
        const number = inputs[i][from + f];
        result[to + t] = add ? result[to + t] + number : number;
        if (!add) written[to + t]++;
      }
  });
  return { result, written };
}

interface Moved {
  readonly node: Node;
  readonly inputs: readonly NumberArray[];
  readonly expected: NumberArray;
}

/** Nodes of the op in all conformance cases, with the numbers that the reference loops give. */
function movesOf(op: string): Moved[] {
  return Object.values(cases)
    .flat()
    .flatMap((test) => {
      const graph = graphOf(test);
      const roots = [graph.output, ...graph.gradients.filter((g) => g !== null)];
      const order = topologicalOrder(roots);
      if (!order.some((node) => node.op === op)) return [];
      const numbers = caseNumbers(test, graph);
      const values = new Map(order.map((node) => [node, allocate(node, 'f64')]));
      graph.inputs.forEach((input, i) => {
        values.get(input)?.set(numbers.inputs[i]);
      });
      values.get(graph.dy)?.set(numbers.dy);
      runNodes(order, values);
      return order
        .filter((node) => node.op === op && !isSource(node))
        .map((node) => ({
          node,
          inputs: node.inputs.map((input) => values.get(input)!),
          expected: values.get(node)!,
        }));
    });
}

describe('copies', () => {
  it.each(Object.keys(MOVES))('of %s move what its loops move', (op) => {
    const moves = movesOf(op);
    expect(moves.length).toBeGreaterThan(0);
    for (const { node, inputs, expected } of moves) {
      const list = MOVES[op](node, node.attrs as never);
      const { result, written } = follow(list, inputs, expected.length);
      const label = `${op} to ${node.shape}`;
      for (let i = 0; i < expected.length; i++)
        if (!Object.is(result[i], expected[i]))
          expect(result[i], label).toBeCloseTo(expected[i], 10);
      // A number that no fill gives is written by one copy, and by one alone.
      if (list.fill === undefined) expect(new Set(written), label).toEqual(new Set([1]));
      else expect(Math.max(...written), label).toBeLessThanOrEqual(1);
    }
  });

  it('pad an axis in stretches: before it, itself, after it', () => {
    const own = { to: 2, from: 0, extent: 4, step: 1 };
    expect(stretchesOf(4, 2, 3, 'constant')).toEqual([own]);
    expect(stretchesOf(4, 2, 3, 'reflect')).toEqual([
      { to: 0, from: 2, extent: 2, step: -1 },
      own,
      { to: 6, from: 2, extent: 3, step: -1 },
    ]);
    expect(stretchesOf(4, 2, 3, 'replicate')).toEqual([
      { to: 0, from: 0, extent: 2, step: 0 },
      own,
      { to: 6, from: 3, extent: 3, step: 0 },
    ]);
    expect(stretchesOf(4, 2, 3, 'circular')).toEqual([
      { to: 0, from: 2, extent: 2, step: 1 },
      own,
      { to: 6, from: 0, extent: 3, step: 1 },
    ]);
    expect(stretchesOf(4, 0, 1, 'reflect')).toEqual([
      { ...own, to: 0 },
      { to: 4, from: 2, extent: 1, step: 1 },
    ]);
  });

  it('crop where an amount of padding is negative', () => {
    const x = inputNode('x', [1, 3, 4, 1]);
    const pads = [
      [-1, 2],
      [-2, 1],
    ] as const;
    const list = pad2dCopies({ inputs: [x], shape: [1, 4, 3, 1] }, { mode: 'constant', pads });
    const pixels = Float32Array.from({ length: 12 }, (_, i) => 1 + i);
    const { result, written } = follow(list, [pixels], 12);
    expect([...result]).toEqual([7, 8, 0, 11, 12, 0, 0, 0, 0, 0, 0, 0]);
    expect(Math.max(...written)).toBe(1);
  });

  it('stay the same where runs are joined', () => {
    const whole = [
      { extent: 3, from: 20, to: 40 },
      { extent: 1, from: 7, to: 9 },
      { extent: 4, from: 5, to: 5 },
      { extent: 5, from: 1, to: 1 },
    ];
    const merged = mergeLevels(whole);
    expect(merged.length).toBe(2);
    expect([...steps(merged)]).toEqual([...steps(whole)]);
  });
});
