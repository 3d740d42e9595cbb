/** @file What a program is planned to be, without an adapter: what shares memory, what is one kernel, what is cut. */
import { describe, expect, it } from 'vitest';
import { inputNode, type Node, stateNode } from '../../../graph/node.ts';
import * as e from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { LEAST, type Target } from '../kernel.ts';
import { moduleOf } from './bindings.ts';
import { planProgram } from './plan.ts';

const plan = (outputs: Record<string, Node>, updates: { state: Node; value: Node }[] = []) =>
  planProgram({ outputs, updates }, LEAST);

describe('new states', () => {
  it('are written over the old ones, once those who read the old ones are done', () => {
    const [x, w] = [inputNode('x', [4, 4]), stateNode('w', [4, 4])];
    const next = build('add', [w, x], {}, 'next');
    // Made after the new value, by the last pass, and reads the old one.
    const read = build('tanh', [build('matmul', [x, w])], {}, 'read');
    const { kernels, copies, dispatches, ...program } = plan({ read }, [{ state: w, value: next }]);
    expect(copies).toEqual([]);
    expect(kernels.map(({ name }) => name)).toEqual(['read', 'next']);
    const { bound } = moduleOf(dispatches[1]!, program);
    expect(bound.map(({ owner, access }) => [owner.name, access])).toEqual([
      ['w', 'read_write'],
      ['x', 'read'],
    ]);
  });

  it('keep memory of their own where they are shown, and are copied', () => {
    const [x, w] = [inputNode('x', [8]), stateNode('w', [8])];
    const next = build('add', [w, x]);
    const { copies } = plan({ next }, [{ state: w, value: next }]);
    expect(copies.map(({ state }) => state.name)).toEqual(['w']);
  });

  it('that swap are taken before either is written', () => {
    const [a, b] = [stateNode('a', [4]), stateNode('b', [4])];
    const { copies, kernels } = plan({}, [
      { state: a, value: b },
      { state: b, value: a },
    ]);
    expect(copies.length + kernels.length).toBeGreaterThanOrEqual(2);
    for (const { value } of copies) expect(value.op).toBe('elementwise');
  });

  it('of one optimizer step are one kernel that binds each buffer once', () => {
    const g = inputNode('g', [100]);
    const [w, v] = [stateNode('w', [100]), stateNode('v', [100])];
    const speed = build('sub', [build('mul', [v, inputNode('mu', [])]), g], {}, 'v/next');
    const value = build('add', [w, speed], {}, 'w/next');
    const { kernels, dispatches, ...program } = plan({}, [
      { state: v, value: speed },
      { state: w, value },
    ]);
    expect(kernels).toHaveLength(1);
    const { bound } = moduleOf(dispatches[0]!, program);
    expect(bound.map(({ owner, access }) => `${owner.name} ${access}`).sort()).toEqual([
      'g read',
      'mu read',
      'v read_write',
      'w read_write',
    ]);
  });
});

describe('what an adapter cannot bind', () => {
  const many = Array.from({ length: 20 }, (_, i) => inputNode(`x${i}`, [6]));
  const sum = build('elementwise', many, {
    expression: many
      .map((_, i) => e.mul(e.input(i), i + 1))
      .reduce((total: e.Expression, part) => e.add(total, part)),
  });

  it('is cut: an expression over twenty values', () => {
    const { dispatches, ...program } = plan({ sum });
    for (const dispatch of dispatches)
      expect(moduleOf(dispatch, program).bound.length).toBeLessThanOrEqual(LEAST.maxBuffers);
    expect(dispatches.length).toBeGreaterThan(2);
    const read = dispatches.flatMap(({ dispatch }) => dispatch.inputs.map(({ node }) => node.name));
    expect(new Set(read).size).toBeGreaterThanOrEqual(20);
  });

  it('is cut: a product with a wide epilogue', () => {
    const [a, b] = [inputNode('a', [2, 3]), inputNode('b', [3, 4])];
    const beside = Array.from({ length: 9 }, (_, i) => inputNode(`y${i}`, [2, 4]));
    const fused = beside.reduce(
      (y: Node, other) => build('add', [y, other]),
      build('matmul', [a, b]),
    );
    const { dispatches, ...program } = plan({ fused });
    for (const dispatch of dispatches)
      expect(moduleOf(dispatch, program).bound.length).toBeLessThanOrEqual(LEAST.maxBuffers);
  });
});

it('constants of one number are written into the text, also those that no literal can say', () => {
  const x = inputNode('x', [4]);
  const y = build('elementwise', [x], {
    expression: e.select(e.greater(x.shape[0]!, 3), e.add(e.input(0), Number.POSITIVE_INFINITY), 0),
  });
  const { dispatches, ...program } = plan({ y });
  const { bound, code } = moduleOf(dispatches[0]!, program);
  expect(bound.map(({ owner }) => owner.name)).toEqual(['x', y.name]);
  expect(code).toContain('special(0x7f800000u)');
});

it('a border that no literal can say brings the function that makes it', () => {
  const pads = [
    [1, 1],
    [1, 1],
  ];
  const attrs = { mode: 'constant', pads, value: Number.NEGATIVE_INFINITY };
  const { dispatches, ...program } = plan({
    y: build('pad2d', [inputNode('x', [1, 2, 2, 1])], attrs),
  });
  const codes = dispatches.map((dispatch) => moduleOf(dispatch, program).code);
  const [filling = '', ...copying] = codes;
  expect(filling).toMatch(/fn special\([\s\S]+= special\(0xff800000u\)/);
  expect(copying.join()).not.toContain('special');
});

it('values take turns in buffers: a chain of sums needs no more than two beside its ends', () => {
  const [x, w] = [inputNode('x', [16, 16]), inputNode('w', [16, 16])];
  const chain = Array.from({ length: 8 }).reduce((y: Node) => build('matmul', [y, w]), x);
  const small: Target = { ...LEAST };
  const { memory } = planProgram({ outputs: { chain }, updates: [] }, small);
  expect(memory.slots.length).toBeLessThanOrEqual(4);
});

it('ranks exchange in the order that is the same on all, those of a bucket before anything reads them', () => {
  const x = inputNode('x', [4, 4]);
  const made = (name: string) => build('matmul', [x, x], {}, name);
  const sum = (of: Node, order: number, bucket: number, name: string) =>
    build('rankSum', [of], { order, bucket }, name);
  const second = sum(made('p'), 1, 0, 'second');
  const reader = build('neg', [second], {}, 'reader');
  const first = sum(made('q'), 0, 0, 'first');
  const last = sum(build('mul', [first, reader]), 2, 1, 'last');
  const { exchanges, dispatches } = plan({ last });
  expect(exchanges.map(({ nodes }) => nodes.map(({ name }) => name))).toEqual([
    ['first', 'second'],
    ['last'],
  ]);
  const names = dispatches.map(({ kernel }) => kernel.name);
  const { after } = exchanges[0]!;
  expect(names.slice(after - 2, after)).toEqual(['first', 'second']);
  expect(names.slice(after)).toEqual(['mul', 'last']);
});

it('invocations beyond the last number do nothing', () => {
  const codeFor = (count: number): string => {
    const { dispatches, ...program } = plan({ y: build('neg', [inputNode('x', [count])]) });
    return moduleOf(dispatches[0]!, program).code;
  };
  expect(codeFor(1000)).toContain('if (i >= 1000u) { return; }');
  expect(codeFor(1024)).not.toContain('return');
});
