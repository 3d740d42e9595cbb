/**
 * @file Pictures that are read when they are needed: what is known of them beforehand.
 *
 * A few bytes per picture stay in memory (where it lies, its class), never its pixels. All large arrays
 * stand in shared memory, so that worker threads read them without a copy. Next stop:
 * `origins/readPicture.node.ts`, which reads one; `loader/prefetch.node.ts`, which reads ahead.
 */
import { UsageError } from '../base/errors.ts';
import type { ImageShape } from '../base/shape.ts';
import { type ArraySplit, isArrays, sliceArrays } from './arraySplit.ts';
import { type Dataset, type Split, sliceSplit } from './dataset.ts';

/** Where pictures lie; plain data that a worker thread can be sent. */
export type Origin =
  | {
      readonly kind: 'memory';
      /** (count, H, W, C) in shared memory. */
      readonly images: Uint8Array;
      readonly shape: ImageShape;
    }
  | {
      readonly kind: 'files';
      readonly folder: string;
      /** Paths below the folder. */
      readonly names: PackedNames;
    }
  | {
      readonly kind: 'tar';
      readonly shards: readonly string[];
      /** Per picture: its shard, the first byte of its file there, its size (2^53 fits), its name. */
      readonly shard: Uint16Array;
      readonly offset: Float64Array;
      readonly size: Float64Array;
      readonly names: PackedNames;
    };

export interface StreamedSplit {
  readonly count: number;
  /** Row -> picture of the origin. */
  readonly items: Uint32Array;
  /** (count,), each an index into the data set's classes. */
  readonly labels: Int32Array;
  readonly origin: Origin;
}

export type AnySplit = Split | StreamedSplit;
export type AnyDataset = Dataset<AnySplit>;

export function isStreamed(split: object): split is StreamedSplit {
  return 'origin' in split;
}

/** Rows [from, to) of a split; no copy. */
export function sliceAny<S extends AnySplit | ArraySplit>(split: S, from: number, to: number): S {
  if (isArrays(split)) return sliceArrays(split, from, to) as ArraySplit as S;
  if (!isStreamed(split)) return sliceSplit(split, from, to) as S;
  const { origin, items, labels } = split;
  const streamed: StreamedSplit = {
    count: to - from,
    items: items.subarray(from, to),
    labels: labels.subarray(from, to),
    origin,
  };
  return streamed as AnySplit as S;
}

/** The first `count` rows; the whole split when `count` is not given. */
export function firstOfAny(split: AnySplit, count: number | undefined, what: string): AnySplit {
  if (count === undefined) return split;
  if (Number.isInteger(count) && count >= 1 && count <= split.count)
    return sliceAny(split, 0, count);
  throw new UsageError({
    problem: `${what} count ${count} is not possible`,
    expected: `a whole number from 1 to ${split.count}`,
  });
}

/** A split in memory as one that workers can read; the pictures are copied once. */
export function shareSplit(split: Split, shape: ImageShape): StreamedSplit {
  const images = new Uint8Array(new SharedArrayBuffer(split.images.length));
  images.set(split.images);
  const items = new Uint32Array(new SharedArrayBuffer(4 * split.count)).map((_, i) => i);
  const labels = Int32Array.from(split.labels);
  return { count: split.count, items, labels, origin: { kind: 'memory', images, shape } };
}

/** Many names as one run of UTF-8 bytes. */
export interface PackedNames {
  readonly bytes: Uint8Array;
  /** Name i stands at bytes [ends[i - 1], ends[i]). */
  readonly ends: Uint32Array;
}

export function packNames(names: readonly string[]): PackedNames {
  const encoded = names.map((name) => new TextEncoder().encode(name));
  const total = encoded.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(new SharedArrayBuffer(total));
  const ends = new Uint32Array(new SharedArrayBuffer(4 * names.length));
  let end = 0;
  encoded.forEach((name, i) => {
    bytes.set(name, end);
    end += name.length;
    ends[i] = end;
  });
  return { bytes, ends };
}

export function nameAt({ bytes, ends }: PackedNames, i: number): string {
  // A decoder does not read shared memory: slice() copies.
  return new TextDecoder().decode(bytes.slice(i === 0 ? 0 : ends[i - 1], ends[i]));
}
