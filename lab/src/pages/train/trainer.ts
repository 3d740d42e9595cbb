/**
 * @file Trains what the page asks for: begins networks in the workshop, follows them, and turns events into states.
 *
 * One worker serves both networks of a comparison, which take turns of a tenth of a second. Checkpoints are kept on
 * this side, so that nothing is lost when the worker is. Commands may come at any time: each start has a number, and
 * what an older one still says is not heard. Before: `machine.ts`, `workshop.ts`. Next stop: `page.tsx`.
 */
import { FoveaError, parameterNames, type TrainedModel } from 'fovea/web';
import { type KeptRun, readKept, settingsOfRun, wantedByRun } from './keptRun.ts';
import { after, type Happening, idle, type RunState } from './machine.ts';
import {
  type Beginning,
  beginNetworks,
  type Engine,
  type Network,
  type Store,
  startRecords,
  tested,
} from './networks.ts';
import { prepare } from './preparation.ts';
import type { TrainSettings } from './settings.ts';
import { wantedFor } from './wantedData.ts';
import { Workshop, type WorkshopParts } from './workshop.ts';

/** What the trainer needs of the world; tests have one of their own. */
export interface Surroundings extends WorkshopParts {
  /** Where runs are kept; absent: nowhere. Throws in words where the browser keeps nothing. */
  readonly openStore?: () => Promise<Store>;
  /** Told of what a network has learned, after each epoch. */
  readonly onTrained?: (trained: Trained) => void;
}

export interface Trained extends TrainedModel {
  readonly label: string;
  readonly settings: TrainSettings;
}

/** Where a run computes: what one start has opened. */
interface Place extends Pick<Engine, 'data'> {
  /** Of the start it belongs to. */
  readonly number: number;
  readonly settings: TrainSettings;
}

