/** @file Which nodes go slice by slice: what inputs say of the batch, never a size that happens to be the same. */
import { describe, expect, it } from 'vitest';
import { batchInput, inputNode, type Node, stateNode } from '../../../graph/node.ts';
import { build } from '../../../ops/index.ts';
import { planProgram } from '../program/plan.ts';

const ROWS = 8;

/** The kinds of the phases that compute y. */
function phasesOf(y: Node): string[] {
  const target = { relaxedMadd: true, pairs: false };
  return planProgram({ outputs: { y }, updates: [] }, target).schedule.phases.map((p) => p.kind);
}

describe('the batch', () => {
  const weights = stateNode('weights', [5, 3]);

  it('is the leading axis of the inputs that say so', () => {
    expect(phasesOf(build('matmul', [batchInput('x', [ROWS, 5]), weights]))).toEqual(['batch']);
    expect(phasesOf(build('matmul', [inputNode('x', [ROWS, 5]), weights]))).toEqual(['split']);
  });

  it('may have several inputs, of one number each too', () => {
    const scale = batchInput('scale', [ROWS]);
    const rows = build('reshape', [scale], { shape: [ROWS, 1] });
    const x = build('mul', [batchInput('x', [ROWS, 5]), rows]);
    expect(phasesOf(build('matmul', [x, weights]))).toEqual(['batch']);
  });

  it('is not guessed from an input that comes first, or is as long', () => {
    const first = inputNode('first', [ROWS - 1, 5]);
    const asLong = inputNode('asLong', [ROWS, 5]);
    const x = batchInput('x', [ROWS, ROWS]);
    const table = build('add', [build('neg', [asLong]), build('sumTo', [first], { shape: [5] })]);
    expect(phasesOf(build('matmul', [x, table])).at(-1)).toBe('batch');
    expect(phasesOf(table)).not.toContain('batch');
  });

  it('cannot be of two sizes', () => {
    const x = batchInput('x', [ROWS, 5]);
    const y = build('matmul', [x, batchInput('z', [ROWS - 1, 5])], { transposeB: true });
    expect(() => phasesOf(y)).toThrow(/has 7 rows where the batch has 8/);
  });
});
