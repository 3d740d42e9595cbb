/**
 * @file What a data set is: pictures as bytes, one label each, a name for every class.
 *
 * Pictures stay bytes (0..255) in memory, a quarter of what float32 would take; `batches/batches.ts` turns them
 * into numbers for the network, one batch at a time. Next stop: `formats/idx.ts`, where bytes come from.
 */

import type { UnpackedSize } from '../archives/gunzip.ts';
import { FoveaError, UsageError } from '../base/errors.ts';

/** Pictures and their labels. */
export interface Split {
  readonly count: number;
  /** (count, H, W, C), row-major. */
  readonly images: Uint8Array;
  /** (count,), each an index into the data set's classes. */
  readonly labels: Uint8Array | Int32Array;
}

/** `S`: pictures in memory, or ones that are read when they are needed (`streamed.ts`). */
export interface Dataset<S = Split> {
  readonly name: string;
  readonly classes: readonly string[];
  /** (H, W, C) of one picture. */
  readonly imageShape: readonly [number, number, number];
  readonly train: S;
  readonly test: S;
  /**
   * What it is read from or drawn by -> SHA-256; for `run.json`, and compared by `identity.ts`. Of a set of
   * the table, its files (uncompressed); of listed pictures, names, sizes, classes and some content.
   */
  readonly digests?: Readonly<Record<string, string>>;
}

/** Where a download stands; sent a few times per second at most, and once at the end. */
export interface DownloadProgress {
  readonly file: string;
  readonly url: string;
  /** Bytes on disk so far, those of an earlier, interrupted attempt included. */
  readonly received: number;
  readonly total: number;
}

export interface LoadOptions {
  /** Folder that holds one folder per data set; default: $FOVEA_DATA, or the user's cache. */
  readonly folder?: string;
  /** Fetch what is missing; default true. */
  readonly download?: boolean;
  /** Compare size and SHA-256 with the published ones; default true. */
  readonly verify?: boolean;
  /** Only the first pictures of a split; for drawn sets, how many to draw. */
  readonly trainCount?: number;
  readonly testCount?: number;
  /** For drawn sets: the same pictures for the same seed; default 0. */
  readonly seed?: number;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Told, in a sentence, what was left out of folders and shards. */
  readonly onNote?: (words: string) => void;
}

/** An entry of the table: a set that code draws, or one that is read from files, wherever these come from. */
export type DatasetDefinition = DrawnSet | StoredSet;

interface DefinitionWords {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for `fovea data list`. */
  readonly summary: string;
}

export interface DrawnSet extends DefinitionWords {
  readonly files?: undefined;
  draw(options: Pick<LoadOptions, 'trainCount' | 'testCount' | 'seed'>): Promise<Dataset>;
}

export interface StoredSet extends DefinitionWords {
  readonly files: FileSet;
  readonly classes: readonly string[];
  /** Where a packed file tells its size itself, at its beginning; else the published size is the limit. */
  unpackedSize?(file: DataFile): UnpackedSize;
  /** Pictures and labels from the files' contents; `get` knows every file of the set. */
  parse(get: (name: string) => LoadedFile): Pick<Dataset, 'imageShape' | 'train' | 'test'>;
}

/** A file of a set, unpacked. */
export interface LoadedFile {
  readonly name: string;
  /** Where it came from: a path, an address. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of the unpacked bytes. */
  readonly sha256: string;
}

/** The files of a set, read and unpacked. */
export interface LoadedFiles {
  get(name: string): LoadedFile;
  /** File name -> SHA-256 of the content. */
  readonly digests: Readonly<Record<string, string>>;
  /** Throws unless every file is the published one. */
  checkPublished(): Promise<void>;
}

/** The data set that the files hold. */
export async function datasetFrom(
  { name, classes, parse }: StoredSet,
  files: LoadedFiles,
  { verify, trainCount, testCount }: Pick<LoadOptions, 'verify' | 'trainCount' | 'testCount'>,
): Promise<Dataset> {
  // Structure first: it names what is wrong with a damaged file better than a digest does.
  const { imageShape, train, test } = parse(files.get);
  if (verify !== false) await files.checkPublished();
  return {
    name,
    classes,
    imageShape,
    train: firstOf(train, trainCount, 'train'),
    test: firstOf(test, testCount, 'test'),
    digests: files.digests,
  };
}

export interface KnownBytes {
  readonly bytes: number;
  readonly sha256: string;
}

/** One original file. It may lie in the folder as it is or as `NAME.gz`. */
export interface DataFile {
  readonly name: string;
  /** The content; the digest is absent where only the compressed file's was published. */
  readonly content: { readonly bytes: number; readonly sha256?: string };
  /** The published `NAME.gz`; another compression of the same content is as good. */
  readonly gzip?: KnownBytes;
}

/** The files of a data set and where they can be had. */
export interface FileSet {
  /** Folder name below the data folder. */
  readonly folder: string;
  readonly files: readonly DataFile[];
  readonly source:
    | {
        readonly kind: 'files' /** Addresses that end in "/". */;
        readonly mirrors: readonly string[];
      }
    | ({
        readonly kind: 'tar.gz';
        readonly name: string;
        readonly mirrors: readonly string[];
      } & KnownBytes);
}

/** A view of pictures [from, to) of a split; no copy. */
export function sliceSplit(split: Split, from: number, to: number): Split {
  const pixels = split.count === 0 ? 0 : split.images.length / split.count;
  return {
    count: to - from,
    images: split.images.subarray(from * pixels, to * pixels),
    labels: split.labels.subarray(from, to),
  };
}

/** The first `count` pictures; the whole split when `count` is not given. */
export function firstOf(split: Split, count: number | undefined, what: string): Split {
  if (count === undefined) return split;
  if (!Number.isInteger(count) || count < 1 || count > split.count) {
    throw new UsageError({
      problem: `${what} count ${count} is not possible`,
      expected: `a whole number from 1 to ${split.count}`,
    });
  }
  return sliceSplit(split, 0, count);
}

/** Joins pictures and labels; throws when they do not belong together. */
export function splitOf(
  images: { readonly count: number; readonly pixels: Uint8Array },
  labels: Uint8Array,
  where: string,
): Split {
  if (images.count !== labels.length) {
    throw new FoveaError({
      where,
      problem: `${images.count} images, but ${labels.length} labels`,
      expected: 'one label per image',
      fix: 'take both files from the same release of the data set',
    });
  }
  return { count: images.count, images: images.pixels, labels };
}

/** The data set with so many pixels of background (byte 0) around every picture. */
export function withBorder(dataset: Dataset, border: number): Dataset {
  const [height, width, channels] = dataset.imageShape;
  const around = (split: Split): Split => ({
    ...split,
    images: surround(split.images, dataset.imageShape, border),
  });
  return {
    ...dataset,
    imageShape: [height + 2 * border, width + 2 * border, channels],
    train: around(dataset.train),
    test: around(dataset.test),
  };
}

/** (n, H, W, C) bytes to (n, H + 2 border, W + 2 border, C), zeros around. */
export function surround(
  images: Uint8Array,
  [height, width, channels]: Dataset['imageShape'],
  border: number,
): Uint8Array {
  const row = width * channels;
  const wideRow = (width + 2 * border) * channels;
  const count = images.length / (height * row);
  const result = new Uint8Array(count * (height + 2 * border) * wideRow);
  for (let n = 0; n < count; n++) {
    for (let y = 0; y < height; y++) {
      const from = (n * height + y) * row;
      const line = n * (height + 2 * border) + border + y;
      result.set(images.subarray(from, from + row), line * wideRow + border * channels);
    }
  }
  return result;
}
