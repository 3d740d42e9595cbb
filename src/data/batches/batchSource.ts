/**
 * @file Where the trainer's batches come from: memory, or worker threads that read ahead.
 *
 * The trainer asks for batch b of epoch e; what it gets depends on (seed, e, b) alone. A batch in memory is
 * always ready; one that is being read may have to be waited for, which the trainer does between steps.
 * Next stop: `openBatches.ts`, which chooses.
 */
import type { ImageShape } from '../../base/shape.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import type { ArraySplit } from '../arraySplit.ts';
import type { Augmentation } from '../augment/index.ts';
import type { Split } from '../dataset.ts';
import { BatchOrder, fillBatch, type Share } from './batches.ts';

export interface BatchSource {
  readonly count: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  /** Rows of the split that make up a batch: a view that holds until another epoch is asked for. */
  indices(epoch: number, batch: number): Int32Array;
  /** Whether the batch can be written without waiting. */
  isReady(epoch: number, batch: number): boolean;
  /** Resolves once it is. */
  ready(epoch: number, batch: number): Promise<void>;
  /** Rows by name, which are filled by name and not by `fill`. */
  readonly arrays?: ArraySplit | undefined;
  /** Of rows that are mixed with rows of other ranks: those. The partner of row n of `count` is row count-1-n there. */
  readonly partners?: BatchSource | undefined;
  /** Writes the batch, which must be ready. */
  fill(
    epoch: number,
    batch: number,
    preprocessing: Preprocessing,
    x: Float32Array,
    labels: Int32Array,
  ): void;
  /** Rows whose picture could not be read, so far, with the reason. */
  readonly unreadable: ReadonlyMap<number, string>;
  close(): Promise<void>;
}

export interface BatchOptions {
  readonly batchSize: number;
  /** Of the order; absent: rows as they are stored. */
  readonly seed?: number | undefined;
  /** One random order for all epochs. */
  readonly once?: boolean | undefined;
  /** Gives a part of each batch; `count` and `batchSize` stay those of the whole. */
  readonly share?: Share | undefined;
  readonly reading?: ReadingOptions | undefined;
}

/** How pictures are read and changed; none of it matters for a split in memory without augmentation. */
export interface ReadingOptions {
  /** (H, W, C) of the model's input. */
  readonly shape: ImageShape;
  /** (H, W, C) of pictures in memory, where it is another. */
  readonly stored?: ImageShape | undefined;
  readonly augmentation?: Augmentation | undefined;
  /** Of what augmentation draws; absent when testing. */
  readonly seed?: number | undefined;
  /** When testing: which of the ten crops; default: the middle. */
  readonly view?: number | undefined;
  /**
   * Threads that read ahead; default 1. With 0, and where there are none (a browser), pictures in memory are
   * augmented by the caller. No influence on what is read.
   */
  readonly workers?: number | undefined;
  /** A picture that cannot be read is an error; else another takes its place, or it is left out of a test. */
  readonly strict?: boolean | undefined;
  /** Told of every picture that could not be read. */
  readonly onUnreadable?: ((name: string, problem: string) => void) | undefined;
}

/** How pictures are read, of what is not the model's or the seed's affair. */
export type Reading = Omit<ReadingOptions, 'shape' | 'seed'>;

/** Nothing is read, nothing is waited for, nothing is allocated per batch. */
export class MemoryBatches implements BatchSource {
  readonly count: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly unreadable: ReadonlyMap<number, string> = new Map();
  readonly #split: Split;
  readonly #order: BatchOrder;

  constructor(split: Split, options: BatchOptions) {
    const { batchSize } = options;
    this.#split = split;
    this.#order = orderOf(split.count, options);
    this.count = split.count;
    this.batchSize = batchSize;
    this.batchesPerEpoch = this.#order.batchesPerEpoch;
  }

  indices(epoch: number, batch: number): Int32Array {
    return this.#order.indices(epoch, batch);
  }

  isReady(): boolean {
    return true;
  }

  async ready(): Promise<void> {}

  fill(
    epoch: number,
    batch: number,
    preprocessing: Preprocessing,
    x: Float32Array,
    labels: Int32Array,
  ): void {
    fillBatch(this.#split, this.indices(epoch, batch), preprocessing, x, labels);
  }

  async close(): Promise<void> {}
}

export function orderOf(
  count: number,
  { batchSize, seed, once = false, share }: Omit<BatchOptions, 'reading'>,
): BatchOrder {
  return new BatchOrder({ count, batchSize, once, share, ...(seed === undefined ? {} : { seed }) });
}
