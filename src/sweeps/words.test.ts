import { describe, expect, it } from 'vitest';
import { configurationsOf } from './configurations.ts';
import { sweepPage } from './page.ts';
import type { TrialRecord } from './records.ts';
import { resultsOf } from './results.ts';
import { parseSpace } from './space.ts';
import type { SweepSpec } from './sweepSpec.ts';
import { edgesOf, failuresOf, spreadWords, tableOf } from './words.ts';

const spec: SweepSpec = {
  ...{ model: 'lenet5', words: [], axes: parseSpace('rate=0.1,0.2,0.4 kind=a,b'), random: null },
  ...{ seeds: [1, 2], seed: 0, halving: null, judge: null },
};

/** A run of a configuration; without an accuracy it failed. */
const trial = (configuration: string, seed: number, accuracy?: number): TrialRecord => ({
  ...{ configuration, seed, rung: 0, epochs: 5, seconds: 2 },
  figures:
    accuracy === undefined
      ? null
      : {
          ...{ epochs: 5, keptEpoch: 5, train: { loss: 1 } },
          validation: { loss: 1 - accuracy, accuracy },
          test: { loss: 2 - accuracy, accuracy: accuracy / 2 },
        },
  ...(accuracy === undefined ? { why: 'the loss became NaN\n  at step 3' } : {}),
});
const results = (records: readonly TrialRecord[], changes: Partial<SweepSpec> = {}) =>
  resultsOf({ ...spec, ...changes }, configurationsOf(spec), records);
const some = [trial('001', 1, 0.5), trial('001', 2, 0.7), trial('004', 1, 0.9), trial('004', 2)];

describe('the table of a sweep', () => {
  it('has a row for each configuration, the best first, and says how many runs failed', () => {
    const [head, best, second, third] = tableOf(results(some));
    expect(head).toEqual([
      ...['', 'rate', 'kind', 'epochs', 'validation accuracy', 'test accuracy', 'test loss'],
      'failed',
    ]);
    expect(best).toEqual(['004', '0.2', 'b', '5', '0.9000', '0.4500', '1.1000', '1 of 2']);
    expect(second).toEqual([
      ...['001', '0.1', 'a', '5', '0.6000 ± 0.1414', '0.3000 ± 0.0707', '1.4000 ± 0.1414', ''],
    ]);
    expect(third?.slice(3)).toEqual(['0', '-', '-', '-', '']);
    expect(failuresOf(results(some))).toEqual(['004-seed2: the loss became NaN']);
  });

  it('has no column that has nothing to say', () => {
    const values = some.slice(0, 2).map((record) => {
      const figures = record.figures && {
        ...record.figures,
        ...{ validation: { loss: 3 }, test: { loss: 4 } },
      };
      return { ...record, figures };
    });
    const [head, first] = tableOf(results(values));
    expect(head).toEqual(['', 'rate', 'kind', 'epochs', 'validation loss', 'test loss']);
    expect(first?.slice(4)).toEqual(['3.0000 ± 0.0000', '4.0000 ± 0.0000']);
    expect(spreadWords({ mean: 123_456, deviation: null })).toBe('1.23e+5');
  });

  it('says where the best has the least or the largest number that was tried', () => {
    const edge = (id: string) => edgesOf(results([trial(id, 1, 0.9)]));
    expect(edge('001')).toEqual([expect.stringMatching(/best rate is the least/)]);
    expect(edge('003')).toEqual([]);
    expect(edge('006')).toEqual([expect.stringMatching(/best rate is the largest/)]);
    expect(edgesOf(results([]))).toEqual([]);
  });
});

describe('the page of a sweep', () => {
  it('names the sweep, its best run and what failed', () => {
    const page = sweepPage(results(some), 'fovea sweep lenet5');
    const text = page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/Sweep of lenet5 6 configurations of rate, kind, judged by the accuracy/);
    expect(page).toContain('href="runs/004-seed1/report.html"');
    expect(text).toMatch(/settings rate 0\.2, kind b/);
    expect(text).toMatch(/What failed 004-seed2: the loss became NaN/);
    expect(text).toMatch(/fovea sweep lenet5 search every combination seeds 1, 2 time 8 s/);
    expect(text).toMatch(/over 4 runs/);
    expect(page.match(/<svg /g)).toHaveLength(2);
    // Words at the left are the names of configurations and their settings.
    expect(page).toContain(
      '<td class="words">004</td><td class="words">0.2</td><td class="words">b</td><td>5</td>',
    );
  });

  it('says so where no run came to its end, and of halving what it was', () => {
    expect(sweepPage(results([trial('001', 1)]), undefined)).toContain('No run came to its end.');
    const halved = sweepPage(results(some, { halving: { from: 2, eta: 4 }, random: 9 }), undefined);
    expect(halved).toContain('from 2 epochs, one of 4 goes on');
    expect(halved).toContain('9 draws, of the seed 0');
  });
});
