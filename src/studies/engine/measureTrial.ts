/**
 * @file Measures one trial after another with a session and the pictures of a form: in this process or another.
 */
import { type OpenOptions, openSession } from '../../backends/select.ts';
import type { Figures, Form, Study } from '../study.ts';
import { loadData } from './plan.ts';

export interface MeasuredTrial {
  readonly id: string;
  readonly figures: Figures;
  readonly seconds: number;
  readonly plan: string;
}

export interface Measurer {
  /** By the id of a trial of the form. */
  measure(id: string): Promise<MeasuredTrial>;
  close(): Promise<void>;
}

export async function openMeasurer(
  study: Study,
  form: Form,
  backend: OpenOptions,
  folder: string | undefined,
): Promise<Measurer> {
  const trials = new Map(study.trials(form).map((trial) => [trial.id, trial]));
  const data = await loadData(form, folder === undefined ? {} : { folder });
  const session = await openSession(backend);
  return {
    async measure(id) {
      const trial = trials.get(id);
      if (trial === undefined) throw new Error(`internal error: ${study.name} has no trial ${id}`);
      const began = performance.now();
      const figures = await study.runTrial(trial, { form, session, data });
      const seconds = (performance.now() - began) / 1000;
      checkNumbers(id, figures);
      return { id, figures, seconds, plan: session.plan };
    },
    close: () => session.close(),
  };
}

/** What has no number is null: JSON has no word for NaN, and a mean over one would be none. */
function checkNumbers(id: string, { numbers, lists = {}, times = {} }: Figures): void {
  const all = [...Object.entries(numbers), ...Object.entries(times), ...Object.entries(lists)];
  for (const [name, value] of all) {
    const wrong = [value ?? 0].flat().find((n) => !Number.isFinite(n));
    if (wrong !== undefined) throw new Error(`internal error: ${name} of trial ${id} is ${wrong}`);
  }
}
