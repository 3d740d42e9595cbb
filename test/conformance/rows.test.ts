/**
 * @file What the ops say of rows (`Op.rows`) against their own loops: change one row of an input, see which rows of
 * the result change.
 *
 * An input that is said to be followed row by row may change its own row alone; one that is not, but has as many
 * rows as the result, must be seen to change another one in some case.
 */
import { describe, expect, it } from 'vitest';
import { allocate, runNode, runNodes } from '../../src/backends/reference/interpreter.ts';
import { RandomStream } from '../../src/base/random.ts';
import { isSource, type Node, topologicalOrder } from '../../src/graph/node.ts';
import { opOf } from '../../src/ops/index.ts';
import type { NumberArray } from '../../src/ops/op.ts';
import { rowInputs } from '../../src/ops/rows.ts';
import type { ConformanceCase } from './case.ts';
import { cases } from './cases.ts';
import { caseNumbers, graphOf } from './judge.ts';

type Values = ReadonlyMap<Node, NumberArray>;

/** Larger cases take seconds and show nothing more. */
const MOST_ELEMENTS = 20_000;

function valuesOf(test: ConformanceCase): Values {
  const graph = graphOf(test);
  const numbers = caseNumbers(test, graph);
  const roots = [graph.output, ...graph.gradients.filter((g) => g !== null)];
  const order = topologicalOrder([...graph.inputs, graph.dy, ...roots]);
  const values = new Map(order.map((node) => [node, allocate(node, 'f64')]));
  graph.inputs.forEach((input, i) => {
    values.get(input)!.set(numbers.inputs[i]);
  });
  values.get(graph.dy)!.set(numbers.dy);
  runNodes(order, values);
  return values;
}

/** The node's result, with other numbers in one row of input i. */
function withRowChanged(node: Node, values: Values, i: number, row: number): NumberArray {
  const inputs = node.inputs.map((input, j) => {
    const data = values.get(input)!.slice();
    const width = data.length / input.shape[0];
    const random = new RandomStream(row, 'rows');
    if (i === j) {
      for (let at = row * width; at < (row + 1) * width; at++) {
        // A label stays one: 0 and 1 are labels of every case.
        data[at] = input.dtype === 'i32' ? 1 - Math.min(1, data[at]) : random.normal();
      }
    }
    return { shape: input.shape, data };
  });
  const data = allocate(node, 'f64');
  runNode(node, inputs, { shape: node.shape, data });
  return data;
}

function changedRows(node: Node, before: NumberArray, after: NumberArray): Set<number> {
  const width = before.length / node.shape[0];
  const changed = new Set<number>();
  before.forEach((number, at) => {
    if (!Object.is(number, after[at])) changed.add(Math.floor(at / width));
  });
  return changed;
}

describe('rows that ops keep apart', () => {
  /** "matmul, input 1": read whole though it has the result's rows; and those seen to mix rows. */
  const whole = new Set<string>();
  const mixing = new Set<string>();

  for (const [name, list] of Object.entries(cases)) {
    it(name, () => {
      for (const test of list) {
        const values = valuesOf(test);
        for (const [node, before] of values) {
          if (isSource(node) || node.shape.length === 0 || before.length > MOST_ELEMENTS) continue;
          const followed = rowInputs(node, opOf(node.op)) ?? [];
          node.inputs.forEach((input, i) => {
            const said = followed.includes(input);
            const label = `${node.op}, input ${i}`;
            if (said)
              expect(input.shape[0], `rows of ${label} of ${test.name}`).toBe(node.shape[0]);
            if (input.shape[0] !== node.shape[0] || input.shape[0] === 1) return;
            if (!said) whole.add(label);
            for (const row of new Set([0, input.shape[0] - 1])) {
              const changed = changedRows(node, before, withRowChanged(node, values, i, row));
              const others = [...changed].filter((r) => r !== row);
              if (said) expect(others, `${label} of ${test.name}`).toEqual([]);
              else if (others.length > 0) mixing.add(label);
            }
          });
        }
      }
    });
  }

  it('are said of every input that is read row by row', () => {
    expect([...whole].filter((label) => !mixing.has(label))).toEqual([]);
  });
});
