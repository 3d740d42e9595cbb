/**
 * @file The workers of a model server: threads with a session each, and whoever is free gets the next batch.
 *
 * A worker that ends by itself is started again, and what it had in hand fails. Next stop: `modelWorker.ts`.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError, messageOf, unreachable } from '../../base/errors.ts';
import type { BatchMessage, Result, Task, WorkerMessage, WorkerSetup } from './tasks.ts';

export interface WorkersOptions extends WorkerSetup {
  readonly workers: number;
  /** Told of what is a fault of ours. */
  readonly onBug: (error: unknown) => void;
}

export interface Workers {
  /** What runs in each. */
  readonly plan: string;
  /** Of each model, how many rows are worth answering together, as the first worker found. */
  readonly batches: readonly number[];
  readonly count: number;
  run(model: number, tasks: readonly Task[]): Promise<readonly Result[]>;
  /** How often a worker was started again. */
  readonly restarts: number;
  close(): Promise<void>;
}

interface Running {
  readonly id: number;
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: Error) => void;
}

type Ready = Extract<WorkerMessage, { kind: 'ready' }>;

interface Lane {
  worker: Worker;
  running: Running | undefined;
}

/** One after the other: each finds out what its machine can do, and two at once would disturb each other. */
export async function openWorkers({ workers, onBug, ...setup }: WorkersOptions): Promise<Workers> {
  const lanes: Lane[] = [];
  const free: Lane[] = [];
  const asking: ((lane: Lane) => void)[] = [];
  let [ids, restarts, isClosed] = [0, 0, false];
  let found: Ready | undefined;

  const release = (lane: Lane): void => {
    const next = asking.shift();
    if (next === undefined) free.push(lane);
    else next(lane);
  };
  const finish = (lane: Lane, settle: (running: Running) => void): void => {
    const { running } = lane;
    lane.running = undefined;
    if (running !== undefined) settle(running);
    release(lane);
  };
  const watch = (lane: Lane): void => {
    lane.worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'done') finish(lane, ({ resolve }) => resolve(message.results));
      if (message.kind === 'failed') {
        const error = new Error('the network failed at this batch');
        onBug(message.stack);
        finish(lane, ({ reject }) => reject(error));
      }
    });
    lane.worker.on('error', onBug);
    lane.worker.on('exit', (code) => {
      if (isClosed) return;
      void restart(lane, code);
    });
  };
  const restart = async (lane: Lane, code: number): Promise<void> => {
    lane.running?.reject(new Error(`a worker ended (${code}) in the middle of this batch`));
    lane.running = undefined;
    restarts++;
    const idle = free.indexOf(lane);
    if (idle >= 0) free.splice(idle, 1);
    try {
      lane.worker = (await startWorker(setup)).worker;
    } catch (error) {
      onBug(error);
      return;
    }
    watch(lane);
    release(lane);
  };

  try {
    for (let i = 0; i < workers; i++) {
      const started = await startWorker(setup);
      found ??= started.ready;
      const lane: Lane = { worker: started.worker, running: undefined };
      lanes.push(lane);
      watch(lane);
      free.push(lane);
    }
  } catch (error) {
    isClosed = true;
    await Promise.all(lanes.map(({ worker }) => worker.terminate()));
    throw error;
  }

  const { plan, batches } = found ?? unreachable('a server without workers');
  return {
    plan,
    batches,
    count: workers,
    get restarts() {
      return restarts;
    },
    async run(model, tasks) {
      const lane = free.shift() ?? (await new Promise<Lane>((resolve) => asking.push(resolve)));
      const id = ids++;
      return new Promise((resolve, reject) => {
        lane.running = { id, resolve, reject };
        lane.worker.postMessage({ id, model, tasks } satisfies BatchMessage);
      });
    },
    async close() {
      isClosed = true;
      await Promise.all(lanes.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Resolves when every model has answered once. */
function startWorker(setup: WorkerSetup): Promise<{ worker: Worker; ready: Ready }> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./modelWorker.${extension}`, import.meta.url), {
    workerData: setup,
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      void worker.terminate();
      reject(error);
    };
    const failed = (error: unknown): void =>
      fail(new Error(`a worker failed: ${messageOf(error)}`, { cause: error }));
    const ended = (code: number): void => fail(new Error(`a worker ended (${code}) as it started`));
    worker.once('error', failed);
    worker.once('exit', ended);
    worker.once('message', (message: WorkerMessage) => {
      worker.off('error', failed);
      worker.off('exit', ended);
      if (message.kind === 'ready') resolve({ worker, ready: message });
      else
        fail(
          message.kind === 'broken'
            ? new FoveaError(message.parts)
            : new Error('internal error: a worker began with an answer'),
        );
    });
  });
}
