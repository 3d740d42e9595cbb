import { describe, expect, it } from 'vitest';
import { ops } from '../ops/index.ts';
import { opCases } from './opCases.ts';
import { opLadders } from './ops.ts';

describe('the ladders of fovea bench --ops', () => {
  it('have a problem for every op, gradients included', () => {
    const found = new Set<string>();
    for (const { op, node, numbers } of opCases()) {
      found.add(op);
      expect(node.inputs.map(({ op: source }) => source)).toEqual(numbers.map(() => 'input'));
    }
    expect(Object.keys(ops).filter((op) => !found.has(op))).toEqual([]);
  });

  it('climb from plain loops to threads, each rung checked', async () => {
    const [forward, backward] = await opLadders({ only: 'upsample2d', threads: 2, budgetMs: 1 });
    expect([forward.op, backward.op]).toEqual(['upsample2d', 'upsample2dGradient']);
    const names = forward.rungs.map(({ rung }) => rung);
    expect(names.filter((name) => name !== '256-bit pairs')).toEqual([
      '128-bit lanes',
      '2 threads',
    ]);
    for (const { ms, ratio, error } of [...forward.rungs, ...backward.rungs]) {
      expect(ratio).toBeGreaterThan(0);
      expect(ms).toBeGreaterThan(0);
      expect(error).toBeLessThan(1e-4);
    }
  });

  it('are those of a family by a part of its name, however it is written', () => {
    const names = new Set(Array.from(opCases('pool'), ({ op }) => op));
    const pools = Object.keys(ops).filter((op) => op.includes('Pool'));
    expect(pools.length).toBeGreaterThan(3);
    expect([...names].toSorted()).toEqual(pools.toSorted());
  });

  it('are none for a name that no op holds', async () => {
    expect(await opLadders({ only: 'conv3d' })).toEqual([]);
  });
});
