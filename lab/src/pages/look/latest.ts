/**
 * @file Work that only its newest question matters for: while one runs, of all that come after it the last is kept.
 */
export class Latest<Question> {
  readonly #work: (question: Question) => Promise<void>;
  #isBusy = false;
  #next: { readonly question: Question } | undefined;

  /** `work` tells its own failures: it must not throw. */
  constructor(work: (question: Question) => Promise<void>) {
    this.#work = work;
  }

  ask(question: Question): void {
    this.#next = { question };
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#next !== undefined) {
      const { question } = this.#next;
      this.#next = undefined;
      await this.#work(question);
    }
    this.#isBusy = false;
  }
}
