import { describe, expect, it } from 'vitest';
import { onlyConditions } from '../../test/support/onlyConditions.ts';
import { measureStudy } from './engine/runStudy.ts';
import { poolingInvariance } from './poolingInvariance.ts';

describe('pooling-invariance', () => {
  it('measures shares of answers at every shift and turn, and less agreement far away than near', async () => {
    const form = { ...poolingInvariance.forms.quick, trainCount: 300, testCount: 40, seeds: 1 };
    const two = onlyConditions(poolingInvariance, 'max', 'blur');
    const { trials, conclusion } = await measureStudy(two, form, { threads: 1 });
    expect(trials.length).toBe(2);
    for (const { figures } of trials) {
      const values = Object.values(figures.numbers).map((value) => value ?? Number.NaN);
      expect(values.length).toBe(1 + 2 * (4 + 5));
      for (const value of values) expect(value >= 0 && value <= 1).toBe(true);
      expect(figures.numbers['agreement/shift/1']).toBeGreaterThan(
        figures.numbers['agreement/shift/4'] ?? 1,
      );
    }
    // One seed has no interval: nothing is claimed of it.
    expect(new Set(conclusion.findings.map(({ verdict }) => verdict))).toEqual(
      new Set(['undecided']),
    );
    expect(conclusion.figures.map(({ name }) => name)).toEqual(['shift', 'turn']);
  });
});
