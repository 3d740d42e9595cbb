/**
 * @file Pictures of one's own as a data set: folders become classes by the rules of `folder:PATH` in Node.
 *
 * What is no picture is left out and said; the rest goes on. The set is in memory, of the size that the model reads,
 * and has the digest that Node gives the same folder, so that a run of it can be gone on with once the folder is
 * given again, here or there. Next stop: `decodePicture.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { at } from '../../base/lists.ts';
import type { ImageShape } from '../../base/shape.ts';
import { noAugmentation } from '../../data/augment/index.ts';
import type { Dataset, Split } from '../../data/dataset.ts';
import { digestOf } from '../../data/digestOf.ts';
import { claimedSize, kindOf, PICTURE_NAME } from '../../data/images/kinds.ts';
import type { Picture } from '../../data/images/picture.ts';
import {
  classNamesOf,
  type Labelled,
  labelFolders,
  partsOf,
} from '../../data/origins/folderRules.ts';
import { LeftOut } from '../../data/origins/leftOut.ts';
import { rowsOf } from '../../data/origins/listing.ts';
import { listingBytes, SAMPLED_BYTES } from '../../data/origins/listingDigest.ts';
import { openSampler } from '../../data/samples.ts';
import { decodePicture } from './decodePicture.ts';
import type { GivenFile } from './givenFiles.ts';

export interface PictureSetOptions {
  /** (H, W, C) that the model reads: what the pictures are made to fit. */
  readonly shape: ImageShape;
  /** After every few pictures. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
  /** Told, in a sentence, what was left out. */
  readonly onNote?: ((words: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Decoded at the same time: so many files, of so many pixels together. */
const [MOST_AT_ONCE, MOST_PIXELS] = [8, 2 ** 26];
/** Of pixels in memory: a gigabyte. */
const MOST_BYTES = 2 ** 30;

export async function pictureSet(
  given: readonly GivenFile[],
  options: PictureSetOptions,
): Promise<Dataset> {
  const { shape, onNote } = options;
  const { root, files } = withoutRoot(given);
  const parts = partsOf(foldersIn(files, ''));
  const train = labelled(root, files, parts?.train ?? '');
  const test = parts && labelled(root, files, parts.test, train.classes);
  const rows = rowsOf(train, test);
  const total = rows.train.length + rows.test.length;
  checkMemory(total, shape);
  const leftOut = new LeftOut();
  const reading = new Reading(total, options, leftOut);
  const set: Dataset = {
    name: `folder:${root || 'pictures'}`,
    classes: train.classes,
    imageShape: shape,
    train: await reading.split(train, rows.train),
    test: await reading.split(test ?? train, rows.test),
    digests: await digestsOf(train, test),
  };
  for (const note of leftOut.notes()) onNote?.(note);
  return set;
}

interface Placed {
  /** Below the root. */
  readonly path: string;
  readonly file: File;
}

/** A folder that was given as one is the set's; its name is no class. */
function withoutRoot(given: readonly GivenFile[]): { root: string; files: Placed[] } {
  const [first] = given;
  const root = /^([^/]*)\//.exec(first?.path ?? '')?.[1] ?? '';
  const isShared = root !== '' && given.every(({ path }) => path.startsWith(`${root}/`));
  if (!isShared) return { root: '', files: [...given] };
  return {
    root,
    files: given.map(({ path, file }) => ({ path: path.slice(root.length + 1), file })),
  };
}

/** Names of folders directly below one. */
function foldersIn(files: readonly Placed[], folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const below = files.filter(({ path }) => path.startsWith(prefix));
  const parts = below.map(({ path }) => path.slice(prefix.length).split('/'));
  return [...new Set(parts.flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : [])))];
}

function labelled(
  root: string,
  files: readonly Placed[],
  folder: string,
  known?: readonly string[],
): Labelled<Placed> {
  const prefix = folder === '' ? '' : `${folder}/`;
  const below = files.filter(({ path }) => path.startsWith(prefix));
  const byFolder = Map.groupBy(below, ({ path }) => path.slice(prefix.length).split('/')[0]);
  const folders = classNamesOf(foldersIn(files, folder)).map((name) => ({
    name,
    pictures: (byFolder.get(name) ?? []).filter(({ path }) => PICTURE_NAME.test(path)),
  }));
  return labelFolders([root, folder].filter((part) => part !== '').join('/'), folders, known);
}

