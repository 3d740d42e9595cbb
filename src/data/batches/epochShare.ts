/**
 * @file The rows of an epoch that one rank takes, one after the other: its part of every batch.
 *
 * Row i of a rank stands at some position of the epoch's order; whoever reads ahead asks which.
 * Before: `batches.ts`. Next stop: `loader/prefetch.node.ts`.
 */
import { type Share, shareOf } from './batches.ts';

export interface EpochShare {
  /** Rows of this rank in an epoch. */
  readonly count: number;
  /** Rows of this rank before a batch, and in it. */
  before(batch: number): number;
  rowsOf(batch: number): number;
  /** Where in the epoch's order this rank's row `i` stands. */
  positionOf(i: number): number;
}

export function epochShare(count: number, batchSize: number, share: Share | undefined): EpochShare {
  const batches = Math.ceil(count / batchSize);
  const whole = shareOf(Math.min(batchSize, count), share);
  const last = shareOf(count - (batches - 1) * batchSize, share);
  const before = (batch: number): number => batch * whole.count;
  const partOf = (batch: number) => (batch === batches - 1 ? last : whole);
  return {
    count: before(batches - 1) + last.count,
    before,
    rowsOf: (batch) => partOf(batch).count,
    positionOf: (i) => {
      const batch =
        whole.count === 0 ? batches - 1 : Math.min(batches - 1, Math.floor(i / whole.count));
      return batch * batchSize + partOf(batch).first + (i - before(batch));
    },
  };
}
