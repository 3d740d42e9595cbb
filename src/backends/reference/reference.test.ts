import { describe, expect, it } from 'vitest';
import { backward } from '../../autodiff/backward.ts';
import { createNode, type Graph, inputNode, type Node, stateNode } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { referenceBackend } from './index.ts';

const VALID = {
  strides: [1, 1],
  dilation: [1, 1],
  pads: [
    [0, 0],
    [0, 0],
  ],
  groups: 1,
};

describe('reference backend', () => {
  it('computes every value before it moves any into a state', async () => {
    const session = await referenceBackend.open();
    const a = stateNode('a', [2]);
    const b = stateNode('b', [2]);
    const program = session.compile({
      outputs: { a, sum: build('add', [a, b]) },
      updates: [
        { state: a, value: b },
        { state: b, value: a },
      ],
    });
    session.writeState('a', [1, 2]);
    session.writeState('b', [10, 20]);
    program.run();
    expect([...(await program.output('a'))]).toEqual([1, 2]);
    expect([...(await program.output('sum'))]).toEqual([11, 22]);
    expect([...(await session.readState('a'))]).toEqual([10, 20]);
    expect([...(await session.readState('b'))]).toEqual([1, 2]);
  });

  it('shares states of one name between programs and refuses two shapes', async () => {
    const session = await referenceBackend.open();
    const w = stateNode('w', [2]);
    const write = session.compile({
      outputs: {},
      updates: [{ state: w, value: build('add', [w, inputNode('x', [2])]) }],
    });
    const read = session.compile({
      outputs: { y: build('neg', [stateNode('w', [2])]) },
      updates: [],
    });
    write.input('x').set([3, 4]);
    write.run();
    write.run();
    read.run();
    expect([...(await read.output('y'))]).toEqual([-6, -8]);
    expect(() => session.compile({ outputs: { w: stateNode('w', [3]) }, updates: [] })).toThrow(
      /state w is f32 \(2,\) in one program and f32 \(3,\) in another/,
    );
    await expect(session.readState('v')).rejects.toThrow(/unknown state "v"/);
    expect(() => session.writeState('w', [1])).toThrow(/expected: 2 numbers/);
  });

  it('keeps i32 constants, states and inputs whole', async () => {
    const session = await referenceBackend.open();
    const labels = inputNode('labels', [2], 'i32');
    const step = stateNode('step', [], 'i32');
    const constant = createNode({
      op: 'constant',
      inputs: [],
      attrs: { data: [7, -1] },
      shape: [2],
      dtype: 'i32',
      name: 'c',
    });
    const program = session.compile({ outputs: { labels, step, constant }, updates: [] });
    expect(program.input('labels')).toBeInstanceOf(Int32Array);
    expect([...(await program.output('constant'))]).toEqual([7, -1]);
    session.writeState('step', [2 ** 31 - 1]);
    program.run();
    expect(await program.output('step')).toEqual(Int32Array.of(2 ** 31 - 1));
  });

  it('runs a fused epilogue with broadcast inputs behind the op', async () => {
    const session = await referenceBackend.open();
    const x = inputNode('x', [2, 2]);
    const w = inputNode('w', [2, 3]);
    const bias = inputNode('bias', [3]);
    const plain = build('relu', [build('add', [build('matmul', [x, w]), bias])]);
    const fused = build('matmul', [x, w, bias], {
      epilogue: e.max(e.add(e.input(0), e.input(1)), 0),
    });
    const program = session.compile({ outputs: { plain, fused }, updates: [] });
    program.input('x').set([1, 2, -3, 4]);
    program.input('w').set([1, -1, 2, 0.5, 3, -2]);
    program.input('bias').set([0.25, -20, 1]);
    program.run();
    expect(await program.output('fused')).toEqual(await program.output('plain'));
    expect(() => build('matmul', [x, w, bias])).toThrow(/takes 2 inputs, received 3/);
    expect(() =>
      build('matmul', [x, w, inputNode('b', [5, 2, 3])], { epilogue: e.input(0) }),
    ).toThrow(/larger/);
  });

  it('trains a LeNet-shaped network down', async () => {
    const session = await referenceBackend.open();
    const { graph, sizes } = smallNet();
    const program = session.compile(graph);
    for (const [name, size] of sizes) {
      session.writeState(
        name,
        Float32Array.from({ length: size }, (_, i) => 0.5 * Math.sin(12.9898 * (i + 1))),
      );
    }
    program.input('x').set(Float32Array.from({ length: 4 * 12 * 12 }, (_, i) => Math.sin(i * i)));
    program.input('labels').set([0, 1, 2, 1]);
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      program.run();
      losses.push((await program.output('loss'))[0]);
    }
    expect(losses[11]).toBeLessThan(0.5 * losses[0]);
  });
});

function smallNet(): { graph: Graph; sizes: [string, number][] } {
  const x = inputNode('x', [4, 12, 12, 1]);
  const labels = inputNode('labels', [4], 'i32');
  const kernel = stateNode('kernel', [5, 5, 1, 3]);
  const bias = stateNode('bias', [3]);
  const dense = stateNode('dense', [48, 3]);
  const pool = { window: [2, 2], strides: [2, 2], pads: VALID.pads, countIncludePad: false };
  const maps = build('tanh', [build('add', [build('conv2d', [x, kernel], VALID), bias])]);
  const pooled = build('reshape', [build('averagePool2d', [maps], pool)], { shape: [4, 48] });
  const rows = build('softmaxCrossEntropy', [build('matmul', [pooled, dense]), labels]);
  const loss = build('sumTo', [rows], { shape: [] });
  const states = [kernel, bias, dense];
  const gradients = backward(loss, states);
  const rate = (g: Node): Node =>
    build('elementwise', [g], { expression: e.mul(0.05, e.input(0)) });
  return {
    graph: {
      outputs: { loss },
      updates: states.map((state, i) => ({
        state,
        value: build('sub', [state, rate(gradients[i])]),
      })),
    },
    sizes: [
      ['kernel', 75],
      ['bias', 3],
      ['dense', 144],
    ],
  };
}
