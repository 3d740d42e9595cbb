/**
 * @file Runs a sweep: what is to be done next, in processes, each outcome on disk before it is told of; then the results.
 *
 * An async iterator of events. Stopped or killed, it is gone on with from what is on disk: runs that are over are not run
 * again, those that were running go on from their checkpoints. Before: `sweepSpec.ts`. Next stops: `rungs.ts`,
 * `sweepFolder.ts`, `results.ts`; `cli/sweep/trialProcess.ts`, which trains.
 */
import { FoveaError, UsageError, unreachable } from '../base/errors.ts';
import { inProcesses, type Outcome } from '../processes/pool.ts';
import { type Agenda, ownAgenda } from './agenda.ts';
import { type Configuration, configurationsOf, trainWords } from './configurations.ts';
import { sweepPage } from './page.ts';
import { runName, type TrialFigures, type TrialRecord } from './records.ts';
import { resultsOf, type SweepResults, scoreOf } from './results.ts';
import { type Job, Rungs, rungEpochs } from './rungs.ts';
import { ofShare, type Share } from './share.ts';
import { SharedAgenda } from './sharedAgenda.ts';
import { SweepFolder } from './sweepFolder.ts';
import type { SweepSpec } from './sweepSpec.ts';

export interface SweepRequest {
  readonly spec: SweepSpec;
  readonly folder: string;
  /** Goes on with what is there. */
  readonly resumes?: boolean;
  /** The part of it that this process does, beside others. */
  readonly share?: Share | undefined;
  /** Epochs of a run that goes all the way, of each configuration by its id. */
  readonly epochs: ReadonlyMap<string, number>;
  /** Runs at the same time. */
  readonly jobs: number;
  /** Told of each epoch of a run. */
  readonly onNews?: ((run: string, news: TrialNews) => void) | undefined;
  /** The module of a process that does `TrialTask`s, and what it is told first. */
  readonly module: URL;
  readonly setup?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** The command that does it again, for the report. */
  readonly command?: string | undefined;
}

/** A run that is to be trained until it has so many epochs; one that is there is gone on with. */
export interface TrialTask {
  readonly words: readonly string[];
  readonly folder: string;
  readonly epochs: number;
}

export type TrialAnswer =
  | { readonly kind: 'done'; readonly figures: TrialFigures; readonly seconds: number }
  /** It would fail again, however often: its numbers left the real ones. */
  | { readonly kind: 'failed'; readonly why: string }
  /** Where the task was told to end: the run has a checkpoint. */
  | { readonly kind: 'stopped' };

/** An epoch of a run that goes on. */
export interface TrialNews {
  readonly epoch: number;
  readonly epochs: number;
}

export type SweepEvent =
  | {
      readonly type: 'start';
      readonly folder: string;
      readonly configurations: readonly Configuration[];
      readonly epochs: readonly number[];
      /** Runs in all, each once, whatever rungs it reaches; those of this share. */
      readonly runs: number;
      readonly finished: number;
    }
  | { readonly type: 'trial'; readonly record: TrialRecord; readonly finished: number }
  | { readonly type: 'stopped'; readonly folder: string; readonly finished: number }
  /** A share is done; others may be at theirs. */
  | { readonly type: 'shared'; readonly folder: string; readonly finished: number }
  | { readonly type: 'done'; readonly folder: string; readonly results: SweepResults };

export async function* runSweep(request: SweepRequest): AsyncGenerator<SweepEvent, void, void> {
  const { spec, share, resumes = false, signal } = request;
  const configurations = configurationsOf(spec);
  const epochs = rungEpochs(commonEpochs(request), spec.halving);
  const folder = await SweepFolder.take(request.folder, spec, { resumes, share });
  try {
    const records = await recordsIn(folder, configurations, spec.seeds, epochs.length);
    const before = records.length;
    const all = runsOf(configurations, spec.seeds);
    const runs = spec.halving === null ? ofShare(all, share).length : all.length;
    yield { type: 'start', folder: folder.path, configurations, epochs, runs, finished: before };
    let isStopped = false;
    for await (const record of trials(request, folder, configurations, { epochs, records })) {
      if (record === 'stopped') {
        isStopped = true;
        continue;
      }
      records.push(record);
      yield { type: 'trial', record, finished: records.length };
    }
    const state = { folder: folder.path, finished: records.length };
    if (isStopped || signal?.aborted === true) yield { type: 'stopped', ...state };
    else if (share !== undefined) yield { type: 'shared', ...state };
    else
      yield {
        type: 'done',
        folder: folder.path,
        results: await concluded(folder, request, configurations, records),
      };
  } finally {
    await folder.close();
  }
}

async function concluded(
  folder: SweepFolder,
  { spec, command }: SweepRequest,
  configurations: readonly Configuration[],
  records: readonly TrialRecord[],
): Promise<SweepResults> {
  const results = resultsOf(spec, configurations, records);
  await folder.writeResults(results, sweepPage(results, command));
  return results;
}

