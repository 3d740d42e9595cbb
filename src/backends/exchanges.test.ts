/** @file Programs that exchange values with other ranks: the sums, the swaps, and what they wait for. */
import { describe, expect, it } from 'vitest';
import { softwareGpu } from '../../test/support/softwareGpu.ts';
import { inProcessRanks } from '../cluster/inProcess.ts';
import { inputNode, type Node, stateNode } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import type { Exchange } from './backend.ts';
import { storageOf } from './inPlace.ts';
import { type OpenOptions, openSession } from './select.ts';
import { planProgram } from './wasm/program/plan.ts';

const exchanged = (op: 'rankSum' | 'rankSwap', x: Node, order: number): Node =>
  build(op, [x], { order, bucket: order }, `${op} ${order}`);

/** y = sum of (x a), z = other's (y b); w moves by their sum. */
function graphOf() {
  const x = inputNode('x', [3, 4]);
  const product = build('matmul', [x, inputNode('a', [4, 5])], {}, 'product');
  const y = exchanged('rankSum', product, 0);
  const z = exchanged('rankSwap', build('mul', [y, inputNode('b', [])]), 1);
  const w = stateNode('w', [3, 5]);
  const moved = build('add', [w, build('add', [y, z])]);
  return { outputs: { y, z }, updates: [{ state: w, value: moved }] };
}

const ones = (view: ArrayLike<number> & { fill(x: number): unknown }, x: number) => view.fill(x);

const gpu = await softwareGpu();
const opened: readonly OpenOptions[] = [
  { backend: 'reference' },
  { backend: 'wasm', threads: 1 },
  ...(typeof gpu === 'string' ? [] : [{ backend: 'webgpu', gpu } as const]),
];

describe.each(opened)('$backend', (options) => {
  it('runs with another rank what it runs alone', async () => {
    const ranks = inProcessRanks(2);
    const seen = await Promise.all(
      ranks.map(async (own) => {
        await using session = await openSession(options);
        const program = session.compile(graphOf());
        ones(program.input('x'), 1);
        ones(program.input('a'), 1 + own.rank);
        ones(program.input('b'), 10 + own.rank);
        const exchange: Exchange = async (values) => {
          for (const { kind, sent, received } of values) {
            if (kind !== 'swap') await own.allReduce(received);
            else await own.sendReceive(sent, received, own.rank ^ 1);
          }
        };
        await program.runAcross(exchange);
        await program.runAcross(exchange);
        const [y, z] = [await program.output('y'), await program.output('z')];
        return [y[0], z[14], (await session.readState('w'))[7]];
      }),
    );
    // 4 * 1 + 4 * 2 = 12; times 10 and 11.
    expect(seen).toEqual([
      [12, 132, 2 * 144],
      [12, 120, 2 * 132],
    ]);
    await using session = await openSession(options);
    const alone = session.compile(graphOf());
    ones(alone.input('x'), 1);
    ones(alone.input('a'), 2);
    ones(alone.input('b'), 3);
    alone.run();
    expect([(await alone.output('y'))[0], (await alone.output('z'))[0]]).toEqual([8, 24]);
  });
});

describe('the plan of a program that exchanges', () => {
  const target = { relaxedMadd: false, pairs: false };

  it('sums where the numbers lie, and goes on until it needs the sum', () => {
    const x = inputNode('x', [8, 8]);
    const gradient = build('matmul', [x, x], {}, 'gradient');
    const sum = exchanged('rankSum', gradient, 0);
    const later = build('softmax', [x], {}, 'later');
    const graph = { outputs: { all: build('matmul', [sum, later], {}, 'all') }, updates: [] };
    const { schedule, memory } = planProgram(graph, target);
    const { phases, aliases } = schedule;
    expect(phases.map(({ kind }) => kind)).toEqual(['split', 'begin', 'split', 'await', 'split']);
    expect(phases[0].kernels.map(({ name }) => name)).toEqual(['gradient']);
    const [summed] = phases[1].exchanged ?? [];
    const place = (name: string) => memory.placements.find(({ key }) => key.name === name);
    expect(storageOf(summed, aliases).name).toBe('gradient');
    // Nothing is written over it while it is under way.
    expect(place('gradient')).toMatchObject({ from: 0, to: 4 });
  });

  it('copies what is read beside the sum', () => {
    const x = inputNode('x', [8, 8]);
    const y = build('matmul', [x, x], {}, 'y');
    const graph = { outputs: { y, sum: exchanged('rankSum', y, 0) }, updates: [] };
    const { schedule } = planProgram(graph, target);
    const [summed] = schedule.phases.find(({ kind }) => kind === 'begin')?.exchanged ?? [];
    expect(storageOf(summed, schedule.aliases).name).toBe('y/copy');
  });
});
