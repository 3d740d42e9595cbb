/**
 * @file What a task of several does next that share a sweep with successive halving: ranks, or tasks of an array.
 *
 * Nobody gives out the work. Each reads what is over and what others are at from the sweep's folder, asks `rungs.ts` what
 * that leaves, and claims it by a lock that one of several gets. Whoever finds nothing waits for the others, whose runs may be
 * sent on. A claim of a process that is gone is nobody's; one of another machine that was not renewed for minutes is waited for
 * no longer. Before: `rungs.ts`, `sweepFolder.ts`. Next stop: `runSweep.ts`.
 */
import { setTimeout } from 'node:timers/promises';
import type { RunLock } from '../runs/folder/runLock.ts';
import type { Agenda } from './agenda.ts';
import { type TrialRecord, trialName } from './records.ts';
import { type Begun, type Job, type RungOptions, Rungs } from './rungs.ts';
import type { SweepFolder } from './sweepFolder.ts';

/** Milliseconds: between two looks, and until a claim that was not renewed is waited for no longer. */
const [LOOK, PATIENCE] = [300, 300_000];

export class SharedAgenda implements Agenda {
  readonly #folder: SweepFolder;
  readonly #options: RungOptions;
  readonly #score: (record: TrialRecord | undefined) => number;
  readonly #signal: AbortSignal | undefined;
  /** Every run of every rung by its name. */
  readonly #jobs = new Map<string, Begun>();
  /** Scores of what is over, and of what failed here and is not tried again by this task. */
  readonly #over = new Map<string, number>();
  readonly #mine = new Map<string, RunLock>();
  /** When a claim was last seen to be another than before: its own time, and that of this process. */
  readonly #seen = new Map<string, { readonly renewed: number; readonly at: number }>();
  /** Runs whose claim was free and that somebody is still at: a process whose parent was killed ends a moment later. */
  readonly #busy = new Map<string, { readonly job: Job; readonly since: number }>();
  #isClosed = false;

  constructor(
    folder: SweepFolder,
    options: RungOptions,
    score: (record: TrialRecord | undefined) => number,
    signal: AbortSignal | undefined,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#score = score;
    this.#signal = signal;
    for (const configuration of options.configurations) {
      for (const seed of options.seeds) {
        for (const rung of options.epochs.keys()) {
          const job = { configuration, seed, rung };
          this.#jobs.set(trialName(job), job);
        }
      }
    }
  }

  async next(): Promise<Job | undefined> {
    while (!this.#isClosed && this.#signal?.aborted !== true) {
      const others = await this.#look();
      const job = this.#left([...others.keys()]);
      if (job === undefined) {
        if (![...others.values()].includes(true)) return undefined;
        await setTimeout(LOOK);
      } else if (await this.#claimed(job)) return job;
    }
    return undefined;
  }

  /** Reads what is over; gives what others are at, and whether they are worth waiting for. */
  async #look(): Promise<Map<string, boolean>> {
    const { over, claimed } = await this.#folder.trials();
    for (const name of over) {
      const job = this.#jobs.get(name);
      if (job === undefined || this.#over.has(name)) continue;
      const record = await this.#folder.readTrial(job);
      if (record !== undefined) this.#over.set(name, this.#score(record));
    }
    const others = new Map<string, boolean>();
    for (const [name, renewed] of claimed) {
      if (!this.#jobs.has(name) || this.#mine.has(name) || over.includes(name)) continue;
      const seen = this.#seen.get(name);
      if (seen?.renewed !== renewed) this.#seen.set(name, { renewed, at: performance.now() });
      others.set(name, performance.now() - (this.#seen.get(name)?.at ?? 0) < PATIENCE);
    }
    for (const [name, { job, since }] of this.#busy) {
      if (await this.#folder.isTrained(job)) others.set(name, performance.now() - since < PATIENCE);
      else this.#busy.delete(name);
    }
    return others;
  }

  /** What to do next beside what is over and what everybody is at. */
  #left(others: readonly string[]): Job | undefined {
    const known = [...this.#over].flatMap(([name, score]) => {
      const job = this.#jobs.get(name);
      return job === undefined ? [] : [{ ...job, score }];
    });
    const taken = [...others, ...this.#mine.keys()].flatMap((name) =>
      this.#over.has(name) ? [] : (this.#jobs.get(name) ?? []),
    );
    return new Rungs(this.#options, known, taken).next();
  }

  /** False where somebody was faster. */
  async #claimed(job: Job): Promise<boolean> {
    const name = trialName(job);
    const claim = await this.#folder.claim(job);
    if (claim === undefined) {
      await setTimeout(LOOK / 10);
      return false;
    }
    this.#mine.set(name, claim);
    const isTrained = await this.#folder.isTrained(job);
    if (isTrained) this.#busy.set(name, { job, since: performance.now() });
    // He may have been through with it by now.
    const isOver = (await this.#folder.readTrial(job)) !== undefined;
    if (!isTrained && !isOver && !this.#isClosed) return true;
    await this.#release(name);
    return false;
  }

  async #release(name: string): Promise<void> {
    await this.#mine.get(name)?.release();
    this.#mine.delete(name);
  }

  async finish(job: Job, record: TrialRecord | undefined): Promise<void> {
    if (record !== undefined) this.#over.set(trialName(job), this.#score(record));
    await this.#release(trialName(job));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const name of [...this.#mine.keys()]) await this.#release(name);
  }
}
