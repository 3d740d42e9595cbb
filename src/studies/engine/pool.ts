/**
 * @file Trials measured by several processes at once, or one after the other in this one.
 *
 * Results are handed on as they come, in whatever order. Whoever stops asking, or an error, ends the processes.
 * Before: `runStudy.ts`. Next stops: `processes/pool.ts`, `trialProcess.ts`.
 */
import type { OpenOptions } from '../../backends/select.ts';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import { inProcesses } from '../../processes/pool.ts';
import type { Form, Study } from '../study.ts';
import { type MeasuredTrial, openMeasurer } from './measureTrial.ts';
import type { StudySetup } from './trialProcess.ts';

export interface PoolRequest {
  readonly study: Study;
  readonly form: Form;
  /** Ids of the trials that are to be measured. */
  readonly ids: readonly string[];
  /** Processes; 0: in this one. */
  readonly jobs: number;
  readonly backend: OpenOptions;
  /** Of the data sets. */
  readonly folder: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Ends early, without an error, when the signal says so. */
export function measureTrials(request: PoolRequest): AsyncGenerator<MeasuredTrial, void, void> {
  return request.jobs === 0 ? inThisProcess(request) : inSeveral(request);
}

async function* inThisProcess(request: PoolRequest): AsyncGenerator<MeasuredTrial, void, void> {
  const { study, form, ids, backend, folder, signal } = request;
  const measurer = await openMeasurer(study, form, backend, folder);
  try {
    for (const id of ids) {
      if (signal?.aborted === true) return;
      yield await measurer.measure(id);
    }
  } finally {
    await measurer.close();
  }
}

async function* inSeveral(request: PoolRequest): AsyncGenerator<MeasuredTrial, void, void> {
  const { study, form, backend, folder, ids, jobs, signal } = request;
  const queue = [...ids];
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const setup: StudySetup = { study: study.name, form, backend, folder };
  const outcomes = inProcesses<string, MeasuredTrial>({
    module: new URL(`./trialProcess.${extension}`, import.meta.url),
    setup,
    jobs,
    next: () => queue.shift(),
    nameOf: (id) => `trial ${id}`,
    signal,
  });
  for await (const outcome of outcomes) {
    if ('result' in outcome) yield outcome.result;
    else throw outcome.isGone ? withWayOn(outcome.error) : outcome.error;
  }
}

function withWayOn(error: Error): Error {
  if (!(error instanceof FoveaError)) return error;
  const fix = advice`${setting('resume')} goes on; with ${setting('jobs', 1)} it needs less memory`;
  return new FoveaError({ ...error.parts, fix });
}