export class Trainer {
  #state: RunState = idle;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  readonly #workshop: Workshop;
  #networks: readonly Network[] = [];
  /** Which start this is. */
  #number = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#workshop = new Workshop(surroundings, {
      onOpen: ({ plan, backend }) =>
        this.#happen({ type: 'engine', plan, plainLoops: backend === 'reference' }),
      onLost: (why) => this.#lose(why),
    });
  }

  get state(): RunState {
    return this.#state;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Does ahead of time, when the page has nothing else to do, what a start would wait for. The answer leaves it, and
   * closes what nothing was begun with.
   */
  prepare(settings: TrainSettings): () => void {
    if (this.#state.phase !== 'idle') return () => {};
    const leave = prepare(this.#workshop, settings);
    return () => {
      leave();
      if (this.#state.phase === 'idle') void this.#workshop.close();
    };
  }

  async play(settings: TrainSettings): Promise<void> {
    const { phase, failure } = this.#state;
    if (phase === 'idle') await this.#begin({ settings, paused: false });
    else if (phase === 'failed' && failure?.resumesAt != null) await this.#goOn();
    else if (phase === 'paused') {
      this.#happen({ type: 'resume' });
      await this.#control('resume');
    } else if (phase === 'done' || phase === 'failed') {
      await this.reset();
      await this.#begin({ settings, paused: false });
    }
  }

  async pause(): Promise<void> {
    if (this.#state.phase !== 'running') return;
    this.#happen({ type: 'pause' });
    await this.#control('pause');
  }

  /** One step of every network; where it runs, it comes to rest. */
  async step(settings: TrainSettings): Promise<void> {
    if (this.#state.phase === 'running') return this.pause();
    if (this.#state.phase === 'idle') await this.#begin({ settings, paused: true });
    if (this.#state.phase === 'paused') await this.#control('step');
  }

  /** Back to the start; the worker, once open, stays for the next one. */
  async reset(): Promise<void> {
    this.#number++;
    const networks = this.#networks;
    this.#networks = [];
    this.#happen({ type: 'reset' });
    await Promise.allSettled(networks.map(({ training }) => training.return()));
    await Promise.allSettled(networks.map(({ spec, session }) => session.release(spec)));
  }

  /** Ends the worker too. */
  async close(): Promise<void> {
    await this.reset();
    await this.#workshop.close();
  }

  async #begin(beginning: Beginning): Promise<void> {
    const number = ++this.#number;
    const { paused } = beginning;
    let { settings } = beginning;
    const doing = (words: string) => {
      if (number === this.#number) this.#happen({ type: 'preparing', doing: words, settings });
    };
    try {
      doing('Starting the engine');
      const session = await this.#workshop.open();
      const kept = await this.#keptRun(settings);
      if (kept !== undefined) settings = settingsOfRun(kept, settings);
      doing(`Getting the pictures (${settings.data})`);
      const wanted = kept === undefined ? wantedFor(settings) : wantedByRun(kept);
      const data = await this.#workshop.load(wanted, doing);
      if (number !== this.#number) return;
      const known = this.#state.sides;
      const store = settings.keep ? await this.#openStore() : undefined;
      const whole = { ...beginning, settings, kept };
      const networks = await beginNetworks({ session, data, store }, whole);
      if (number !== this.#number) return;
      this.#networks = networks;
      this.#happen({ type: 'ready', sides: startRecords(networks, data, whole, known), paused });
      const place = { number, data, settings };
      this.#networks.forEach((network, side) => void this.#follow(network, side, place));
    } catch (error) {
      if (number === this.#number) this.#fail(error);
    }
  }

  /** The run that the settings name; undefined where they name none. */
  async #keptRun({ run }: TrainSettings): Promise<KeptRun | undefined> {
    if (run === '') return undefined;
    const store = await this.#surroundings.openStore?.();
    if (store !== undefined) return readKept(store, run);
    throw new FoveaError({ problem: `there is no place that keeps the run ${run}` });
  }

  /** Undefined where the browser keeps nothing: training goes on without. */
  async #openStore(): Promise<Store | undefined> {
    try {
      const store = await this.#surroundings.openStore?.();
      this.#happen({ type: 'note', words: '' });
      return store;
    } catch (error) {
      this.#happen({ type: 'note', words: `The run is not kept. ${wordsOf(error)}` });
      return undefined;
    }
  }

  async #follow(network: Network, side: number, place: Place): Promise<void> {
    const isOld = () => place.number !== this.#number;
    try {
      for await (const event of network.training) {
        if (isOld()) return;
        if (event.type === 'checkpoint') network.kept = await event.snapshot();
        if (isOld()) return;
        this.#happen({ type: 'event', side, event });
        if (event.type === 'checkpoint' && event.reason === 'epoch') {
          this.#leave(network, side, place);
        }
        if (event.type === 'epoch') void this.#test(network, side, place, event.epoch);
      }
    } catch (error) {
      if (!isOld()) this.#happen({ type: 'sideFailed', side, words: wordsOf(error) });
    }
  }

  /** What was learned so far, for other pages. */
  #leave({ spec, kept }: Network, side: number, { data, settings }: Place): void {
    if (kept === undefined) return;
    const names = new Set(parameterNames(spec));
    const weights = new Map([...kept.states].filter(([name]) => names.has(name)));
    const label = this.#state.sides[side]?.label ?? '';
    this.#surroundings.onTrained?.({ spec, weights, classes: data.classes, label, settings });
  }

  async #test(network: Network, side: number, place: Place, epoch: number): Promise<void> {
    if (network.isTesting) return;
    network.isTesting = true;
    try {
      const result = await tested(network, place.data, epoch);
      if (place.number === this.#number) this.#happen({ type: 'tested', side, tested: result });
    } catch (error) {
      // Where the worker is gone or the network has diverged, training itself says so.
      if (place.number === this.#number && this.#state.phase === 'done') this.#fail(error);
    } finally {
      network.isTesting = false;
    }
  }

  /** The worker is gone: what it made so far is here. One that had nothing left to do is not missed. */
  #lose(why: Error): void {
    const { phase } = this.#state;
    if (phase === 'idle' || phase === 'done' || phase === 'failed') return;
    this.#number++;
    this.#happen({
      type: 'failed',
      failure: { words: wordsOf(why), resumesAt: this.#resumesAt() },
    });
  }

  /** The step of the oldest of the newest checkpoints. */
  #resumesAt(): number | null {
    const steps = this.#networks.map(({ kept }) => kept?.progress.step);
    const all = steps.filter((step) => step !== undefined);
    return all.length > 0 && all.length === steps.length ? Math.min(...all) : null;
  }

  /** After a loss: a new worker, from the checkpoints that were kept. */
  async #goOn(): Promise<void> {
    const { settings } = this.#state;
    if (settings === null) return;
    await this.#begin({ settings, paused: false, from: this.#networks });
  }

  #fail(error: unknown): void {
    const failure = { words: wordsOf(error), resumesAt: null };
    this.#happen({ type: 'failed', failure });
  }

  async #control(action: 'pause' | 'resume' | 'step'): Promise<void> {
    await Promise.allSettled(this.#networks.map(({ training }) => training[action]()));
  }

  #happen(happening: Happening): void {
    this.#state = after(this.#state, happening);
    for (const listener of this.#listeners) listener();
  }
}

/** Of an error, for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
