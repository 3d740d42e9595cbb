/**
 * @file Gathers what arrives together into batches: as many rows as fit, or what is there when somebody is free.
 *
 * What arrives in one turn of the event loop goes together, and what arrives while all are busy; nobody who is free
 * waits for more, unless that is asked for.
 *
 * It knows neither sockets nor networks. What was given up before its batch began is left out of it.
 * Next stop: `workers.ts`, who does a batch.
 */

export interface BatcherOptions<Task, Result> {
  /** Rows in a batch; a task with more goes alone. */
  readonly maxBatch: number;
  /** How long the first of a batch waits for others though somebody is free, in milliseconds. */
  readonly maxDelay: number;
  /** Batches that may be done at the same time. */
  readonly lanes: number;
  /** Gives one result for each task, in order; what it throws is every task's error. */
  run(tasks: readonly Task[]): Promise<readonly Result[]>;
}

interface Waiting<Task, Result> {
  readonly task: Task;
  readonly rows: number;
  readonly since: number;
  readonly signal: AbortSignal;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

export class Batcher<Task, Result> {
  readonly #options: BatcherOptions<Task, Result>;
  #queue: Waiting<Task, Result>[] = [];
  #running = 0;
  #isHasty = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: ReturnType<typeof setImmediate> | undefined;

  constructor(options: BatcherOptions<Task, Result>) {
    this.#options = options;
  }

  /** Rows that wait for a batch. */
  get waiting(): number {
    return this.#queue.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** The result of a task; rejects with the signal's reason when that comes first. */
  submit(task: Task, rows: number, signal: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const giveUp = (): void => {
        this.#queue = this.#queue.filter((one) => one !== waiting);
        reject(signal.reason);
      };
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          signal.removeEventListener('abort', giveUp);
          settle(value);
        };
      const waiting: Waiting<Task, Result> = {
        task,
        rows,
        since: performance.now(),
        signal,
        resolve: settled(resolve),
        reject: settled(reject),
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queue.push(waiting);
      this.#turn ??= setImmediate(() => this.#next());
    });
  }

  /** From now on nobody waits for others: what is there is all that comes. */
  hasten(): void {
    this.#isHasty = true;
    this.#next();
  }

  /** Begins batches while somebody is free and one is full or due; else comes back when the first is due. */
  #next(): void {
    const { maxBatch, maxDelay, lanes } = this.#options;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#timer = this.#turn = undefined;
    while (this.#running < lanes) {
      const [first] = this.#queue;
      if (first === undefined) return;
      const left = this.#isHasty ? 0 : first.since + maxDelay - performance.now();
      if (this.waiting < maxBatch && left > 0) {
        this.#timer = setTimeout(() => this.#next(), Math.ceil(left));
        return;
      }
      void this.#begin(this.#take());
    }
  }

  /** From the front of the queue, as many as fit; at least one. */
  #take(): Waiting<Task, Result>[] {
    let rows = 0;
    let count = 0;
    for (const one of this.#queue) {
      if (count > 0 && rows + one.rows > this.#options.maxBatch) break;
      rows += one.rows;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #begin(batch: readonly Waiting<Task, Result>[]): Promise<void> {
    this.#running++;
    try {
      const results = await this.#options.run(batch.map(({ task }) => task));
      if (results.length !== batch.length) throw new Error('internal error: a batch lost results');
      batch.forEach(({ resolve }, i) => {
        resolve(results[i] as Result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#running--;
      this.#next();
    }
  }
}
