/**
 * @file Every study from its first trial to its verdicts, all conditions, in a form smaller than the quick one: what must
 * hold whatever the numbers say.
 */
import { expect, it } from 'vitest';
import { large } from '../../test/support/doors.ts';
import { measureStudy } from './engine/runStudy.ts';
import { allStudies } from './index.ts';
import type { Form } from './study.ts';

/** A tenth of the pictures, one seed, one pass; of lists of label counts those that are left. */
function smallest(form: Form): Form {
  const trainCount = Math.max(80, Math.round(form.trainCount / 10));
  const given = Object.entries(form);
  const own = given.map(([name, value]) => {
    if (name === 'epochs' || name === 'passes') return [name, 1];
    if (name === 'steps') return [name, 5];
    return [name, name === 'labels' ? [20, trainCount] : value];
  });
  return { ...form, ...Object.fromEntries(own), trainCount, testCount: 40, seeds: 1 };
}

large('every study, in its smallest form', () => {
  it.each(allStudies.map((study) => [study.name, study] as const))(
    '%s measures every trial and says what came of each claim',
    async (name, study) => {
      const form = smallest(study.forms.quick);
      const { trials, conclusion } = await measureStudy(study, form, { threads: 1 });
      expect(trials.map(({ trial }) => trial.id)).toEqual(study.trials(form).map(({ id }) => id));
      for (const { trial, figures } of trials) {
        const { numbers, lists = {} } = figures;
        expect(Object.keys(numbers).length + Object.keys(lists).length, trial.id).toBeGreaterThan(
          0,
        );
        for (const share of ['accuracy', 'train', 'test']) {
          const value = numbers[share] ?? 0;
          expect(value >= 0 && value <= 1, `${trial.id} ${share}`).toBe(true);
        }
      }
      const { findings, tables, figures } = conclusion;
      expect(findings.length, name).toBeGreaterThan(0);
      for (const { claim, measured, verdict } of findings) {
        expect(['supported', 'not supported', 'undecided'], claim).toContain(verdict);
        expect(`${claim} ${measured}`).not.toMatch(/NaN|undefined|Infinity/);
      }
      for (const { head, rows } of tables) {
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) expect(row).toHaveLength(head.length);
        expect(rows.flat().join(' ')).not.toMatch(/NaN|undefined|Infinity/);
      }
      for (const { svg } of figures) {
        expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      }
    },
    120_000,
  );
});
