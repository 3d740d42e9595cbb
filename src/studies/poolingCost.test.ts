import { describe, expect, it } from 'vitest';
import { measureStudy } from './engine/runStudy.ts';
import { poolingCost } from './poolingCost.ts';

describe('pooling-cost', () => {
  it('counts what the layers say, and finds pooling without parameters of its own', async () => {
    const form = { ...poolingCost.forms.quick, trainCount: 64, testCount: 20, seeds: 1, epochs: 1 };
    const { trials, conclusion } = await measureStudy(poolingCost, form, { threads: 1 });
    expect(trials.map(({ trial }) => trial.id)).toContain('none-seed1');
    const numbers = new Map(trials.map(({ trial, figures }) => [trial.id, figures.numbers]));
    // 3x3 kernels 1-8-16-32 with biases; dense 7 7 32 -> 64 -> 10, and 28 28 32 -> 64 -> 10
    for (const one of numbers.values()) expect(one.otherParameters).toBe(80 + 1168 + 4640);
    expect(numbers.get('max-seed1')?.denseParameters).toBe(1569 * 64 - 64 + 64 + 650);
    expect(numbers.get('none-seed1')?.denseParameters).toBe(25_088 * 64 + 64 + 650);
    const verdicts = conclusion.findings.map(({ verdict }) => verdict);
    expect(verdicts.slice(1, 5)).toEqual(['supported', 'supported', 'supported', 'not supported']);
    expect(conclusion.tables[0]?.rows.length).toBe(4);
  });
});
