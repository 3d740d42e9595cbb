/**
 * @file Reads picture files: PNG, JPEG and WebP through `sharp`, PBM/PGM/PPM by our own reader.
 *
 * The kind is told from the first bytes, never from the name, and anything else is refused before a
 * decoder sees it. Every kind becomes gray by one rule (`toGray`), and large pictures come smaller
 * (`reduction.ts`). `sharp` is optional: it is loaded when a file needs it.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import { gunzip, isGzip } from '../../archives/gunzip.ts';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { readRegular } from '../../base/regularFile.node.ts';
import { IDX_HEADER_BYTES, parseIdxImages, readIdxHeader } from '../formats/idx.ts';
import { kindOf, MAX_FILE_BYTES, PICTURE_NAME } from './kinds.ts';
import { parseNetpbm } from './netpbm.ts';
import { checkPictureSize, MAX_PIXELS, type Picture, toGray, toRgb } from './picture.ts';
import type { PixelBudget } from './pixelBudget.ts';
import { reduced, reductionOf } from './reduction.ts';

const DECODE_SECONDS = 20;

export interface ReadImageOptions {
  /** 1 for gray, 3 for colour. */
  readonly channels: 1 | 3;
  /** Pixels that are needed of its shorter side; a large picture may then come smaller. */
  readonly needed?: number | undefined;
  /** Shared by all that decode at the same time. */
  readonly budget?: PixelBudget | undefined;
}

/** Decodes one picture from a path or from bytes. */
export async function readImage(
  source: string | Uint8Array,
  options: ReadImageOptions,
): Promise<Picture> {
  const where = typeof source === 'string' ? source : 'picture';
  const bytes =
    typeof source === 'string'
      ? await readRegular(source, MAX_FILE_BYTES, 'a picture file')
      : source;
  const decoded =
    kindOf(bytes, where) === 'netpbm'
      ? reduced(parseNetpbm(bytes, where), options.needed)
      : await decodeWithSharp(bytes, options, where);
  return options.channels === 1 ? toGray(decoded) : toRgb(decoded);
}

async function readStandardInput(): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    parts.push(part);
    size += part.length;
    if (size > MAX_FILE_BYTES) {
      throw new FoveaError({
        where: 'standard input',
        problem: `it has more than ${MAX_FILE_BYTES} bytes`,
        expected: 'one picture',
      });
    }
  }
  return new Uint8Array(Buffer.concat(parts));
}

async function decodeWithSharp(
  bytes: Uint8Array,
  { needed, budget }: ReadImageOptions,
  where: string,
): Promise<Picture> {
  const sharp = await loadSharp(where);
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
  const { width, height } = await sizeOf(image, where);
  const pixels = width * height;
  await budget?.acquire(pixels);
  try {
    return await decode(image, { width, height, factor: reductionOf(width, height, needed) });
  } catch (error) {
    throw undecodable(where, error);
  } finally {
    budget?.release(pixels);
  }
}

/** As the header says, turned upright; refused where it is too large to be decoded. */
async function sizeOf(image: Sharp, where: string): Promise<{ width: number; height: number }> {
  const { autoOrient, width, height } = await image.metadata().catch((error: unknown) => {
    throw undecodable(where, error);
  });
  checkPictureSize(width, height, where);
  return { width: autoOrient.width, height: autoOrient.height };
}

/** `factor`: how many pixels of each side become one; JPEG is then decoded at half or a quarter. */
async function decode(
  image: Sharp,
  { width, height, factor }: { width: number; height: number; factor: number },
): Promise<Picture> {
  const upright = image.timeout({ seconds: DECODE_SECONDS }).autoOrient();
  const sized =
    factor === 1
      ? upright
      : upright.resize(Math.ceil(width / factor), Math.ceil(height / factor), { fit: 'fill' });
  const { data, info } = await sized
    .flatten({ background: '#ffffff' }) // transparent parts become paper
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { channels } = info;
  if (channels !== 1 && channels !== 3) throw new Error(`it has ${channels} channels`);
  return { width: info.width, height: info.height, channels, pixels: new Uint8Array(data) };
}

function undecodable(where: string, error: unknown): FoveaError {
  const reason = messageOf(error).replaceAll('\n', ' ').trim();
  return new FoveaError(
    { where, problem: `the picture cannot be decoded: ${reason}` },
    { cause: error },
  );
}

async function loadSharp(where: string): Promise<typeof import('sharp')['default']> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new FoveaError(
      {
        where,
        problem: 'reading PNG, JPEG and WebP needs the package "sharp", which cannot be loaded',
        fix: 'run `npm install sharp`, or convert the picture to PGM or PPM',
      },
      { cause: error },
    );
  }
}

export interface NamedPicture {
  /** As it was asked for, with its folder; for one of several in a file, "NAME[i]"; "-" for standard input. */
  readonly name: string;
  readonly picture: Picture;
}

export interface ReadImagesOptions extends ReadImageOptions {
  /** Told of every picture of a folder that cannot be read and is left out; absent: the first one throws. */
  readonly onUnreadable?: ((path: string, problem: string) => void) | undefined;
}

/**
 * Everything a path stands for, one by one: a picture file, every picture file of a folder (by name), the
 * pictures of an IDX file, or for "-" the picture on standard input.
 */
export async function* readImages(
  path: string,
  options: ReadImagesOptions,
): AsyncGenerator<NamedPicture> {
  if (path === '-') {
    yield { name: path, picture: await readImage(await readStandardInput(), options) };
    return;
  }
  const found = await stat(path).catch((error: unknown) => {
    throw new FoveaError({ where: path, problem: `cannot be read: ${messageOf(error)}` });
  });
  if (found.isDirectory()) {
    yield* folderPictures(path, options);
  } else if (/idx3-ubyte(\.gz)?$/.test(path)) {
    yield* idxPictures(path, options);
  } else {
    yield { name: path, picture: await readImage(path, options) };
  }
}

async function* folderPictures(
  path: string,
  { onUnreadable, ...options }: ReadImagesOptions,
): AsyncGenerator<NamedPicture> {
  const names = (await readdir(path)).filter((name) => PICTURE_NAME.test(name)).sort();
  if (names.length === 0) {
    throw new FoveaError({
      where: path,
      problem: 'no pictures in this folder',
      expected: 'files named .png, .jpg, .webp, .pbm, .pgm or .ppm',
    });
  }
  for (const name of names.map((file) => join(path, file))) {
    let picture: Picture;
    try {
      picture = await readImage(name, options);
    } catch (error) {
      if (!(error instanceof FoveaError) || onUnreadable === undefined) throw error;
      onUnreadable(name, error.parts.problem);
      continue;
    }
    yield { name, picture };
  }
}

async function* idxPictures(
  path: string,
  { channels }: ReadImageOptions,
): AsyncGenerator<NamedPicture> {
  const raw = await readRegular(path, MAX_FILE_BYTES, 'an IDX file');
  const sizeFrom = (head: Uint8Array) => readIdxHeader(head, path).totalBytes;
  const bytes = isGzip(raw)
    ? await gunzip(raw, { headBytes: IDX_HEADER_BYTES, sizeFrom }, path)
    : raw;
  const { count, rows: height, columns: width, pixels } = parseIdxImages(bytes, path);
  for (let i = 0; i < count; i++) {
    const one = pixels.subarray(i * width * height, (i + 1) * width * height);
    const picture: Picture = { width, height, channels: 1, pixels: one };
    yield { name: `${path}[${i}]`, picture: channels === 1 ? picture : toRgb(picture) };
  }
}