/** Outcomes as they come, on disk already where they are the last word. */
async function* trials(
  request: SweepRequest,
  folder: SweepFolder,
  configurations: readonly Configuration[],
  state: { readonly epochs: readonly number[]; readonly records: readonly TrialRecord[] },
): AsyncGenerator<TrialRecord | 'stopped', void, void> {
  const { jobs, module, setup, signal, onNews } = request;
  const agenda = agendaOf(request, folder, configurations, state);
  const tasks = tasksOf(request, folder, configurations);
  const outcomes = inProcesses<TrialWork, TrialAnswer>({
    ...{ module, setup, jobs, signal },
    next: () => {
      const next = agenda.next();
      return next instanceof Promise ? next.then(tasks) : tasks(next);
    },
    isGentle: true,
    nameOf: ({ job }) => `run ${runName(job)}`,
    onNews: ({ job }, news) => onNews?.(runName(job), news as TrialNews),
  });
  try {
    for await (const outcome of outcomes) {
      const { job } = outcome.task;
      const record = recordOf(job, outcome);
      // A full disk, a killed process: what may be otherwise next time is tried again when the sweep is gone on with.
      if (record !== undefined && 'result' in outcome) await folder.writeTrial(record);
      await agenda.finish(job, record);
      yield record ?? 'stopped';
    }
  } finally {
    await agenda.close();
  }
}

type TrialWork = TrialTask & { readonly job: Job };

/** What is to be done next, of this share. */
function agendaOf(
  { spec, share, signal }: SweepRequest,
  folder: SweepFolder,
  configurations: readonly Configuration[],
  {
    epochs,
    records,
  }: { readonly epochs: readonly number[]; readonly records: readonly TrialRecord[] },
): Agenda {
  const { seeds, halving, judge } = spec;
  const score = (record: TrialRecord | undefined) => scoreOf(record?.figures ?? null, judge);
  const names = configurations.map(({ id }) => id);
  const options = { configurations: names, seeds, epochs, eta: halving?.eta ?? 2 };
  // Who goes on is decided by all runs of a rung, whoever trained them.
  if (share !== undefined && halving !== null) {
    return new SharedAgenda(folder, options, score, signal);
  }
  const known = records.map((record) => ({ ...record, score: score(record) }));
  const mine = new Set(ofShare(runsOf(configurations, seeds), share));
  return ownAgenda(new Rungs(options, known), mine, score);
}

/** From a job to what a process is told of it. */
function tasksOf(
  { spec, epochs: last }: SweepRequest,
  folder: SweepFolder,
  configurations: readonly Configuration[],
) {
  const byId = new Map(configurations.map((one) => [one.id, one]));
  return (job: Job | undefined): TrialWork | undefined => {
    if (job === undefined) return undefined;
    const configuration = byId.get(job.configuration) ?? unreachable(job.configuration);
    // Without rungs every configuration has epochs of its own.
    const own = spec.halving === null ? (last.get(job.configuration) ?? job.epochs) : job.epochs;
    const words = trainWords(spec, configuration, job.seed);
    const place = folder.run(runName(job));
    return { words, folder: place, epochs: own, job: { ...job, epochs: own } };
  };
}

/** undefined of a run that was stopped. A mistake of ours is no outcome of a run. */
function recordOf(job: Job, outcome: Outcome<TrialWork, TrialAnswer>): TrialRecord | undefined {
  if ('error' in outcome) {
    const { error } = outcome;
    if (!(error instanceof FoveaError)) throw error;
    return { ...job, figures: null, why: error.parts.problem, seconds: 0 };
  }
  const { result } = outcome;
  if (result.kind === 'stopped') return undefined;
  if (result.kind === 'failed') return { ...job, figures: null, why: result.why, seconds: 0 };
  return { ...job, figures: result.figures, seconds: result.seconds };
}

const runsOf = (configurations: readonly Configuration[], seeds: readonly number[]): string[] =>
  configurations.flatMap(({ id }) => seeds.map((seed) => runName({ configuration: id, seed })));

async function recordsIn(
  folder: SweepFolder,
  configurations: readonly Configuration[],
  seeds: readonly number[],
  rungs: number,
): Promise<TrialRecord[]> {
  const found: TrialRecord[] = [];
  for (const { id: configuration } of configurations) {
    for (const seed of seeds) {
      for (let rung = 0; rung < rungs; rung++) {
        const record = await folder.readTrial({ configuration, seed, rung });
        if (record !== undefined) found.push(record);
      }
    }
  }
  return found;
}

/** The most of all; where rungs are made of it, it must be the same for all. */
function commonEpochs({ spec, epochs }: SweepRequest): number {
  const all = new Set(epochs.values());
  if (spec.halving === null || all.size === 1) return Math.max(...all);
  throw new UsageError({
    option: 'halving',
    problem: `configurations train for ${[...all].toSorted((a, b) => a - b).join(', ')} epochs`,
    expected: 'the same number of epochs for all, of which rungs are made',
  });
}
