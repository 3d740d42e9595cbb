/**
 * @file What a sweep does next: all runs to their end, or by asynchronous successive halving (ASHA).
 *
 * Every configuration trains for the epochs of the lowest rung. Of those that are through with a rung, the best one in
 * `eta` go on to the next, for `eta` times the epochs, and nobody waits until all others are through: who is free takes
 * the highest rung that has somebody to send on, else a new configuration. Without halving there is one rung. Where
 * there are several seeds, a configuration is through when all of them are, and is judged by their mean. Source: Li et
 * al. 2020, https://arxiv.org/abs/1810.05934, algorithm 2. Next stop: `runSweep.ts`.
 */
import { at } from '../base/lists.ts';

export interface Job {
  readonly configuration: string;
  readonly seed: number;
  readonly rung: number;
  /** What the run is to have trained for when the job is done. */
  readonly epochs: number;
}

export interface RungOptions {
  readonly configurations: readonly string[];
  readonly seeds: readonly number[];
  /** Epochs of each rung, rising. */
  readonly epochs: readonly number[];
  readonly eta: number;
}

/** from, from * eta, ... and the last one. */
export function rungEpochs(last: number, halving: { from: number; eta: number } | null): number[] {
  if (halving === null) return [last];
  const rungs: number[] = [];
  for (let n = halving.from; n < last; n *= halving.eta) rungs.push(n);
  return [...rungs, last];
}

interface Rung {
  readonly epochs: number;
  /** Of each configuration that reached it, what its seeds came to. */
  readonly scores: Map<string, Map<number, number>>;
  /** Seeds that others are at. */
  readonly taken: Map<string, Set<number>>;
  readonly promoted: Set<string>;
}

/** A job that somebody is at. */
export type Begun = Pick<Job, 'configuration' | 'seed' | 'rung'>;

/** A job that is over. `score`: larger is better; -Infinity: the run failed. */
export interface Finished extends Begun {
  readonly score: number;
}

export class Rungs {
  readonly #seeds: readonly number[];
  readonly #eta: number;
  readonly #rungs: readonly Rung[];
  readonly #waiting: string[];
  /** Jobs of configurations that have begun a rung. */
  readonly #queue: Job[] = [];
  #running = 0;

  /** `known`: what was over before, and `taken`: what others are at; neither is done again. */
  constructor(
    { configurations, seeds, epochs, eta }: RungOptions,
    known: readonly Finished[] = [],
    taken: readonly Begun[] = [],
  ) {
    this.#seeds = seeds;
    this.#eta = eta;
    this.#rungs = epochs.map((n) => ({
      ...{ epochs: n, scores: new Map(), taken: new Map(), promoted: new Set() },
    }));
    for (const one of known) this.#put(one);
    for (const one of taken) this.#take(one);
    this.#waiting = configurations.filter((name) => !this.#rungs[0]?.scores.has(name));
    for (const [rung, { scores }] of this.#rungs.entries()) {
      for (const name of scores.keys()) {
        this.#rungs[rung - 1]?.promoted.add(name);
        this.#enqueue(name, rung);
      }
    }
  }

  /** undefined: nothing for now, or nothing more where nothing runs. */
  next(): Job | undefined {
    if (this.#queue.length === 0) this.#begin();
    const job = this.#queue.shift();
    if (job !== undefined) this.#running++;
    return job;
  }

  finish(finished: Finished): void {
    this.#running--;
    this.#put(finished);
  }

  #take({ configuration, seed, rung }: Begun): void {
    const { scores, taken } = at(this.#rungs, rung, 'rung');
    const seeds = taken.get(configuration) ?? new Set<number>();
    taken.set(configuration, seeds.add(seed));
    // It has begun this rung, and is through with nothing there.
    if (!scores.has(configuration)) scores.set(configuration, new Map());
    this.#running++;
  }

  #put({ configuration, seed, rung, score }: Finished): void {
    const { scores } = at(this.#rungs, rung, 'rung');
    const own = scores.get(configuration) ?? new Map<number, number>();
    scores.set(configuration, own.set(seed, score));
  }

  /** Sends the best on, or takes a new configuration, or waits. */
  #begin(): void {
    for (let rung = this.#rungs.length - 2; rung >= 0; rung--) {
      if (this.#promote(rung, 1 / this.#eta)) return;
    }
    const configuration = this.#waiting.shift();
    if (configuration !== undefined) this.#enqueue(configuration, 0);
    if (configuration !== undefined || this.#running > 0) return;
    // Fewer than `eta` came so far: the best of them goes on, so that one has all its epochs.
    const below = this.#rungs.slice(0, -1);
    const rung = below.findIndex(({ promoted }) => promoted.size === 0);
    if (rung >= 0) this.#promote(rung, 1);
  }

  /** Sends the best of a rung on that is among the share that goes on and has not gone yet, where there is one. */
  #promote(rung: number, share: number): boolean {
    const { scores, promoted } = at(this.#rungs, rung, 'rung');
    const through = [...scores]
      .filter(([, own]) => own.size === this.#seeds.length)
      .map(([name, own]) => ({ name, score: meanOf([...own.values()]) }))
      .toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
    const most = Math.floor(through.length * share + 1e-9);
    const isNext = (one: { name: string; score: number }): boolean =>
      one.score > -Infinity && !promoted.has(one.name);
    const best = through.slice(0, most).find(isNext);
    if (best === undefined) return false;
    promoted.add(best.name);
    this.#enqueue(best.name, rung + 1);
    return true;
  }

  /** The seeds of a configuration that a rung has not seen. */
  #enqueue(configuration: string, rung: number): void {
    const { epochs, scores, taken } = at(this.#rungs, rung, 'rung');
    for (const seed of this.#seeds) {
      if (scores.get(configuration)?.has(seed) === true) continue;
      if (taken.get(configuration)?.has(seed) === true) continue;
      this.#queue.push({ configuration, seed, rung, epochs });
    }
  }
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
