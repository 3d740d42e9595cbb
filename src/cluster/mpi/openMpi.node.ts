/**
 * @file The ranks of an MPI job, as one of them: `mpirun -n 4` starts four processes, each opens this.
 *
 * The calls are made by a thread (`mpiThread.node.ts`), in the order in which they are asked for. A process that
 * ends before `close` ends all ranks: the others would wait for it for ever.
 */
import { Worker } from 'node:worker_threads';
import { FoveaError, messageOf, UsageError, unreachable } from '../../base/errors.ts';
import type { Collectives, Numbers } from '../collectives.ts';
import { type Launched, launchedBy } from './environment.ts';
import { loadMpi, type MpiLibrary, THREAD_MULTIPLE } from './libraries.node.ts';
import type { MpiAnswer, MpiRequest, MpiStarted } from './protocol.ts';

/** One cluster per process: MPI can be started once. */
export async function openMpi(): Promise<Collectives> {
  const launched = launchedBy(process.env);
  // UCX, below either library, would take signals that Node needs.
  process.env.UCX_ERROR_SIGNALS ??= '';
  const mpi = await loadMpi(launched);
  const thread = new MpiThread(launched);
  const started = await thread.started;
  try {
    checkSize(started, launched);
  } catch (error) {
    await thread.ask({ op: 'close' });
    throw error;
  }
  return ranksOf(thread, started, mpi);
}

function ranksOf(
  thread: MpiThread,
  { rank, size, version, threads }: MpiStarted,
  mpi: MpiLibrary,
): Collectives {
  let isClosed = false;
  const abort = (code: number): void => {
    if (isClosed) return;
    isClosed = true;
    // While the other thread may wait in a call; a library that cannot bear that is left by a signal.
    if (threads < THREAD_MULTIPLE) process.kill(process.pid, 'SIGKILL');
    else mpi.abort(code);
  };
  const ended = (code: number): void => abort(code === 0 ? 1 : code);
  process.on('exit', ended);
  return {
    rank,
    size,
    name: version,
    allReduce: (numbers, wire = 'float32') =>
      inShared(numbers, (shared) => thread.ask({ op: 'allReduce', numbers: shared, wire })),
    group: async (colour) => {
      const { group } = await thread.ask({ op: 'group', colour });
      if (group === undefined) return unreachable('MPI did not say which group it is');
      const { number, ...place } = group;
      return {
        ...place,
        allReduce: (numbers, wire = 'float32') =>
          inShared(numbers, (shared) =>
            thread.ask({ op: 'allReduce', numbers: shared, wire, group: number }),
          ),
      };
    },
    sendReceive: (sent, received, other) =>
      inShared(received, (to) => {
        const from = isShared(sent) ? sent : sent.slice();
        return thread.ask({
          op: 'sendReceive',
          sent: bytesOf(from),
          received: bytesOf(to),
          other,
        });
      }),
    broadcast: (numbers) =>
      inShared(numbers, (shared) => thread.ask({ op: 'broadcast', bytes: bytesOf(shared) })),
    gather: async (bytes) => (await thread.ask({ op: 'gather', bytes })).gathered ?? [],
    barrier: async () => {
      await thread.ask({ op: 'barrier' });
    },
    abort,
    abandon: () => thread.abandon(),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      process.off('exit', ended);
      await thread.ask({ op: 'close' });
    },
  };
}

/** Requests to the thread, answered in order. */
class MpiThread {
  readonly started: Promise<MpiStarted>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #isAbandoned = false;

  constructor(launched: Launched | undefined) {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const url = new URL(`./mpiThread.node.${extension}`, import.meta.url);
    this.#worker = new Worker(url, { workerData: { launched } });
    this.#worker.on('message', (answer: MpiAnswer) => this.#answered(answer));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('its thread has ended')));
    this.started = this.#wait(this.#asked++).then(({ started }) => {
      this.#worker.unref();
      return started ?? Promise.reject(new Error('internal error: MPI did not say who it is'));
    });
  }

  async ask(request: MpiRequest): Promise<MpiAnswer> {
    const id = this.#asked++;
    const waiting = this.#wait(id);
    if (!this.#isAbandoned) this.#worker.ref();
    this.#worker.postMessage({ id, request });
    try {
      return await waiting;
    } finally {
      if (this.#waiting.size === 0) this.#worker.unref();
    }
  }

  /** The process no longer waits for it. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#worker.unref();
  }

  #wait(id: number): Promise<MpiAnswer> {
    const waiting = new Promise<MpiAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    // Whoever asked may look at the outcome later.
    waiting.catch(() => undefined);
    return waiting;
  }

  #answered(answer: MpiAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.failure === undefined) waiting?.resolve(answer);
    else waiting?.reject(new FoveaError(answer.failure));
  }

  #failAll(error: unknown): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new FoveaError(`MPI failed: ${messageOf(error)}`));
    }
    this.#waiting.clear();
  }
}

interface Waiting {
  resolve(answer: MpiAnswer): void;
  reject(error: unknown): void;
}

const isShared = ({ buffer }: Numbers | Uint8Array): boolean => buffer instanceof SharedArrayBuffer;

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers | Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Numbers that are not in shared memory are copied there and back. */
async function inShared<T extends Numbers | Uint8Array>(
  numbers: T,
  task: (shared: T) => Promise<unknown>,
): Promise<void> {
  if (isShared(numbers)) {
    await task(numbers);
    return;
  }
  const Kind = numbers.constructor as new (buffer: SharedArrayBuffer) => T;
  const shared = new Kind(new SharedArrayBuffer(numbers.byteLength));
  shared.set(numbers);
  await task(shared);
  numbers.set(shared);
}

/** The trap that must not become N runs of one rank each. */
function checkSize({ size, version }: MpiStarted, launched: Launched | undefined): void {
  if (launched === undefined || launched.size === size) return;
  const { by, family } = launched;
  throw new UsageError({
    problem: `${by} started ${launched.size} processes, and ${version} counts ${size}`,
    expected: 'a launcher and a library that belong together: each process would train alone',
    fix:
      by === 'srun'
        ? 'srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH); srun --mpi=list says what there is'
        : `install ${family === 'MPICH' ? 'mpich' : 'openmpi-bin'}, or start with the mpirun of ${version}; FOVEA_MPI=FILE names another library`,
  });
}
