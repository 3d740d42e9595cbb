import { describe, expect, it } from 'vitest';
import { onlyConditions } from '../../test/support/onlyConditions.ts';
import { measureStudy } from './engine/runStudy.ts';
import { poolingNoise } from './poolingNoise.ts';

describe('pooling-noise', () => {
  it('measures what each noise takes from the accuracy on clean pictures', async () => {
    const form = {
      ...poolingNoise.forms.quick,
      trainCount: 200,
      testCount: 50,
      seeds: 1,
      epochs: 2,
    };
    const two = onlyConditions(poolingNoise, 'max-maps', 'min-picture');
    const { trials, conclusion } = await measureStudy(two, form, { threads: 1 });
    expect(trials.map(({ trial }) => trial.condition)).toContain('min-picture');
    for (const {
      figures: { numbers },
    } of trials) {
      const clean = numbers['accuracy/salt/0'];
      expect(numbers['accuracy/noise/0']).toBe(clean);
      expect(numbers['lost/salt/0.1']).toBeCloseTo(
        (clean ?? 0) - (numbers['accuracy/salt/0.1'] ?? 0),
        12,
      );
    }
    expect(conclusion.findings.length).toBe(6);
    expect(conclusion.tables[0]?.rows.length).toBe(6);
  });
});
