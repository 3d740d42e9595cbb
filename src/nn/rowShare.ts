/** @file The part of a batch that one rank of several takes. */

/** `count` rows from row `first` on, of `of` rows. */
export interface RowShare {
  readonly first: number;
  readonly count: number;
  readonly of: number;
}

/** The same, for layers that have statistics of the whole batch. */
export interface AcrossRanks extends Pick<RowShare, 'of'> {
  /** 0 where a rank's only row is there to have a program at all. */
  readonly counts: number;
}
