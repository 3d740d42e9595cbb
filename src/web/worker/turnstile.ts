/**
 * @file One thing at a time, in the order asked for: trainings, evaluations and questions share a session.
 *
 * What one of them does in its turn no other sees half done: an evaluation in the midst of training reads the
 * weights of one step, and trainings side by side take turns of a tenth of a second.
 */
export class Turnstile {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the task when all before it are over. */
  pass<T>(task: () => T | Promise<T>): Promise<T> {
    const run = this.#last.then(task);
    this.#last = run.catch(() => {});
    return run;
  }
}
