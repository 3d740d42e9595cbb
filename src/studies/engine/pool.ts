/**
 * @file Trials measured by several processes at once, or one after the other in this one.
 *
 * Results are handed on as they come, in whatever order. Whoever stops asking, or an error, ends the processes.
 * Before: `runStudy.ts`. Next stop: `trialProcess.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { OpenOptions } from '../../backends/select.ts';
import { advice, FoveaError, setting } from '../../base/errors.ts';
import type { Form, Study } from '../study.ts';
import { type MeasuredTrial, openMeasurer } from './measureTrial.ts';
import type { FromProcess, ToProcess } from './trialProcess.ts';

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
  return request.jobs === 0 ? inThisProcess(request) : inProcesses(request);
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

async function* inProcesses(request: PoolRequest): AsyncGenerator<MeasuredTrial, void, void> {
  const { ids, jobs, signal } = request;
  const queue = [...ids];
  const lanes = Array.from({ length: Math.min(jobs, ids.length) }, () => new Lane(request));
  const running = new Map<Lane, Promise<readonly [Lane, MeasuredTrial]>>();
  const begin = (lane: Lane): void => {
    const id = queue.shift();
    if (id === undefined) return;
    const measured = lane.measure(id).then((trial) => [lane, trial] as const);
    // Of processes that are ended below nobody waits for an answer.
    measured.catch(() => undefined);
    running.set(lane, measured);
  };
  const stopped = new Promise<undefined>((resolve) => {
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    for (const lane of lanes) begin(lane);
    while (running.size > 0 && signal?.aborted !== true) {
      const next = await Promise.race([stopped, ...running.values()]);
      if (next === undefined) return;
      const [lane, trial] = next;
      running.delete(lane);
      begin(lane);
      yield trial;
    }
  } finally {
    await Promise.all(lanes.map((lane) => lane.end()));
  }
}

/** One process, which measures one trial at a time. */
class Lane {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  constructor({ study, form, backend, folder }: PoolRequest) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#process = fork(new URL(`./trialProcess.${extension}`, import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: process.execArgv,
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.once('error', () => resolve());
    });
    this.#send({ kind: 'setup', study: study.name, form, backend, folder });
  }

  measure(id: string): Promise<MeasuredTrial> {
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        child.off('message', answered);
        child.off('exit', ended);
        child.off('error', reject);
        finish();
      };
      const answered = (message: FromProcess): void =>
        settle(() => {
          if (message.kind === 'measured') resolve(message.trial);
          else reject(failure(id, message));
        });
      const ended = (code: number | null, signal: string | null): void =>
        settle(() => reject(gone(id, signal ?? `exit code ${code}`)));
      child.on('message', answered);
      child.on('exit', ended);
      child.on('error', reject);
      this.#send({ kind: 'measure', id });
    });
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** A process that is gone is told by its exit, not by a message that could not be sent. */
  #send(message: ToProcess): void {
    this.#process.send(message, () => undefined);
  }
}

function failure(id: string, { parts, message }: FromProcess & { readonly kind: 'failed' }): Error {
  if (parts === undefined) return new Error(`trial ${id}: ${message}`);
  return new FoveaError({ ...parts, problem: `trial ${id}: ${parts.problem}` });
}

function gone(id: string, how: string): FoveaError {
  return new FoveaError({
    problem: `the process that measured trial ${id} is gone (${how})`,
    expected: 'one that answers; the machine may have run out of memory',
    fix: advice`${setting('resume')} goes on; with ${setting('jobs', 1)} it needs less memory`,
  });
}
