/**
 * @file A training in the worker: goes on by itself, holds events until they are asked for, rests when told.
 *
 * A page that draws slowly, or is hidden, must not slow training down: of the news about batches and weights only
 * the newest is kept. A checkpoint is told and then waits, as in `fit`, until the next event is asked for, so that
 * its numbers can be taken. Previous stop: `engine.ts`.
 */
import type { RunEvent } from '../../records/performRun.ts';
import type { Snapshot } from '../../train/progress.ts';
import type { SentEvent, TrainingAction, WatchOptions, Weights } from './protocol.ts';
import type { Turnstile } from './turnstile.ts';

export interface TrainingParts {
  readonly turnstile: Turnstile;
  /** `eventInterval` is asked after each step, `signal` stops. */
  readonly start: (
    eventInterval: () => number,
    signal: AbortSignal,
  ) => AsyncGenerator<RunEvent, void, void>;
  /** Seconds between batch events. */
  readonly eventInterval: number;
  readonly watch: WatchOptions | undefined;
  readonly readWeights: (names: readonly string[]) => Promise<Weights>;
  readonly paused: boolean;
}

/** Rests: at a place between two steps, until it is told to run or to step to the next such place. */
type Pace = 'runs' | 'rests';

export class Training {
  readonly #parts: TrainingParts;
  readonly #events: AsyncGenerator<RunEvent, void, void>;
  readonly #stopping = new AbortController();
  #pace: Pace;
  /** Asked for and not begun: one that is asked for before the first place to rest counts too. */
  #steps = 0;
  #abandoned = false;
  /** Told and not yet asked for. */
  #waiting: SentEvent[] = [];
  #isOver = false;
  #failure: unknown;
  #snapshot: (() => Promise<Snapshot>) | undefined;
  /** Whoever waits for something to change: the loop at rest, the asking for an event. */
  #wake: (() => void)[] = [];
  /** A checkpoint that holds training until the event after it is asked for. */
  #held: SentEvent | undefined;
  #watchedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: TrainingParts) {
    this.#parts = parts;
    this.#pace = parts.paused ? 'rests' : 'runs';
    const interval = () => (this.#pace === 'runs' ? parts.eventInterval : 0);
    this.#events = parts.start(interval, this.#stopping.signal);
    void this.#run();
  }

  /** The next event; undefined when training is over. Throws what training threw. */
  async next(): Promise<SentEvent | undefined> {
    if (this.#held !== undefined && !this.#waiting.includes(this.#held)) {
      this.#held = undefined;
      this.#changed();
    }
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) return event;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) return undefined;
      await this.#change();
    }
  }

  control(action: TrainingAction): void {
    if (action === 'stop') this.#stopping.abort();
    if (action === 'abandon') this.#abandoned = true;
    this.#pace = action === 'pause' || action === 'step' ? 'rests' : 'runs';
    this.#steps = action === 'step' ? this.#steps + 1 : 0;
    this.#changed();
  }

  snapshot(): Promise<Snapshot> | undefined {
    return this.#snapshot?.();
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#parts.turnstile.pass(() => this.#events.next());
        if (done || this.#abandoned) break;
        await this.#tell(value);
        if (isPlaceToRest(value)) await this.#rest();
        if (this.#abandoned) break;
      }
    } catch (error) {
      this.#failure = error;
    } finally {
      await this.#events.return();
      this.#isOver = true;
      this.#changed();
    }
  }

  async #rest(): Promise<void> {
    const waits = () => this.#pace === 'rests' && this.#steps === 0;
    while (waits() && !this.#abandoned) await this.#change();
    if (this.#steps > 0) this.#steps--;
  }

  async #tell(event: RunEvent): Promise<void> {
    if (event.type === 'checkpoint') {
      const { snapshot, ...sent } = event;
      this.#snapshot = snapshot;
      this.#held = sent;
      this.#put(sent);
      while (this.#held === sent && !this.#abandoned) await this.#change();
      return;
    }
    if (event.type === 'start') {
      // `fit` goes on with this object while the page has not asked for the event yet.
      this.#put({ ...event, progress: structuredClone(event.progress) });
      await this.#tellWeights(event.progress.step);
      return;
    }
    this.#put(event);
    if (event.type === 'batch') {
      await this.#tellWeights((event.epoch - 1) * event.batches + event.batch);
    }
  }

  async #tellWeights(step: number): Promise<void> {
    const { watch, readWeights } = this.#parts;
    if (watch === undefined) return;
    const now = performance.now();
    const { every = DEFAULT_EVERY } = watch;
    if (this.#pace === 'runs' && now - this.#watchedAt < 1000 * every) return;
    this.#watchedAt = now;
    this.#put({ type: 'weights', step, weights: await readWeights(watch.weights) });
  }

  /** Of what is live only the newest waits; all else waits in its order. */
  #put(event: SentEvent): void {
    const settled = this.#waiting.findLastIndex((waiting) => !isLive(waiting)) + 1;
    this.#waiting = this.#waiting.filter(({ type }, at) => at < settled || type !== event.type);
    this.#waiting.push(event);
    this.#changed();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

const DEFAULT_EVERY = 0.25;

const isLive = ({ type }: SentEvent): boolean => type === 'batch' || type === 'weights';

/** Between two steps, with nothing left to tell of the last one. */
function isPlaceToRest(event: RunEvent): boolean {
  if (event.type === 'start') return event.progress.step > 0;
  if (event.type === 'batch') return event.batch < event.batches;
  return event.type === 'checkpoint' && (event.reason === 'start' || event.reason === 'epoch');
}
