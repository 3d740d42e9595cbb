/**
 * @file What a listing leaves out: the first entries by name, then how many there are. Nothing is dropped in silence.
 */

const NAMED = 5;

export class LeftOut {
  readonly #named: string[] = [];
  #more = 0;

  add(what: string, reason: string): void {
    if (this.#named.length < NAMED) this.#named.push(`Left out ${what}: ${reason}`);
    else this.#more++;
  }

  /** A sentence each, for people. */
  notes(): readonly string[] {
    if (this.#more === 0) return this.#named;
    return [...this.#named, `Left out ${this.#more.toLocaleString('en-US')} more`];
  }
}
