/**
 * @file A process that trains runs of a sweep, one after the other. Before: `processes/pool.ts`, which starts it.
 */
import { answerTasks } from '../../processes/answerTasks.ts';
import type { TrialAnswer, TrialNews, TrialTask } from '../../sweeps/runSweep.ts';
import { runTrial } from './trial.ts';

export interface TrialSetup {
  /** Of each run, where its words do not say. */
  readonly threads: number;
}

answerTasks<TrialSetup, TrialTask, TrialAnswer, TrialNews>(
  async ({ threads }) =>
    (task, tell, signal) =>
      runTrial(task, tell, { signal, threads }),
);
