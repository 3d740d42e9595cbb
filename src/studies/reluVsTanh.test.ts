import { describe, expect, it } from 'vitest';
import { measureStudy } from './engine/runStudy.ts';
import { epochsTo, reluVsTanh } from './reluVsTanh.ts';
import type { TrialResult } from './study.ts';

describe('epochsTo', () => {
  it('is where the line is crossed, between epochs', () => {
    expect(epochsTo([0.9, 0.5, 0.1], 0.25)).toBeCloseTo(2.625, 10);
    expect(epochsTo([0.9, 0.25], 0.25)).toBe(2);
    expect(epochsTo([0.2], 0.25)).toBe(1);
    expect(epochsTo([0.9, 0.5], 0.25)).toBeNull();
    expect(epochsTo([], 0.25)).toBeNull();
  });
});

describe('relu-vs-tanh', () => {
  const { quick } = reluVsTanh.forms;
  const form = {
    ...quick,
    seeds: 3,
    rates: { relu: [0.01, 0.1], tanh: [0.01, 0.1], sigmoid: [0.1] },
  };
  /** Every trial, with the epochs that are said of its condition. */
  const resultsOf = (epochs: Readonly<Record<string, readonly (number | null)[]>>): TrialResult[] =>
    reluVsTanh.trials(form).map((trial) => ({
      trial,
      figures: {
        numbers: { epochs: epochs[trial.condition]?.[trial.seed - 1] ?? null, diverged: 0 },
        lists: { error: [0.9, 0.2] },
      },
    }));
  const verdictsOf = (epochs: Readonly<Record<string, readonly (number | null)[]>>) =>
    reluVsTanh
      .conclude({ form, trials: resultsOf(epochs) as never })
      .findings.map(({ verdict, measured }) => [verdict, measured]);

  it('judges each activation by its best rate', () => {
    const found = verdictsOf({
      'relu-0.01': [2, 2.1, 1.9],
      'relu-0.1': [null, null, null],
      'tanh-0.01': [9, 9, null],
      'tanh-0.1': [6, 6.3, 5.7],
      'sigmoid-0.1': [null, null, null],
    });
    expect(found[0]).toEqual(['supported', '3.00 times (3.00 to 3.00, 3 seeds)']);
    expect(found[1]?.[0]).toBe('not supported');
    expect(found[2]).toEqual([
      'supported',
      expect.stringMatching(/^at least 6.*3 of 3 seeds were not there after 12/),
    ]);
  });

  it('calls no rate the best where none got there', () => {
    const trials = resultsOf({ 'relu-0.01': [2, 2, 2], 'tanh-0.1': [3, 3, null] });
    const [table] = reluVsTanh.conclude({ form, trials: trials as never }).tables;
    const names = table?.rows.map(([name]) => name) ?? [];
    expect(names.filter((name) => name?.endsWith('(best)'))).toEqual([
      'relu, rate 0.01 (best)',
      'tanh, rate 0.1 (best)',
    ]);
    expect(table?.note).toMatch(/^The best rate is the last that was tried\. relu: a smaller/);
    expect(table?.note).not.toMatch(/sigmoid/);
  });

  it('refutes nothing where the slower one was cut off, and claims nothing where ReLU was', () => {
    const cut = verdictsOf({ 'relu-0.01': [4, 4.1, 3.9], 'sigmoid-0.1': [6, 6, 6] });
    expect(cut[0]?.[0]).toBe('supported');
    expect(cut[1]?.[0]).toBe('undecided');
    expect(verdictsOf({ 'tanh-0.1': [4, 4, 4] })).toEqual([
      ['undecided', expect.stringMatching(/with ReLU/)],
    ]);
  });

  it('trains until the error is low enough, and no longer', async () => {
    const tiny = {
      ...quick,
      trainCount: 40,
      testCount: 10,
      seeds: 1,
      epochs: 2,
      batchSize: 10,
      rates: { relu: [0.03], tanh: [0.03], sigmoid: [0.1] },
    };
    const { trials } = await measureStudy(reluVsTanh, tiny, { threads: 1 });
    for (const { figures } of trials) {
      const errors = figures.lists?.error ?? [];
      expect(figures.numbers.epochs).toEqual(epochsTo(errors, 0.25));
      expect(errors.slice(0, -1).every((error) => error > 0.25)).toBe(true);
    }
  });
});
