/**
 * @file Tasks done by several processes at once, one task at a time in each.
 *
 * What is done next is asked for whenever a process is free, so it may depend on what came of others. Outcomes are
 * handed on as they come, in whatever order; a process that is gone is replaced when there is more to do. Whoever stops
 * asking ends the processes. Next stop: `answerTasks.ts`, the other side.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { FoveaError } from '../base/errors.ts';
import type { FromProcess, ToProcess } from './messages.ts';

export interface PoolRequest<Task> {
  /** What each process runs: it calls `answerTasks`. */
  readonly module: URL;
  /** What each is told before its first task. */
  readonly setup: unknown;
  readonly jobs: number;
  /** undefined: nothing for now. Asked again after each outcome. A promise: it depends on others, who are waited for. */
  readonly next: () => Task | undefined | Promise<Task | undefined>;
  /** What a task is called in errors: "trial max-seed2". */
  readonly nameOf: (task: Task) => string;
  readonly signal?: AbortSignal | undefined;
  /** Whether tasks are to end by themselves when the signal comes; default: they are killed. */
  readonly isGentle?: boolean;
  readonly onNews?: (task: Task, news: unknown) => void;
}

export type Outcome<Task, Result> =
  | { readonly task: Task; readonly result: Result }
  /** `isGone`: the process ended in the middle of it, by whatever. */
  | { readonly task: Task; readonly error: Error; readonly isGone: boolean };

/** Ends when nothing runs and nothing is to be done, or, without an error, when the signal says so. */
export async function* inProcesses<Task, Result>(
  request: PoolRequest<Task>,
): AsyncGenerator<Outcome<Task, Result>, void, void> {
  const { jobs, next, signal, isGentle = false } = request;
  const lanes = Array.from({ length: jobs }, () => new Lane<Task, Result>(request));
  const running = new Map<Lane<Task, Result>, Promise<Answered<Task, Result>>>();
  const stopped = new Promise<undefined>((resolve) => {
    signal?.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const isStopped = (): boolean => signal?.aborted === true;
  /** Whether those that run know that they are to end. */
  let isTold = false;
  /** What is next, while that is not known yet; and whether there may be more. */
  let asking: Promise<Asked<Task>> | undefined;
  let mayBeMore = true;
  /** Whether something came to its end since that was asked. */
  let isOutdated = false;
  const freeLane = () => lanes.find((lane) => !running.has(lane));
  const begin = (task: Task | undefined): boolean => {
    const lane = task === undefined ? undefined : freeLane();
    if (task !== undefined && lane !== undefined) running.set(lane, lane.work(task));
    return task !== undefined;
  };
  try {
    for (;;) {
      while (mayBeMore && asking === undefined && freeLane() !== undefined && !isStopped()) {
        isOutdated = false;
        const given = next();
        if (given instanceof Promise) asking = given.then((task) => ({ task }));
        else mayBeMore = begin(given);
      }
      if (running.size === 0 && (asking === undefined || isStopped())) return;
      if (isStopped() && !isGentle) return;
      if (isStopped() && !isTold) {
        isTold = true;
        for (const lane of running.keys()) lane.stop();
      }
      const answers = [...running.values()];
      const others = [stopped, ...(asking === undefined ? [] : [asking])];
      const first = await Promise.race(isTold ? answers : [...others, ...answers]);
      if (first === undefined) continue;
      if ('lane' in first) {
        running.delete(first.lane);
        mayBeMore = true;
        isOutdated = true;
        yield first.outcome;
      } else {
        asking = undefined;
        mayBeMore = begin(first.task) || isOutdated;
      }
    }
  } finally {
    asking?.catch(() => undefined);
    await Promise.all(lanes.map((lane) => lane.end()));
  }
}

interface Asked<Task> {
  readonly task: Task | undefined;
}

interface Answered<Task, Result> {
  readonly lane: Lane<Task, Result>;
  readonly outcome: Outcome<Task, Result>;
}

/** A place for one process, begun with its first task. */
class Lane<Task, Result> {
  readonly #request: PoolRequest<Task>;
  #process: { readonly child: ChildProcess; readonly ended: Promise<string> } | undefined;

  constructor(request: PoolRequest<Task>) {
    this.#request = request;
  }

  async work(task: Task): Promise<Answered<Task, Result>> {
    const { child, ended } = this.#begun();
    const answered = new Promise<Outcome<Task, Result>>((resolve) => {
      const take = (message: FromProcess): void => {
        if (message.kind === 'news') {
          this.#request.onNews?.(task, message.value);
          return;
        }
        child.off('message', take);
        resolve(
          message.kind === 'done'
            ? { task, result: message.value as Result }
            : { task, error: failure(this.#request.nameOf(task), message), isGone: false },
        );
      };
      child.on('message', take);
    });
    this.#send({ kind: 'task', value: task });
    const outcome = await Promise.race([
      answered,
      ended.then((how) => {
        this.#process = undefined;
        return { task, error: gone(this.#request.nameOf(task), how), isGone: true };
      }),
    ]);
    return { lane: this, outcome };
  }

  /** Asks for the end of what runs. */
  stop(): void {
    this.#send({ kind: 'stop' });
  }

  async end(): Promise<void> {
    const begun = this.#process;
    begun?.child.kill('SIGKILL');
    await begun?.ended;
  }

  #begun() {
    if (this.#process !== undefined) return this.#process;
    const child = fork(this.#request.module, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: process.execArgv,
    });
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once('error', (error) => resolve(error.message));
    });
    this.#process = { child, ended };
    this.#send({ kind: 'setup', value: this.#request.setup });
    return this.#process;
  }

  /** A process that is gone is told by its exit, not by a message that could not be sent. */
  #send(message: ToProcess): void {
    this.#process?.child.send(message, () => undefined);
  }
}

function failure(name: string, { parts, message }: FromProcess & { readonly kind: 'failed' }) {
  if (parts === undefined) return new Error(`${name}: ${message}`);
  return new FoveaError({ ...parts, problem: `${name}: ${parts.problem}` });
}

function gone(name: string, how: string): FoveaError {
  return new FoveaError({
    problem: `the process of ${name} is gone (${how})`,
    expected: 'one that answers; the machine may have run out of memory',
  });
}
