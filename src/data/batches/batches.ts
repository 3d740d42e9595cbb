/**
 * @file From pictures to batches: the validation split, the order of an epoch, bytes to numbers.
 *
 * The order of epoch e depends on the seed and e alone, so training can be taken up again at any
 * (epoch, batch) and sees the same pictures as if it had never stopped. Nothing is allocated per batch.
 * Before: `formats/idx.ts`. Next stop on the tour: `models/lenet5.ts`.
 */
import { FoveaError, UsageError } from '../../base/errors.ts';
import { RandomStream } from '../../base/random.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import type { ArraySplit } from '../arraySplit.ts';
import type { Split } from '../dataset.ts';
import { type AnySplit, sliceAny } from '../streamed.ts';

/** Bytes to [0, 1], as the usual Keras scripts do. */
export const unitRange: Preprocessing = { scale: 1 / 255, offset: 0 };

/**
 * Keeps the last fraction for validation, as Keras does: training keeps floor(count * (1 - fraction))
 * pictures. Both are views; nothing is copied or shuffled.
 */
export function validationSplit<S extends AnySplit | ArraySplit>(
  split: S,
  fraction: number,
): { readonly train: S; readonly validation: S | null } {
  if (!(fraction >= 0 && fraction < 1)) {
    throw new UsageError({
      problem: `validation split ${fraction} is not possible`,
      expected: 'a fraction from 0 (none) to less than 1, such as 0.2',
    });
  }
  if (fraction === 0) return { train: split, validation: null };
  const kept = Math.floor(split.count * (1 - fraction));
  if (kept === 0 || kept === split.count) {
    throw new UsageError({
      problem: `validation split ${fraction} of ${split.count} pictures leaves one side empty`,
      expected: 'at least one picture on both sides',
    });
  }
  return {
    train: sliceAny(split, 0, kept),
    validation: sliceAny(split, kept, split.count),
  };
}

/** What rank `rank` of `of` takes of each batch. */
export interface Share {
  /** From 0. */
  readonly rank: number;
  readonly of: number;
  /** Counted from the end of the batch: the rows that this rank's are mixed with. Default: no. */
  readonly isMirrored?: boolean | undefined;
}

/** The rows of a batch that a share takes, next to each other; ranks differ by one row at most. */
export function shareOf(
  rows: number,
  { rank, of, isMirrored = false }: Share = { rank: 0, of: 1 },
): { readonly first: number; readonly count: number; readonly of: number } {
  if (!(Number.isInteger(of) && of >= 1 && Number.isInteger(rank) && rank >= 0 && rank < of)) {
    throw new UsageError({
      where: 'share',
      problem: `received rank ${rank} of ${of}`,
      expected: 'a rank from 0 on that is less than the number of shares',
    });
  }
  const first = Math.floor((rank * rows) / of);
  const count = Math.floor(((rank + 1) * rows) / of) - first;
  return { first: isMirrored ? rows - first - count : first, count, of: rows };
}

export interface BatchOrderOptions {
  readonly count: number;
  readonly batchSize: number;
  /** Without a seed the pictures come in the order they are stored in (evaluation). */
  readonly seed?: number;
  /** The same random order in every epoch, as in 1998. */
  readonly once?: boolean;
  /** Gives these rows alone of each batch of `batchSize` rows; where it has fewer than ranks, perhaps none. */
  readonly share?: Share | undefined;
}

/** Which pictures make up batch b of epoch e. The last batch of an epoch may be short. */
export class BatchOrder {
  readonly count: number;
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  readonly #seed: number | undefined;
  readonly #once: boolean;
  readonly #order: Int32Array;
  /** One view into `#order` per batch, made once. */
  readonly #batches: readonly Int32Array[];
  #epoch = -1;

