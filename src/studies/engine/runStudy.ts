/**
 * @file Runs a study: plan, trials that are not measured yet, conclusion. An async iterator of events.
 *
 * Each trial is on disk before the event that tells of it. Stopped or killed, it goes on with what was running
 * alone (`taking: 'resume'`). Before: `../index.ts`. Next stops: `plan.ts`, `pool.ts`, `page.ts`.
 */
import { availableParallelism } from 'node:os';
import type { OpenOptions } from '../../backends/select.ts';
import type { Conclusion, Study, TrialResult } from '../study.ts';
import { studyPage } from './page.ts';
import { type PlanRequest, planStudy, type StudyPlan } from './plan.ts';
import { measureTrials } from './pool.ts';
import type { StudyResults, TrialRecord } from './records.ts';
import { StudyFolder, type Taking } from './studyFolder.ts';

export interface StudyRequest extends PlanRequest {
  readonly folder: string;
  /** What to do with results that are there; default: refuse. */
  readonly taking?: Taking;
  /** Processes that measure at the same time; 0: none beside this one. Default: two, where there are two cores. */
  readonly jobs?: number | undefined;
  /** `threads` are those of all processes together; default: all cores. */
  readonly backend?: OpenOptions;
  readonly signal?: AbortSignal | undefined;
  /** The command that does it again, for the report. */
  readonly command?: string | undefined;
}

export type StudyEvent =
  | {
      readonly type: 'start';
      readonly folder: string;
      readonly plan: StudyPlan;
      readonly jobs: number;
      /** Trials that were measured before. */
      readonly finished: number;
    }
  | {
      readonly type: 'trial';
      readonly record: TrialRecord;
      readonly finished: number;
      readonly trials: number;
      readonly secondsLeft: number;
    }
  | { readonly type: 'stopped'; readonly finished: number; readonly trials: number }
  | { readonly type: 'done'; readonly folder: string; readonly results: StudyResults };

export async function* runStudy(request: StudyRequest): AsyncGenerator<StudyEvent, void, void> {
  const plan = await planStudy(request);
  const { taking = 'new', signal, backend = {}, load } = request;
  const folder = await StudyFolder.take(request.folder, plan, taking);
  try {
    const measured = await folder.readTrials();
    const ids = plan.trials.map(({ id }) => id).filter((id) => !measured.has(id));
    const cores = availableParallelism();
    const { jobs = Math.min(2, cores) } = request;
    const trials = plan.trials.length;
    yield { type: 'start', folder: folder.path, plan, jobs, finished: measured.size };
    const threads = Math.max(1, Math.floor((backend.threads ?? cores) / Math.max(1, jobs)));
    const pool = {
      ...plan,
      ids,
      jobs,
      signal,
      folder: load?.folder,
      backend: { ...backend, threads },
    };
    const pace = paceOf(ids.length, jobs);
    for await (const trial of measureTrials(pool)) {
      const record = { ...trial, fingerprint: plan.fingerprint };
      await folder.writeTrial(record);
      measured.set(record.id, record);
      const secondsLeft = pace(record.seconds);
      yield { type: 'trial', record, finished: measured.size, trials, secondsLeft };
    }
    if (measured.size < trials) {
      yield { type: 'stopped', finished: measured.size, trials };
      return;
    }
    const results = await concluded(folder, plan, measured, request.command);
    yield { type: 'done', folder: folder.path, results };
  } finally {
    await folder.close();
  }
}

/** Seconds that are left, by the mean of those that are over. */
function paceOf(count: number, jobs: number): (seconds: number) => number {
  let [over, sum] = [0, 0];
  return (seconds) => {
    over++;
    sum += seconds;
    return ((sum / over) * (count - over)) / Math.max(1, jobs);
  };
}

async function concluded(
  folder: StudyFolder,
  plan: StudyPlan,
  measured: ReadonlyMap<string, TrialRecord>,
  command: string | undefined,
): Promise<StudyResults> {
  const { study, form } = plan;
  const trials = plan.trials.flatMap((trial): TrialResult[] => {
    const record = measured.get(trial.id);
    return record === undefined ? [] : [{ trial, figures: record.figures }];
  });
  const conclusion = study.conclude({ form, trials });
  const results = resultsOf(plan, trials, measured, conclusion);
  const figures = new Map(conclusion.figures.map(({ name, svg }) => [`${name}.svg`, svg]));
  const page = studyPage({ study, form, results, figures: conclusion.figures, command });
  await folder.writeResults(results, figures, page);
  return results;
}

function resultsOf(
  { study, basis, form }: StudyPlan,
  trials: readonly TrialResult[],
  measured: ReadonlyMap<string, TrialRecord>,
  { findings, tables, figures }: Conclusion,
): StudyResults {
  const records = trials.flatMap(({ trial }) => measured.get(trial.id) ?? []);
  return {
    format: 'fovea-study-results',
    basis,
    title: study.title,
    seeds: form.seeds,
    findings,
    tables,
    figures: figures.map(({ name, caption }) => ({ file: `${name}.svg`, caption })),
    trials: trials.map(({ trial: { id, condition, seed, settings }, figures: found }) => {
      const { times: _, ...kept } = found;
      return { id, condition, seed, settings, figures: kept };
    }),
    times: {
      trials: Object.fromEntries(
        records.map(({ id, seconds, figures: { times } }) => [id, { seconds, ...times }]),
      ),
      seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
      plan: [...new Set(records.map((record) => record.plan))].join('; '),
      node: process.version,
    },
  };
}

/** Measures and concludes in this process, without a folder: what tests and notebooks ask for. */
export async function measureStudy(
  study: Study,
  form: Study['forms']['quick'],
  backend: OpenOptions = {},
): Promise<{ readonly trials: readonly TrialResult[]; readonly conclusion: Conclusion }> {
  const planned = study.trials(form);
  const request = { study, form, ids: planned.map(({ id }) => id), jobs: 0, backend };
  const trials: TrialResult[] = [];
  for await (const { id, figures } of measureTrials({
    ...request,
    folder: undefined,
    signal: undefined,
  })) {
    const trial = planned.find((one) => one.id === id);
    if (trial !== undefined) trials.push({ trial, figures });
  }
  return { trials, conclusion: study.conclude({ form, trials }) };
}
