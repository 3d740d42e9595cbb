/**
 * @file A rank's part of each batch beside the rows that its rows are mixed with, wherever in the batch these are.
 *
 * Row n of a batch of N has row N-1-n for its partner. A rank that takes rows first to first + count finds its partners in
 * the part that mirrors its own, and reads them itself: what a row holds depends on seed, epoch and row alone. So no
 * picture travels, and with two ranks or more each reads twice the rows. Before: `batchSource.ts`. Next stop:
 * `train/feed.ts`, which mixes.
 */
import type { ArraySplit } from '../arraySplit.ts';
import type { AnySplit } from '../streamed.ts';
import type { BatchOptions, BatchSource } from './batchSource.ts';
import { openBatches } from './openBatches.ts';

/** Of one process: its batches, whose rows are mixed with each other. */
export async function openPairedBatches(
  split: AnySplit | ArraySplit,
  options: BatchOptions,
): Promise<BatchSource> {
  const own = await openBatches(split, options);
  const { share, reading } = options;
  if (share === undefined || share.of === 1) return own;
  const partners = await openBatches(split, {
    ...options,
    share: { ...share, isMirrored: true },
    // Whoever has the row for its own tells of it.
    reading: reading && { ...reading, onUnreadable: undefined },
  });
  return new Pairs(own, partners);
}

class Pairs implements BatchSource {
  readonly partners: BatchSource;
  readonly #own: BatchSource;

  constructor(own: BatchSource, partners: BatchSource) {
    this.#own = own;
    this.partners = partners;
  }

  get count(): number {
    return this.#own.count;
  }

  get batchSize(): number {
    return this.#own.batchSize;
  }

  get batchesPerEpoch(): number {
    return this.#own.batchesPerEpoch;
  }

  get arrays(): ArraySplit | undefined {
    return this.#own.arrays;
  }

  get unreadable(): ReadonlyMap<number, string> {
    return this.#own.unreadable;
  }

  indices(epoch: number, batch: number): Int32Array {
    return this.#own.indices(epoch, batch);
  }

  isReady(epoch: number, batch: number): boolean {
    return this.#own.isReady(epoch, batch) && this.partners.isReady(epoch, batch);
  }

  async ready(epoch: number, batch: number): Promise<void> {
    await Promise.all([this.#own.ready(epoch, batch), this.partners.ready(epoch, batch)]);
  }

  fill(...to: Parameters<BatchSource['fill']>): void {
    this.#own.fill(...to);
  }

  async close(): Promise<void> {
    await Promise.all([this.#own.close(), this.partners.close()]);
  }
}
