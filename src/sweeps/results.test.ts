import { describe, expect, it } from 'vitest';
import { configurationsOf } from './configurations.ts';
import type { TrialRecord } from './records.ts';
import { resultsOf, scoreOf } from './results.ts';
import { parseSpace } from './space.ts';
import type { SweepSpec } from './sweepSpec.ts';

const spec: SweepSpec = {
  ...{ model: 'lenet5', words: [], axes: parseSpace('a=1,2,3'), random: null },
  ...{ seeds: [1, 2], seed: 0, halving: null, judge: null },
};

/** `validation`: of the seeds in order; null: the run failed. */
const trials = (
  configuration: string,
  validation: readonly ({ loss: number; accuracy?: number } | null)[],
  rung = 0,
): TrialRecord[] =>
  validation.map((measured, i) => ({
    ...{ configuration, seed: i + 1, rung, epochs: 9, seconds: 10 },
    figures: measured && {
      ...{ epochs: 3 * (rung + 1) + i, keptEpoch: 1, train: measured },
      ...{ validation: measured, test: { ...measured, loss: 2 * measured.loss } },
    },
    ...(measured === null ? { why: 'the loss became NaN' } : {}),
  }));

const results = (records: readonly TrialRecord[], changes: Partial<SweepSpec> = {}) =>
  resultsOf({ ...spec, ...changes }, configurationsOf(spec), records);

describe('results', () => {
  const accurate = [
    ...trials('001', [
      { loss: 0.1, accuracy: 0.8 },
      { loss: 0.3, accuracy: 0.6 },
    ]),
    ...trials('002', [
      { loss: 0.5, accuracy: 0.9 },
      { loss: 0.7, accuracy: 0.95 },
    ]),
  ];

  it('are judged by the accuracy, or by the loss where that is said or all that there is', () => {
    const byAccuracy = results(accurate);
    expect([byAccuracy.judge, byAccuracy.best]).toEqual(['accuracy', '002-seed2']);
    const byLoss = results(accurate, { judge: 'loss' });
    expect([byLoss.judge, byLoss.best]).toEqual(['loss', '001-seed1']);
    expect(byLoss.configurations.map(({ id }) => id)).toEqual(['001', '002', '003']);
    const values = [...trials('001', [{ loss: 2 }]), ...trials('002', [{ loss: 1 }, { loss: 3 }])];
    expect(results(values)).toMatchObject({ judge: 'loss', best: '001-seed1' });
    // One that has no accuracy does not take it from the others.
    expect(results([...accurate, ...trials('003', [{ loss: 0 }])]).judge).toBe('accuracy');
    const measured = { epochs: 1, keptEpoch: 1, train: { loss: 1 }, test: { loss: 1 } };
    const score = (validation: { loss: number; accuracy?: number } | null) =>
      scoreOf({ ...measured, validation }, null);
    expect(score({ loss: 2 })).toBeLessThan(score({ loss: 1 }));
    expect(score({ loss: 9, accuracy: 0.2 })).toBe(0.2);
    expect([score({ loss: Number.NaN }), score(null)]).toEqual([-Infinity, -Infinity]);
  });

  it('tell the spread over seeds, and none of one; runs and their time are those of all', () => {
    const { configurations, runs, seconds } = results([
      ...accurate,
      ...trials('003', [null, { loss: 1, accuracy: 0.1 }]),
    ]);
    const [best, , last] = configurations;
    expect(best?.validation?.mean).toBeCloseTo(0.925, 10);
    expect(best?.validation?.deviation).toBeCloseTo(0.05 / Math.SQRT2, 10);
    expect(best?.test?.loss.mean).toBeCloseTo(1.2, 10);
    expect(last).toMatchObject({ id: '003', validation: { mean: 0.1, deviation: null } });
    expect(last?.runs.map(({ why }) => why)).toEqual(['the loss became NaN', undefined]);
    expect([runs, seconds]).toEqual([6, 60]);
  });

  it('put who had more epochs first, and judge by the last of them', () => {
    const halved = results([
      ...accurate,
      ...trials(
        '001',
        [
          { loss: 1, accuracy: 0.5 },
          { loss: 1, accuracy: 0.5 },
        ],
        1,
      ),
    ]);
    const [first] = halved.configurations;
    expect(first).toMatchObject({ id: '001', rung: 1, epochs: 7, validation: { mean: 0.5 } });
    expect(halved.best).toBe('001-seed1');
  });

  it('have no best where every run failed or none is over', () => {
    expect(results(trials('001', [null, null]))).toMatchObject({ best: null, judge: 'accuracy' });
    expect(results([])).toMatchObject({ best: null, runs: 0, seconds: 0 });
  });
});
