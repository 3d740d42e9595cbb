/**
 * @file The code of the README is run as it stands there. The files in `readme/` are its blocks, so that
 * they are type-checked too.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { modelOf } from '../../src/index.ts';

const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code]) => code,
);

describe('the code of the README', () => {
  it.each([
    [0, 'train'],
    [1, 'model'],
    [2, 'pairs'],
  ])('block %i is readme/%s.ts', (block, name) => {
    const file = readFileSync(`test/docs/readme/${name}.ts`, 'utf8');
    expect(blocks[block].replace("'fovea'", "'../../../src/index.ts'")).toBe(file);
  });

  it('trains LeNet-5 in ten lines', async () => {
    expect(blocks[0].split('\n').filter((line) => line !== '').length).toBe(10);
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import('./readme/train.ts');
    const printed = log.mock.calls;
    log.mockRestore();
    expect(printed.length).toBe(6);
    expect(printed[4][0]).toBe(5);
    expect(printed[5][0]).toBe('read right:');
    expect(printed[5][1]).toBeGreaterThan(0.85);
  });

  it('writes the model as the table has it', async () => {
    const { spec } = await import('./readme/model.ts');
    expect(spec).toEqual(modelOf('lenet5'));
  });

  it('trains a model of two inputs and two outputs', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import('./readme/pairs.ts');
    const printed = log.mock.calls;
    log.mockRestore();
    const [before, after] = [printed[0][1], printed[8][0].outputs];
    expect(after.digit.accuracy).toBeGreaterThan(0.8);
    expect(after.sum.meanAbsoluteError).toBeLessThan(before.sum.meanAbsoluteError / 2);
  });
});
