/** @file Values larger than a kernel can bind, without an adapter: how many buffers, how many parts, what is refused. */
import { describe, expect, it } from 'vitest';
import { inputNode, type Node, stateNode } from '../../../graph/node.ts';
import { modelOf } from '../../../models/index.ts';
import { adam } from '../../../nn/optimizers/adam.ts';
import { trainingGraph } from '../../../nn/programs/programs.ts';
import { build } from '../../../ops/index.ts';
import { type Binding, type Groups, LEAST, scalars } from '../kernel.ts';
import { buffersIn, moduleOf } from './bindings.ts';
import { planProgram } from './plan.ts';

/** Kernels bind buffers of 16 numbers. */
const SMALL = { ...LEAST, maxBinding: 64, maxBuffers: 4 };

const planned = (outputs: Record<string, Node>, updates: { state: Node; value: Node }[] = []) => {
  const program = planProgram({ outputs, updates }, SMALL);
  const modules = program.dispatches.map((part) => moduleOf(part, program));
  return { ...program, modules };
};

const spansOf = ({ dispatches }: ReturnType<typeof planned>) =>
  dispatches.map(({ items: { from, to } }) => [from, to]);

const boundIn = ({ modules }: ReturnType<typeof planned>) =>
  modules.map(({ bound }) => bound.map(({ owner, piece }) => `${owner.name}.${piece}`).join(' '));

describe('a kernel of values that lie in several buffers', () => {
  it('binds all of them where it may, and finds by the index which one holds a number', () => {
    const program = planned({ y: build('neg', [inputNode('x', [30])], {}, 'y') });
    expect(spansOf(program)).toEqual([[0, 30]]);
    expect(boundIn(program)).toEqual(['x.0 x.1 y.0 y.1']);
    const { code } = program.modules[0]!;
    expect(code).toContain('if (i < 16u) { return b0[i]; }\n  { return b1[u32(i) - 16u]; }');
    expect(code).toContain('if (i < 16u) { b2[i] = value; return; }');
    expect(code).toContain('= b0Read(u32(i));');
    expect(code).toContain('b2Write(u32(i), v');
  });

  it('is cut where it would bind too many, at their edges, as seldom as can be', () => {
    const program = planned({ y: build('neg', [inputNode('x', [81])], {}, 'y') });
    expect(spansOf(program)).toEqual([
      [0, 32],
      [32, 64],
      [64, 81],
    ]);
    expect(boundIn(program)[2]).toBe('x.4 x.5 y.4 y.5');
    expect(program.modules[1]!.code).toMatch(
      /let i = 32u \+ id\.x;\n {2}if \(i >= 64u\) \{ return; \}/,
    );
  });

  it('steps each buffer of a state in place, its other values with it', () => {
    const [g, rate] = [inputNode('g', [40]), inputNode('rate', [])];
    const [w, v] = [stateNode('w', [40]), stateNode('v', [40])];
    const speed = build('sub', [build('mul', [v, rate]), g], {}, 'v/next');
    const program = planned({}, [
      { state: v, value: speed },
      { state: w, value: build('add', [w, speed], {}, 'w/next') },
    ]);
    expect(program.copies).toEqual([]);
    expect(spansOf(program)).toEqual([
      [0, 16],
      [16, 32],
      [32, 40],
    ]);
    for (const [k, bound] of boundIn(program).entries())
      expect(bound.split(' ').sort()).toEqual([`g.${k}`, 'rate.0', `v.${k}`, `w.${k}`]);
  });

  it('binds of what it reads in two ways all that either reaches', () => {
    const x = inputNode('x', [40]);
    const part = (from: number, to: number): Binding => scalars(x, () => ({ from, to }));
    const work = { items: 40, groups: (): Groups => [1, 1, 1] };
    const dispatch = {
      inputs: [part(33, 35), scalars(x), part(17, 20)],
      outputs: [],
      work,
      code: () => '',
    };
    const layout = { storageOf: (node: Node) => node, context: { target: SMALL } };
    expect(buffersIn({ dispatch, items: { from: 34, to: 35 } }, layout)).toBe(3);
  });

  it('counts an epilogue that reads beside the results with the edges that they meet', () => {
    const [a, b] = [inputNode('a', [8, 2]), inputNode('b', [2, 3])];
    const mask = inputNode('mask', [8, 3]);
    // a, b, two buffers of the mask and two of the result would be six.
    const program = planned({ y: build('mul', [build('matmul', [a, b]), mask], {}, 'y') });
    expect(program.kernels.map(({ family }) => family)).toEqual(['matmul', 'elementwise']);
  });

  it('is refused by name, with all that is too large, where one result already reads too much', () => {
    const [a, b] = [inputNode('pictures', [4, 30]), inputNode('weights', [30, 4])];
    expect(() => planned({ y: build('matmul', [a, b], {}, 'dense') })).toThrow(
      /^dense: one result of matmul reads or writes too much: pictures \(4, 30\), 0\.5 KiB; weights \(30, 4\), 0\.5 KiB\n.*4 buffers of 0\.1 KiB.*\n.*smaller batch/,
    );
  });
});

it('AlexNet of 2012 trains by Adam at batch 128 with what every adapter has, each kernel within the limits', () => {
  const graph = trainingGraph(modelOf('alexnet'), { optimizer: adam() }, 128);
  const program = planProgram(graph, LEAST);
  const perPiece = new Map<string, number>();
  for (const part of program.dispatches) {
    const { bound } = moduleOf(part, program);
    expect(bound.length).toBeLessThanOrEqual(LEAST.maxBuffers);
    for (const { owner, piece } of bound)
      perPiece.set(owner.name, Math.max(piece, perPiece.get(owner.name) ?? 0));
  }
  const large = [...perPiece].filter(([, piece]) => piece > 0).map(([name]) => name);
  // Weights, their moments and their gradient; and what conv1 makes of 128 pictures.
  expect(large).toEqual(
    expect.arrayContaining([
      'fc6/kernel',
      'fc6/kernel/gradient',
      'adam/m/fc6/kernel',
      'adam/v/fc6/kernel',
      'conv1/relu',
      'conv1/preactivation/gradient',
    ]),
  );
});
