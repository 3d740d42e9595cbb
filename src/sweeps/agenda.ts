/**
 * @file What a process of a sweep does next, and what becomes of it: alone, or its fixed part of the runs.
 *
 * Before: `rungs.ts`. Next stops: `sharedAgenda.ts`, of tasks that share a sweep with halving; `runSweep.ts`.
 */
import { runName, type TrialRecord } from './records.ts';
import type { Job, Rungs } from './rungs.ts';

export interface Agenda {
  /** undefined: nothing for now; asked again when a job is over. */
  next(): Job | undefined | Promise<Job | undefined>;
  /** `record`: on disk already where it is the last word; undefined: the run was stopped. */
  finish(job: Job, record: TrialRecord | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Of one process, which does the runs that bear these names. */
export function ownAgenda(
  rungs: Rungs,
  mine: ReadonlySet<string>,
  score: (record: TrialRecord | undefined) => number,
): Agenda {
  return {
    next: () => {
      for (let job = rungs.next(); job !== undefined; job = rungs.next()) {
        if (mine.has(runName(job))) return job;
        rungs.finish({ ...job, score: -Infinity }); // another's
      }
      return undefined;
    },
    finish: async (job, record) => rungs.finish({ ...job, score: score(record) }),
    close: async () => undefined,
  };
}
