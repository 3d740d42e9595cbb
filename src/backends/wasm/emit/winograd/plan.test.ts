/**
 * @file What the plan takes by Winograd, what it leaves, and the reasons it gives. No machine is needed.
 */
import { describe, expect, it } from 'vitest';
import type { Target } from '../../kernel.ts';
import { chooseWinograd, type WinogradProblem } from './plan.ts';

const TARGET: Target = { relaxedMadd: true, pairs: true };

function layer(
  [N, H, W, C]: readonly number[],
  side: number,
  filters: number,
  rest: Partial<WinogradProblem> = {},
): WinogradProblem {
  const groups = rest.groups ?? 1;
  const w = [side, side, C / groups, filters];
  return { y: [N, H, W, filters], w, strides: [1, 1], dilation: [1, 1], groups, ...rest };
}

const taken = (problem: WinogradProblem, pass: 'forward' | 'kernelGradient' = 'forward') =>
  chooseWinograd(problem, pass, TARGET).variant?.name;
const reason = (problem: WinogradProblem, target: Target = TARGET) =>
  chooseWinograd(problem, 'forward', target).reason;

describe('chooseWinograd', () => {
  it.each(['forward', 'kernelGradient'] as const)('takes the large layers, %s', (pass) => {
    expect(taken(layer([16, 13, 13, 256], 3, 384), pass)).toBe('F(5x5,3x3)');
    expect(taken(layer([64, 7, 7, 384], 3, 256), pass)).toBe('F(4x4,3x3)');
    expect(taken(layer([16, 27, 27, 96], 5, 256), pass)).toBe('F(4x4,5x5)');
    expect(taken(layer([16, 27, 27, 96], 5, 256, { groups: 2 }), pass)).toBe('F(4x4,5x5)');
  });

  it('takes the smaller tile where the larger one would hang over', () => {
    expect(taken(layer([64, 6, 6, 128], 3, 128))).toBe('F(2x2,3x3)');
    expect(taken(layer([64, 8, 8, 128], 3, 128))).toBe('F(4x4,3x3)');
    expect(taken(layer([64, 10, 10, 128], 3, 128))).toBe('F(5x5,3x3)');
    expect(taken(layer([64, 2, 2, 128], 5, 128))).toBe('F(2x2,5x5)');
  });

  it('leaves layers whose weights cost more than their images', () => {
    expect(taken(layer([1, 7, 7, 384], 3, 384))).toBeUndefined();
    expect(reason(layer([1, 7, 7, 384], 3, 384))).toMatch(/0\.\d+ times as fast.*not worth it/);
  });

  it('takes them where the weights are transformed once for many runs, by the tile that reads least', () => {
    const prepared = { prepared: true };
    expect(taken(layer([1, 7, 7, 384], 3, 384, prepared))).toBe('F(2x2,3x3)');
    expect(taken(layer([1, 13, 13, 256], 3, 384, prepared))).toBe('F(2x2,3x3)');
    expect(taken(layer([1, 2, 2, 384], 3, 384, prepared))).toBeUndefined();
  });

  it('says what it cannot take', () => {
    const x = [16, 14, 14, 64];
    expect(reason(layer(x, 3, 64, { strides: [2, 1] }))).toBe('strides above 1');
    expect(reason(layer(x, 3, 64, { dilation: [1, 2] }))).toBe('dilated');
    expect(reason(layer(x, 7, 64))).toBe('no variant for a 7x7 kernel');
    expect(reason(layer(x, 3, 64, { groups: 8 }))).toBe(
      '8 channels and 8 filters per group, too few',
    );
    expect(reason(layer(x, 3, 64), { ...TARGET, winograd: 'off' })).toBe('turned off');
  });

  it('takes whatever fits when told so', () => {
    const target: Target = { ...TARGET, winograd: 'always' };
    expect(chooseWinograd(layer([1, 7, 7, 384], 3, 384), 'forward', target).variant).toBeDefined();
  });
});
