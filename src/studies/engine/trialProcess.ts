/**
 * @file A process that measures trials, by their ids. Before: `pool.ts`, which starts it.
 */
import type { OpenOptions } from '../../backends/select.ts';
import { answerTasks } from '../../processes/answerTasks.ts';
import { studyOf } from '../index.ts';
import type { Form } from '../study.ts';
import { type MeasuredTrial, openMeasurer } from './measureTrial.ts';

export interface StudySetup {
  readonly study: string;
  readonly form: Form;
  readonly backend: OpenOptions;
  /** Of the data sets. */
  readonly folder: string | undefined;
}

answerTasks<StudySetup, string, MeasuredTrial>(async ({ study, form, backend, folder }) => {
  const measurer = await openMeasurer(studyOf(study), form, backend, folder);
  return (id) => measurer.measure(id);
});
