/**
 * @file Batches of rows by name: the order of any other batches, the rows copied by name.
 *
 * Previous stop: `arraySplit.ts`. Next stop: `train/feed.ts`, which fills a program's inputs.
 */
import { FoveaError, unreachable } from '../../base/errors.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import type { ArraySplit, InputRows } from '../arraySplit.ts';
import { type BatchOrder, fillPixels } from './batches.ts';
import { type BatchOptions, type BatchSource, orderOf } from './batchSource.ts';

export class ArrayBatches implements BatchSource {
  readonly arrays: ArraySplit;
  readonly count: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly unreadable: ReadonlyMap<number, string> = new Map();
  readonly #order: BatchOrder;

  constructor(arrays: ArraySplit, options: BatchOptions) {
    if ((options.reading?.augmentation?.steps ?? []).length > 0) {
      throw new FoveaError({
        problem: 'augmentation of rows by name',
        expected: 'a split of pictures with one class each',
      });
    }
    this.arrays = arrays;
    this.#order = orderOf(arrays.count, options);
    this.count = arrays.count;
    this.batchSize = options.batchSize;
    this.batchesPerEpoch = this.#order.batchesPerEpoch;
  }

  indices(epoch: number, batch: number): Int32Array {
    return this.#order.indices(epoch, batch);
  }

  isReady(): boolean {
    return true;
  }

  async ready(): Promise<void> {}

  fill(): void {
    unreachable('rows by name are filled by name');
  }

  async close(): Promise<void> {}
}

/** Copies rows `indices` of an input into `to`: bytes as the preprocessing says, floats as they are. */
export function fillInput(
  rows: InputRows,
  count: number,
  indices: Int32Array,
  preprocessing: Preprocessing,
  to: Float32Array,
): void {
  if (rows instanceof Uint8Array) fillPixels(rows, count, indices, preprocessing, to);
  else fillRows(rows, count, indices, to);
}

/** Copies rows `indices` into `to`. */
export function fillRows(
  rows: ArrayLike<number>,
  count: number,
  indices: Int32Array,
  to: Float32Array | Int32Array,
): void {
  const size = rows.length / count;
  let at = 0;
  for (let n = 0; n < indices.length; n++) {
    const end = (indices[n] + 1) * size;
    for (let from = indices[n] * size; from < end; from++) to[at++] = rows[from];
  }
}
