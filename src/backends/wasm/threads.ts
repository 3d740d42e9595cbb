/**
 * @file The thread pool: workers that wait on a shared word and help with what the caller runs.
 *
 * The caller raises the generation (odd while it writes), writes a command, raises it again and wakes the workers;
 * they spin a little before they sleep, since the next step comes soon. Nobody waits for a worker to take part:
 * work is drawn by tickets (`emit/language/tickets.ts`). Modules travel through the shared memory itself, so that no
 * event loop has to turn. Before: `control.ts`, the words. The worker's side is `threadWorker.ts`.
 */
import { advice, FoveaError, messageOf, setting } from '../../base/errors.ts';
import { inNode } from '../../base/host.ts';
import { COMMAND, CONTROL, CONTROL_BYTES, type WorkerStart } from './control.ts';

export interface WorkerHandle {
  /** Resolves once the thread is gone, where the platform tells. */
  terminate(): Promise<unknown>;
}

export class ThreadPool {
  readonly threads: number;
  /** Stays valid when shared memory grows: its start does not move. Without workers it is never used. */
  private readonly control: Int32Array;
  private workers: WorkerHandle[] = [];

  private constructor(memory: WebAssembly.Memory, threads: number) {
    this.control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);
    this.threads = threads;
  }

  static async start(memory: WebAssembly.Memory, threads: number): Promise<ThreadPool> {
    const pool = new ThreadPool(memory, threads);
    const starts = Array.from({ length: threads - 1 }, (_, i) =>
      startWorker({ memory, thread: i + 1 }),
    );
    pool.workers = await Promise.all(starts);
    return pool;
  }

  /** Loads a module that lies in the shared memory into every worker, as the program of that number. */
  load(program: number, moduleAddress: number, moduleBytes: number): void {
    const { control } = this;
    Atomics.store(control, CONTROL.loaded, 0);
    this.beginCommand(COMMAND.load);
    control[CONTROL.program] = program;
    control[CONTROL.moduleAddress] = moduleAddress;
    control[CONTROL.moduleBytes] = moduleBytes;
    this.endCommand();
    this.awaitLoaded();
  }

  /** Calls the workers to a segment; the caller works on it too, and waits for its tickets. */
  run(program: number, segment: number, base: number, scratch: number, scratchBytes: number): void {
    const { control } = this;
    this.beginCommand(COMMAND.run);
    control[CONTROL.program] = program;
    control[CONTROL.segment] = segment;
    control[CONTROL.base] = base;
    control[CONTROL.scratch] = scratch;
    control[CONTROL.scratchBytes] = scratchBytes;
    this.endCommand();
  }

  private beginCommand(command: number): void {
    Atomics.add(this.control, CONTROL.generation, 1);
    this.control[CONTROL.command] = command;
  }

  private endCommand(): void {
    Atomics.add(this.control, CONTROL.generation, 1);
    Atomics.notify(this.control, CONTROL.generation);
  }

  private awaitLoaded(): void {
    const { control } = this;
    const expected = this.threads - 1;
    for (let spins = 0; ; spins++) {
      const loaded = Atomics.load(control, CONTROL.loaded);
      if (loaded === expected) break;
      if (spins > 10_000) pause(control, CONTROL.loaded, loaded);
    }
    if (Atomics.load(control, CONTROL.failed) !== 0) {
      throw new FoveaError({
        problem: 'a worker thread could not load the compiled program',
        fix: advice`run with ${setting('threads', 1)}`,
      });
    }
  }

  async close(): Promise<void> {
    if (this.workers.length === 0) return;
    this.beginCommand(COMMAND.exit);
    this.endCommand();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
    this.workers = [];
  }
}

/** Sleeps a moment where the platform allows it (a browser's main thread may only spin). */
function pause(control: Int32Array, index: number, value: number): void {
  try {
    Atomics.wait(control, index, value, 1);
  } catch {
    // Not allowed here: keep spinning.
  }
}

async function startWorker(start: WorkerStart): Promise<WorkerHandle> {
  if (inNode) {
    const { startNodeWorker } = await import('./host.node.ts');
    return startNodeWorker(start).catch((error: unknown) => {
      throw notStarted(messageOf(error));
    });
  }
  // Written out, for bundlers look for these very words.
  const worker = new Worker(new URL('./threadWorker.js', import.meta.url), { type: 'module' });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => {
        event.preventDefault();
        reject(notStarted(event.message || 'its file could not be loaded'));
      };
      worker.postMessage(start);
    });
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return { terminate: async () => worker.terminate() };
}

function notStarted(why: string): FoveaError {
  return new FoveaError({
    problem: `a worker thread did not start: ${why}`,
    fix: advice`run with ${setting('threads', 1)}`,
  });
}
