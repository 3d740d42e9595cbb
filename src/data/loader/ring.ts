/**
 * @file The shared memory between the trainer and the threads that read ahead: a ring of samples.
 *
 *   task t = the t-th sample since the start, slot t mod slots
 *   worker:  takes the next task; waits until t < consumed + slots; writes the slot; stamps it with t + 1
 *   trainer: a batch is ready when all its slots bear their stamp; having copied it, raises `consumed`
 *
 * Tasks are handed out in order, so the ring fills in order but for the few that are being worked on.
 */

import { UsageError } from '../../base/errors.ts';

export interface Ring {
  /** Words by the names of `RING`. */
  readonly control: Int32Array;
  readonly stamps: Int32Array;
  readonly labels: Int32Array;
  readonly status: Int32Array;
  /** (slots, bytes of a sample). */
  readonly pixels: Uint8Array;
  readonly slots: number;
}

export const RING = {
  nextTask: 0,
  consumed: 1,
  /** Samples finished in all; the trainer waits on it. */
  produced: 2,
  stop: 3,
  failed: 4,
  words: 8,
} as const;

/** What a slot holds: a picture, its own or one in place of what cannot be read, or nothing. */
export const STATUS = { read: 0, missing: 1 } as const;

/** As much as a session has in all. */
const MOST_BYTES = 2 ** 32;

export function createRing(slots: number, sampleBytes: number): Ring {
  if (slots * sampleBytes > MOST_BYTES) {
    throw new UsageError({
      where: 'batch size',
      problem: `${slots} pictures of ${sampleBytes} bytes are read ahead`,
      expected: `at most ${MOST_BYTES} bytes`,
      fix: 'choose a smaller batch size',
    });
  }
  const words = (count: number) => new Int32Array(new SharedArrayBuffer(4 * count));
  return {
    control: words(RING.words),
    stamps: words(slots),
    labels: words(slots),
    status: words(slots),
    pixels: new Uint8Array(new SharedArrayBuffer(slots * sampleBytes)),
    slots,
  };
}
