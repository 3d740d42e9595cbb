/**
 * @file A training as the page sees it: the events of `fit`, and handles to pause, step and stop.
 *
 * Previous stop: `workerSession.ts`; what answers is `training.ts`.
 */
import type { FitEvent } from '../../train/events.ts';
import type { Asked } from './calls.ts';
import type {
  EngineCalls,
  SentEvent,
  TrainingAction,
  WorkerFitEvent,
  WorkerRunEvent,
} from './protocol.ts';

/**
 * Goes through the events once, as `fit` does; leaving the loop ends training. It begins when the first event is
 * asked for, and then goes on by itself.
 */
export class RemoteTraining<E extends WorkerRunEvent = WorkerFitEvent>
  implements AsyncIterableIterator<E, void, void>
{
  readonly #calls: Asked<EngineCalls>;
  readonly #begin: () => Promise<number>;
  #begun: Promise<number> | undefined;
  /** Said before it began. */
  #isOver = false;

  constructor(calls: Asked<EngineCalls>, begin: () => Promise<number>) {
    this.#calls = calls;
    this.#begin = begin;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<E, void>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      this.#begun ??= this.#begin();
      const training = await this.#begun;
      const event = await this.#calls.nextEvent(training);
      if (event !== undefined) return { done: false, value: this.#received(event, training) };
      this.#isOver = true;
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
    return { done: true, value: undefined };
  }

  /** Ends training without another checkpoint: what leaving a `for await` does. */
  async return(): Promise<IteratorResult<E, void>> {
    if (!this.#isOver && this.#begun !== undefined) await this.#control('abandon');
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  /** Rests between two steps, a tenth of a second later at most. */
  pause(): Promise<void> {
    return this.#control('pause');
  }

  resume(): Promise<void> {
    return this.#control('resume');
  }

  /** One step, and at an epoch's end what belongs to it; then rests. */
  step(): Promise<void> {
    return this.#control('step');
  }

  /** Stops between two steps; a checkpoint and `done` follow. */
  stop(): Promise<void> {
    return this.#control('stop');
  }

  async #control(action: TrainingAction): Promise<void> {
    this.#begun ??= this.#begin();
    const training = await this.#begun;
    if (!this.#isOver) await this.#calls.control({ training, action });
  }

  /** What a training tells is what its kind of event says: `fit` tells of no run. */
  #received(event: SentEvent, training: number): E {
    if (event.type !== 'checkpoint') return event as E;
    const whole: FitEvent = { ...event, snapshot: () => this.#calls.snapshot(training) };
    return whole as E;
  }
}