  constructor({ count, batchSize, seed, once = false, share }: BatchOrderOptions) {
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new UsageError({
        where: 'batch size',
        problem: `${batchSize} is not possible`,
        expected: 'a whole number from 1 on, such as 128',
      });
    }
    if (count < 1) throw new FoveaError({ problem: 'no pictures to make batches of' });
    this.count = count;
    this.batchSize = batchSize;
    this.batchesPerEpoch = Math.ceil(count / batchSize);
    this.#seed = seed;
    this.#once = once;
    this.#order = Int32Array.from({ length: count }, (_, i) => i);
    this.#batches = Array.from({ length: this.batchesPerEpoch }, (_, b) => {
      const begin = b * batchSize;
      const own = shareOf(Math.min(batchSize, count - begin), share);
      return this.#order.subarray(begin + own.first, begin + own.first + own.count);
    });
  }

  /** Indices of one batch: a view that holds until another epoch is asked for. */
  indices(epoch: number, batch: number): Int32Array {
    if (batch < 0 || batch >= this.batchesPerEpoch) {
      throw new FoveaError(`batch ${batch} of an epoch of ${this.batchesPerEpoch} batches`);
    }
    const order = this.#once ? 0 : epoch;
    if (this.#seed !== undefined && order !== this.#epoch) {
      this.#order.set(new RandomStream(this.#seed, `shuffle/${order}`).permutation(this.count));
      this.#epoch = order;
    }
    return this.#batches[batch];
  }
}

/** Every byte's number, made once per preprocessing. */
const tables = new WeakMap<Preprocessing, Float32Array>();

/** Undefined where it depends on the place what a byte becomes. */
function tableOf(preprocessing: Preprocessing): Float32Array | undefined {
  const { scale, offset, mean } = preprocessing;
  if (mean !== undefined || typeof scale !== 'number') return undefined;
  let table = tables.get(preprocessing);
  if (table === undefined) {
    table = Float32Array.from({ length: 256 }, (_, byte) => byte * scale + offset);
    tables.set(preprocessing, table);
  }
  return table;
}

/**
 * Writes pictures `indices` into x (n, H, W, C) and their labels into `labels` (n,). x and labels may be
 * longer than the batch; what lies behind it is left as it was.
 */
export function fillBatch(
  split: Split,
  indices: Int32Array,
  preprocessing: Preprocessing,
  x: Float32Array,
  labels: Int32Array,
): void {
  const { images, count } = split;
  const pixels = images.length / count;
  if (x.length < indices.length * pixels || labels.length < indices.length) {
    throw new FoveaError({
      problem: `a batch of ${indices.length} pictures of ${pixels} values does not fit`,
      expected: `room for ${indices.length * pixels} values and ${indices.length} labels`,
    });
  }
  for (let n = 0; n < indices.length; n++) labels[n] = split.labels[indices[n]];
  fillPixels(images, count, indices, preprocessing, x);
}

/** Writes pictures `indices` of `count` as numbers into x (n, H, W, C). */
export function fillPixels(
  images: Uint8Array,
  count: number,
  indices: Int32Array,
  preprocessing: Preprocessing,
  x: Float32Array,
): void {
  const table = tableOf(preprocessing);
  if (table === undefined) {
    fillByPlace(images, count, indices, preprocessing, x);
    return;
  }
  const pixels = images.length / count;
  let to = 0;
  for (let n = 0; n < indices.length; n++) {
    const end = (indices[n] + 1) * pixels;
    for (let from = indices[n] * pixels; from < end; from++) x[to++] = table[images[from]];
  }
}

/** Where means or scales differ from place to place. */
function fillByPlace(
  images: Uint8Array,
  count: number,
  indices: Int32Array,
  { scale, offset, mean = [0] }: Preprocessing,
  x: Float32Array,
): void {
  const scales = typeof scale === 'number' ? [scale] : scale;
  const pixels = images.length / count;
  let to = 0;
  for (let n = 0; n < indices.length; n++) {
    const end = (indices[n] + 1) * pixels;
    for (let from = indices[n] * pixels, m = 0, s = 0; from < end; from++) {
      x[to++] = (images[from] - mean[m]) * scales[s] + offset;
      if (++m === mean.length) m = 0;
      if (++s === scales.length) s = 0;
    }
  }
}
