/**
 * @file Trains what the page asks for: opens the engine's worker, loads the data, and turns events into states.
 *
 * One worker serves both networks of a comparison, which take turns of a tenth of a second. Checkpoints are kept on
 * this side, so that nothing is lost when the worker is. Commands may come at any time: each start has a number, and
 * what an older one still says is not heard. Before: `machine.ts`. Next stop: `page.tsx`.
 */
import { parameterNames, type TrainedModel, type WorkerSession } from 'fovea/web';
import { after, type Happening, idle, type RunState } from './machine.ts';
import {
  type Beginning,
  beginNetworks,
  type Engine,
  type Network,
  type PageData,
  type Store,
  startRecords,
  tested,
} from './networks.ts';
import type { TrainSettings } from './settings.ts';
import { Watchdog } from './watchdog.ts';

/** What the trainer needs of the world; tests have one of their own. */
export interface Surroundings {
  readonly openEngine: () => Promise<WorkerSession>;
  /** `say` is told how far it is, in words. */
  readonly loadData: (
    session: WorkerSession,
    settings: TrainSettings,
    say: (words: string) => void,
  ) => Promise<PageData>;
  /** Of the same key the same pictures; the set's name unless given. */
  readonly dataKey?: (settings: TrainSettings) => string;
  /** Whether the page is out of sight: a hidden one is slow to answer. */
  readonly isHidden: () => boolean;
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
interface Place extends Engine {
  /** Of the start it belongs to. */
  readonly number: number;
  readonly settings: TrainSettings;
}

export class Trainer {
  #state: RunState = idle;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  #session: WorkerSession | undefined;
  /** The set that was loaded last, by what it was loaded for. */
  #loaded: { readonly key: string; readonly data: PageData } | undefined;
  #networks: readonly Network[] = [];
  #watchdog: Watchdog | undefined;
  /** Which start this is. */
  #number = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get state(): RunState {
    return this.#state;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
    this.#watchdog?.stop();
    this.#happen({ type: 'reset' });
    const session = this.#session;
    // Of a worker that was lost nothing is answered any more.
    if (session === undefined) return;
    await Promise.allSettled(networks.map(({ training }) => training.return()));
    await Promise.allSettled(networks.map(({ spec }) => session.release(spec)));
  }

  /** Ends the worker too. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#loaded = undefined;
    await this.reset();
    await session?.close().catch(() => {});
  }

  async #begin(beginning: Beginning): Promise<void> {
    const number = ++this.#number;
    const { settings, paused } = beginning;
    const doing = (words: string) => {
      if (number === this.#number) this.#happen({ type: 'preparing', doing: words, settings });
    };
    try {
      doing('Starting the engine');
      const session = await this.#open();
      doing(`Getting the pictures (${settings.data})`);
      const data = await this.#load(session, settings, doing);
      if (number !== this.#number) return;
      const known = this.#state.sides;
      const store = settings.keep ? await this.#openStore() : undefined;
      const networks = await beginNetworks({ session, data, store }, beginning);
      if (number !== this.#number) return;
      this.#networks = networks;
      const sides = startRecords(networks, data, settings, known);
      this.#happen({ type: 'ready', sides, paused });
      const place = { number, session, data, store, settings };
      this.#watch(place);
      this.#networks.forEach((network, side) => void this.#follow(network, side, place));
    } catch (error) {
      if (number === this.#number) this.#fail(error);
    }
  }

  async #open(): Promise<WorkerSession> {
    const session = this.#session ?? (await this.#surroundings.openEngine());
    // Two starts at once: one worker is enough.
    if (this.#session !== undefined && this.#session !== session) void session.close();
    this.#session ??= session;
    const { plan, backend } = this.#session;
    this.#happen({ type: 'engine', plan, plainLoops: backend === 'reference' });
    return this.#session;
  }

  async #load(
    session: WorkerSession,
    settings: TrainSettings,
    say: (words: string) => void,
  ): Promise<PageData> {
    const key = this.#surroundings.dataKey?.(settings) ?? settings.data;
    if (this.#loaded?.key === key) return this.#loaded.data;
    const data = await this.#surroundings.loadData(session, settings, say);
    if (this.#session === session) this.#loaded = { key, data };
    return data;
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
        this.#watchdog?.heard();
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
    } finally {
      const { phase } = this.#state;
      if (!isOld() && (phase === 'done' || phase === 'failed')) this.#watchdog?.stop();
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
      const result = await tested(place.session, network, place.data, epoch);
      if (place.number === this.#number) this.#happen({ type: 'tested', side, tested: result });
    } catch (error) {
      // Where the worker is gone or the network has diverged, training itself says so.
      if (place.number === this.#number && this.#state.phase === 'done') this.#fail(error);
    } finally {
      network.isTesting = false;
    }
  }

  /** Asks the worker now and then whether it is there: one that was ended says nothing by itself. */
  #watch({ number, session, data }: Place): void {
    this.#watchdog?.stop();
    this.#watchdog = new Watchdog({
      ask: async () => void (await session.pictures(data.test, [])),
      isAsleep: this.#surroundings.isHidden,
      // A step of plain loops takes seconds, and nothing is answered in the midst of one.
      patience: session.backend === 'reference' ? 120 : 10,
      onSilence: (seconds) => {
        if (number === this.#number) this.#lose(seconds);
      },
    });
  }

  /** The worker is gone: what it made so far is here. */
  #lose(seconds: number): void {
    this.#number++;
    void this.#session?.close().catch(() => {});
    this.#session = undefined;
    this.#loaded = undefined;
    const words = `The engine's worker has not answered for ${seconds} seconds: it was ended, or ran out of memory.`;
    this.#happen({ type: 'failed', failure: { words, resumesAt: this.#resumesAt() } });
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
    this.#watchdog?.stop();
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
