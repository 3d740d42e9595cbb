/**
 * @file Notices that a worker has fallen silent: asks it now and then, and waits so long for an answer.
 *
 * A worker that is ended from outside, or that the browser ended for want of memory, tells nobody. While the page is
 * hidden browsers slow it down, so that silence then means nothing and waiting begins anew afterwards.
 */

interface WatchdogParts {
  readonly ask: () => Promise<void>;
  readonly isAsleep: () => boolean;
  /** Seconds of silence until `onSilence` is told; it is told once. */
  readonly patience: number;
  readonly onSilence: (seconds: number) => void;
}

/** Seconds between two looks. */
const EVERY = 1;

export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Looks since the last sign of life. */
  #silent = 0;
  #asked = false;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), 1000 * EVERY);
  }

  /** Something came from the worker. */
  heard(): void {
    this.#silent = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { isAsleep, patience, onSilence } = this.#parts;
    if (isAsleep()) {
      this.#silent = 0;
      return;
    }
    this.#silent += EVERY;
    if (this.#silent >= patience) {
      this.stop();
      onSilence(this.#silent);
    } else if (!this.#asked && this.#silent >= 2) this.#ask();
  }

  #ask(): void {
    this.#asked = true;
    // A refusal is a sign of life as well.
    const answered = () => {
      this.#asked = false;
      this.heard();
    };
    this.#parts.ask().then(answered, answered);
  }
}
