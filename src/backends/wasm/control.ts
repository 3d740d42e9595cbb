/**
 * @file The control words at the start of a session's memory: what the caller and its workers say to each other.
 *
 * Words that are written often have cache lines of their own. Next stops: `threads.ts`, the caller's side;
 * `threadWorker.ts`, the worker's.
 */

/** Word indices into the control block (Int32Array over the memory's start). */
export const CONTROL = {
  generation: 0,
  command: 16,
  /** Which program and segment, where its tickets begin. */
  program: 17,
  segment: 18,
  base: 19,
  /** Scratch of thread 0, and bytes from one thread's to the next. */
  scratch: 20,
  scratchBytes: 21,
  moduleAddress: 22,
  moduleBytes: 23,
  /** Workers that have loaded the last module. */
  loaded: 32,
  failed: 33,
  /** The ticket words. */
  next: 48,
  done: 64,
} as const;

export const COMMAND = { load: 1, run: 2, exit: 3 } as const;

/** Bytes kept for the control block. */
export const CONTROL_BYTES = 512;

/** What a worker is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
}
