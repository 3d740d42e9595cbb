/**
 * @file Processes that try mutants, each in a copy of its own; one that hangs is ended with all that it started.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { first } from '../../src/base/lists.ts';
import { copyRepository } from './copy.ts';
import type { Chosen } from './coverage.ts';
import type { Job, Told } from './shard.ts';

/** Between two tests; starting and loading take their time. */
const START_MS = 30_000;
/** How much longer than without a mutant a test may take, on a machine that others use. */
const SLOWER = 3;
/** Of a test that was not measured. */
const UNKNOWN_MS = 30_000;

class Hang extends Error {
  readonly at: Chosen | undefined;

  constructor(at: Chosen | undefined) {
    super('a test did not end');
    this.at = at;
  }
}

export class Shard {
  readonly #root: string;
  #child: ChildProcess | undefined;

  constructor(root: string) {
    this.#root = resolve(root);
    copyRepository(this.#root);
  }

  /** Who noticed it; undefined where nobody did. What hangs counts when it hangs again, with twice the time. */
  async try(job: Job): Promise<string | undefined> {
    try {
      return await this.#once(job, 1);
    } catch (hang) {
      if (!(hang instanceof Hang)) throw hang;
      const again = hang.at === undefined ? job.tests : [hang.at, ...job.tests];
      try {
        return await this.#once({ ...job, tests: again }, 2);
      } catch (second) {
        if (!(second instanceof Hang)) throw second;
        return `${(second.at ?? first(job.tests, 'test')).file} hangs`;
      }
    }
  }

  async #once(job: Job, times: number): Promise<string | undefined> {
    const script = fileURLToPath(new URL('./shard.ts', import.meta.url));
    // A group of its own: a hanging test goes with it.
    this.#child ??= fork(script, [this.#root], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child = this.#child;
    const path = `${this.#root}/${job.file}`;
    const original = readFileSync(path);
    const known = new Map(
      job.tests.flatMap(({ tests = [] }) =>
        tests.map(({ id, milliseconds }) => [id, milliseconds]),
      ),
    );
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        const wait = (running: Chosen | undefined) => {
          clearTimeout(timer);
          const own =
            running === undefined ? 0 : (known.get(running.tests?.[0]?.id ?? '') ?? UNKNOWN_MS);
          timer = setTimeout(() => reject(new Hang(running)), times * (START_MS + SLOWER * own));
        };
        wait(undefined);
        child.on('message', (told: Told) => {
          if ('begins' in told) wait(told.begins);
          else resolve(told.noticedBy);
        });
        child.once('close', (code) =>
          reject(new Error(`the shard ended with ${code} at ${job.file}:${job.start}`)),
        );
        child.send(job);
      });
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      child.removeAllListeners('message');
      child.removeAllListeners('close');
      writeFileSync(path, original);
    }
  }

  close(): void {
    this.#child?.removeAllListeners('close');
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    this.#child = undefined;
  }

  remove(): void {
    this.close();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
