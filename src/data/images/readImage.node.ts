/**
 * @file Reads picture files: PNG, JPEG and WebP through `sharp`, PBM/PGM/PPM by our own reader.
 *
 * The kind is told from the first bytes, never from the name, and anything else is refused before a
 * decoder sees it. `sharp` is optional: it is loaded when a file needs it.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { gunzip, isGzip } from '../formats/gunzip.ts';
import { IDX_HEADER_BYTES, parseIdxImages, readIdxHeader } from '../formats/idx.ts';
import { isNetpbm, parseNetpbm } from './netpbm.ts';
import { checkPictureSize, MAX_PIXELS, type Picture, toGray, toRgb } from './picture.ts';

/** A picture file larger than this is not read at all. */
const MAX_FILE_BYTES = 256 * 2 ** 20;
const DECODE_SECONDS = 20;
const IMAGE_NAME = /\.(png|jpe?g|webp|p[bgpn]m)$/i;

export interface ReadImageOptions {
  /** 1 for gray, 3 for colour. */
  readonly channels: 1 | 3;
}

/** Decodes one picture from a path or from bytes. */
export async function readImage(
  source: string | Uint8Array,
  { channels }: ReadImageOptions,
): Promise<Picture> {
  const where = typeof source === 'string' ? source : 'picture';
  const bytes = typeof source === 'string' ? await readSmallFile(source) : source;
  const decoded = isNetpbm(bytes)
    ? parseNetpbm(bytes, where)
    : await decodeWithSharp(bytes, channels, where);
  return channels === 1 ? toGray(decoded) : toRgb(decoded);
}

async function readSmallFile(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE_BYTES) return new Uint8Array(await readFile(path));
    throw new FoveaError({
      where: path,
      problem: `${size} bytes`,
      expected: `a picture of at most ${MAX_FILE_BYTES} bytes`,
    });
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    throw new FoveaError({ where: path, problem: `cannot be read: ${messageOf(error)}` });
  }
}

/** Does the file begin as a format that `sharp` may be given? */
function isSharpFormat(bytes: Uint8Array): boolean {
  const begins = (at: number, ...values: number[]) => values.every((v, i) => bytes[at + i] === v);
  const png = begins(0, 0x89, 0x50, 0x4e, 0x47);
  const jpeg = begins(0, 0xff, 0xd8);
  const webp = begins(0, 0x52, 0x49, 0x46, 0x46) && begins(8, 0x57, 0x45, 0x42, 0x50);
  return png || jpeg || webp;
}

async function decodeWithSharp(
  bytes: Uint8Array,
  channels: 1 | 3,
  where: string,
): Promise<Picture> {
  if (!isSharpFormat(bytes)) {
    throw new FoveaError({
      where,
      problem: 'this is not a picture that can be read',
      expected: 'a PNG, JPEG, WebP, PBM, PGM or PPM file',
    });
  }
  const sharp = await loadSharp(where);
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .timeout({ seconds: DECODE_SECONDS })
      .autoOrient()
      .flatten({ background: '#ffffff' }) // transparent parts become paper
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    checkPictureSize(info.width, info.height, where);
    if (info.channels !== 1 && info.channels !== 3) {
      throw new Error(`it has ${info.channels} channels`);
    }
    return {
      width: info.width,
      height: info.height,
      channels: info.channels,
      pixels: new Uint8Array(data),
    };
  } catch (error) {
    throw new FoveaError(
      {
        where,
        problem: `the picture cannot be decoded: ${messageOf(error).replaceAll('\n', ' ').trim()}`,
      },
      { cause: error },
    );
  }
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
  /** File name; for one of several in a file, "NAME[i]". */
  readonly name: string;
  readonly picture: Picture;
}

/**
 * Everything a path stands for, one by one: a picture file, every picture file of a folder (by name), or
 * the pictures of an IDX file.
 */
export async function* readImages(
  path: string,
  options: ReadImageOptions,
): AsyncGenerator<NamedPicture> {
  const found = await stat(path).catch((error: unknown) => {
    throw new FoveaError({ where: path, problem: `cannot be read: ${messageOf(error)}` });
  });
  if (found.isDirectory()) {
    const names = (await readdir(path)).filter((name) => IMAGE_NAME.test(name)).sort();
    if (names.length === 0) {
      throw new FoveaError({
        where: path,
        problem: 'no pictures in this folder',
        expected: 'files named .png, .jpg, .webp, .pbm, .pgm or .ppm',
      });
    }
    for (const name of names) yield { name, picture: await readImage(join(path, name), options) };
  } else if (/idx3-ubyte(\.gz)?$/.test(path)) {
    yield* idxPictures(path, options);
  } else {
    yield { name: basename(path), picture: await readImage(path, options) };
  }
}

async function* idxPictures(
  path: string,
  { channels }: ReadImageOptions,
): AsyncGenerator<NamedPicture> {
  const raw = await readSmallFile(path);
  const sizeFrom = (head: Uint8Array) => readIdxHeader(head, path).totalBytes;
  const bytes = isGzip(raw)
    ? await gunzip(raw, { headBytes: IDX_HEADER_BYTES, sizeFrom }, path)
    : raw;
  const { count, rows: height, columns: width, pixels } = parseIdxImages(bytes, path);
  for (let i = 0; i < count; i++) {
    const one = pixels.subarray(i * width * height, (i + 1) * width * height);
    const picture: Picture = { width, height, channels: 1, pixels: one };
    yield { name: `${basename(path)}[${i}]`, picture: channels === 1 ? picture : toRgb(picture) };
  }
}