async function digestsOf(
  train: Labelled<Placed>,
  test: Labelled<Placed> | undefined,
): Promise<Record<string, string>> {
  const digests =
    test === undefined
      ? { pictures: await digest(train) }
      : { 'training pictures': await digest(train), 'test pictures': await digest(test) };
  return Object.fromEntries(
    Object.entries(digests).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function digest({ labels, pictures }: Labelled<Placed>): Promise<string | undefined> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  const bytes = listingBytes(
    pictures.length,
    (i) => {
      const { path, file } = at(pictures, i, 'picture');
      return { name: path, size: file.size, label: at(labels, i, 'label') };
    },
    async (i) => {
      const { file } = at(pictures, i, 'picture');
      return new Uint8Array(await file.slice(0, SAMPLED_BYTES).arrayBuffer());
    },
  );
  for await (const some of bytes) all.push(new Uint8Array(some));
  return digestOf(new Uint8Array(await new Blob(all).arrayBuffer()));
}

/** Decodes pictures, a few at a time, to samples of the model's size. */
class Reading {
  readonly #total: number;
  readonly #options: PictureSetOptions;
  readonly #leftOut: LeftOut;
  readonly #sampler: ReturnType<typeof openSampler>;
  #done = 0;

  constructor(total: number, options: PictureSetOptions, leftOut: LeftOut) {
    this.#total = total;
    this.#options = options;
    this.#leftOut = leftOut;
    this.#sampler = openSampler({ shape: options.shape, augmentation: noAugmentation });
  }

  async split({ labels, pictures }: Labelled<Placed>, rows: Iterable<number>): Promise<Split> {
    const wanted = [...rows];
    const placed = (row: number): Placed => at(pictures, row, 'picture');
    const { shape, signal, onProgress } = this.#options;
    const size = shape[0] * shape[1] * shape[2];
    const images = new Uint8Array(wanted.length * size);
    const kept: number[] = [];
    for (let next = 0; next < wanted.length; ) {
      signal?.throwIfAborted();
      const group = await groupOf(wanted.slice(next, next + MOST_AT_ONCE), placed);
      const decoded = await Promise.all(group.map((row) => this.#decoded(placed(row))));
      decoded.forEach((picture, i) => {
        if (picture === undefined) return;
        images.set(this.#sampler(picture, 0, 0), kept.length * size);
        kept.push(at(labels, at(group, i, 'row'), 'label'));
      });
      next += group.length;
      this.#done += group.length;
      onProgress?.(this.#done, this.#total);
    }
    if (kept.length === 0) throw noneReadable(this.#leftOut);
    return {
      count: kept.length,
      images: images.subarray(0, kept.length * size),
      labels: Int32Array.from(kept),
    };
  }

  async #decoded({ path, file }: Placed): Promise<Picture | undefined> {
    const { shape } = this.#options;
    try {
      return await decodePicture(file, {
        channels: shape[2] === 1 ? 1 : 3,
        where: path,
        needed: Math.max(shape[0], shape[1]),
      });
    } catch (error) {
      if (!(error instanceof FoveaError)) throw error;
      this.#leftOut.add(path, error.parts.problem);
      return undefined;
    }
  }
}

/** Of the next rows as many as can be decoded at once: a few photographs, one that is very large. */
async function groupOf(rows: readonly number[], picture: (row: number) => Placed) {
  const group: number[] = [];
  let pixels = 0;
  for (const row of rows) {
    pixels += await pixelsClaimed(picture(row).file);
    if (group.length > 0 && pixels > MOST_PIXELS) break;
    group.push(row);
  }
  return group;
}

/** None where the beginning does not say: what is no picture is refused later, in words. */
async function pixelsClaimed(file: File): Promise<number> {
  try {
    const bytes = new Uint8Array(await file.slice(0, 2 ** 18).arrayBuffer());
    const kind = kindOf(bytes, '');
    const size = kind === 'netpbm' ? undefined : claimedSize(bytes, kind);
    return size === undefined ? 0 : size.width * size.height;
  } catch {
    return 0;
  }
}

function checkMemory(count: number, [height, width, channels]: ImageShape): void {
  const bytes = count * height * width * channels;
  if (bytes <= MOST_BYTES) return;
  throw new FoveaError({
    problem: `${count} pictures of ${height} x ${width} x ${channels} take ${bytes} bytes of memory`,
    expected: `at most ${MOST_BYTES} in a page`,
    fix: 'take fewer pictures, or train on the folder in Node (folder:PATH), which reads them as it goes',
  });
}

function noneReadable(leftOut: LeftOut): FoveaError {
  return new FoveaError({
    problem: `none of the pictures can be read\n    ${leftOut.notes().join('\n    ')}`,
    expected: 'PNG, JPEG, WebP, PBM, PGM or PPM files',
  });
}
