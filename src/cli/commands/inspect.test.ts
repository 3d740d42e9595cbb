/** @file `fovea inspect`: each stage in words and as data, and the refusals. */
import { describe, expect, it } from 'vitest';
import { heardOf } from '../../../test/support/commandLine.ts';
import { UsageError } from '../../base/errors.ts';
import { command } from './inspect.ts';

/** Runs the command and gives what it wrote to standard output. */
const run = (...args: string[]): Promise<string> => heardOf(command(), ...args);

const json = async (...args: string[]) => JSON.parse(await run(...args, '--json'));

describe('fovea inspect', () => {
  it('shows the forward pass and the training step', async () => {
    expect(await run('lenet5')).toContain('= conv2d(');
    expect(await run('lenet5', '--stage', 'backward')).toContain('= conv2dKernelGradient(');
    expect(await run('lenet5', '--dot')).toMatch(/^digraph/);
    const { event, nodes, outputs } = await json('lenet5');
    expect(event).toBe('stage');
    const conv = nodes.find(({ op }: { op: string }) => op === 'conv2d');
    expect(conv).toMatchObject({ dtype: 'f32', shape: [1, 24, 24, 6] });
    expect(conv.inputs.map((i: number) => nodes[i].name)).toEqual(['x', 'conv2d/kernel']);
    expect(nodes[outputs.probabilities].shape).toEqual([1, 10]);
  });

  it('says what each pass did', async () => {
    const { event, passes, fused } = await json('lenet5', '--stage', 'fused', '--batch', '8');
    expect(passes[0]).toMatchObject({ name: 'build', changes: [] });
    const last = passes[passes.length - 1];
    expect(last.name).toBe('fuseEpilogues');
    expect(event).toBe('stage');
    expect(last.count).toBeLessThan(passes[0].count);
    expect(last.nodes.length).toBeGreaterThanOrEqual(last.count);
    expect(fused).toContainEqual({
      name: 'conv2d/tanh',
      op: 'conv2d',
      formula: 'tanh(add($0, $1))',
      inputs: ['x', 'conv2d/kernel', 'conv2d/bias'],
    });
    expect(await run('lenet5', '--stage', 'fused')).toContain('tanh(add($0, $1))');
  });

  it('shows phases and kernels', async () => {
    const { phases } = await json('lenet5', '--stage', 'schedule', '--batch-size', '128');
    expect(phases.map((p: { kind: string }) => p.kind)).toContain('batch');
    const words = await run('lenet5', '--stage', 'schedule', '--batch-size', '128');
    expect(words).toContain('batch of 128 in 16 slices of 8');
    const inference = await json('lenet5', '--stage', 'schedule', '--mode', 'infer');
    expect(inference.mode).toBe('infer');
    expect(JSON.stringify(inference.phases)).not.toContain('Gradient');
  });

  it('draws memory', async () => {
    const { memory } = await json('lenet5', '--stage', 'memory', '--batch', '16');
    expect(memory.bytes).toBeGreaterThanOrEqual(memory.leastBytes);
    expect(memory.placements.length).toBeGreaterThan(20);
    expect(await run('lenet5', '--stage', 'memory')).toContain('Addresses downwards');
  });

  it('prints the emitted code, by the plan asked for', async () => {
    const text = await run('lenet5', '--stage', 'wat', '--mode', 'infer', '--no-revectorize');
    expect(text.startsWith('(module\n')).toBe(true);
    expect(text.includes('(export "run0")')).toBe(true);
    expect(text.includes(';; conv2d/tanh (1, 24, 24, 6) = directConv2d(x (1, 28, 28, 1)')).toBe(
      true,
    );
    expect(text.includes('(;conv2d_1/bias;)')).toBe(true);
  });

  it('refuses what a stage does not take', async () => {
    await expect(run('lenet5', '--stage', 'wgsl2')).rejects.toThrow(UsageError);
    await expect(run('lenet5', '--mode', 'train')).rejects.toThrow('no mode "train"');
    await expect(run('lenet5', '--stage', 'wat', '--dot')).rejects.toThrow('cannot be drawn');
  });
});
