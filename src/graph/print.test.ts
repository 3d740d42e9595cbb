import { describe, expect, it } from 'vitest';
import { build } from '../ops/index.ts';
import { constantNode, type Graph, inputNode, stateNode } from './node.ts';
import { printDot, printGraph } from './print.ts';

function counter(): Graph {
  const x = inputNode('x', [2, 3]);
  const total = stateNode('total', [2, 3]);
  const sum = build('add', [total, build('mul', [x, constantNode(0.5)])], {}, 'sum "quoted"');
  return { outputs: { sum }, updates: [{ state: total, value: sum }] };
}

describe('printGraph', () => {
  it('writes one node per line, inputs before users', () => {
    expect(printGraph(counter())).toMatchInlineSnapshot(`
      "%0 x            = input                f32 (2, 3)
      %1 total        = state                f32 (2, 3)
      %2 0.5          = constant    data=0.5 f32 ()
      %3 mul          = mul(%0, %2)          f32 (2, 3)
      %4 sum "quoted" = add(%1, %3)          f32 (2, 3)
      output sum = %4
      update total = %4
      "
    `);
  });

  it('prints equal graphs equally, whatever their ids', () => {
    expect(printGraph(counter())).toBe(printGraph(counter()));
  });
});

describe('a constant of many numbers', () => {
  const numbers = Float32Array.from({ length: 1000 }, (_, i) => i % 7);
  const kept = constantNode(numbers, [10, 100], 'numbers');

  it('keeps a typed array as it is and prints its first numbers', () => {
    expect(kept.attrs.data).toBe(numbers);
    const text = printGraph({ outputs: { kept }, updates: [] });
    expect(text).toContain('data=[0,1,2,3,4,5,6,0,1,2,3,4,5,6,0,1,...] f32 (10, 100)');
  });

  it('is i32 where its numbers are, and has as many as its shape says', () => {
    expect(constantNode(Int32Array.of(1, 2), [2]).dtype).toBe('i32');
    expect(() => constantNode([1, 2], [3])).toThrow(/shape \(3,\) received 2 numbers/);
  });
});

describe('printDot', () => {
  it('draws nodes, edges, outputs and updates, with names escaped', () => {
    const dot = printDot(counter());
    expect(dot).toMatch(/^digraph \{\n/);
    expect(dot).toContain('n4 [label="add\\nsum \\"quoted\\"\\n(2, 3)"');
    expect(dot).toContain('n1 -> n4;');
    expect(dot).toContain('n4 -> o0;');
    expect(dot).toContain('n4 -> n1 [style=dashed');
  });
});
