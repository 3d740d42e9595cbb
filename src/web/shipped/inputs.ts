/**
 * @file What `predict` of a shipped file takes: pictures in the forms that pages and scripts have them in.
 *
 *   ImageData          what a canvas gives; transparent parts are white paper
 *   { width, height, channels, pixels }   bytes, gray or RGB, of any size
 *   bytes              the network's own size, rows of pixels 0..255 with their channels
 *   Float32Array       the same many numbers as the network reads them: no preprocessing
 *   nested arrays      [row][column] or [row][column][channel], 0..255, of any size
 *
 * An array of these is a batch. Next stop: `shippedReader.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type ImageShape } from '../../base/shape.ts';
import { checkPictureSize, type Picture, toGray, toRgb } from '../../data/images/picture.ts';
import { reduced } from '../../data/images/reduction.ts';
import type { Reader } from '../../train/prediction/reading.ts';

/** The part of an ImageData that is read; `data` are red, green, blue, alpha. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

type Nested = readonly (readonly number[] | readonly (readonly number[])[])[];

export type OneInput = Drawn | Picture | Uint8Array | Uint8ClampedArray | Float32Array | Nested;

/** A picture that is to be prepared, or numbers that go in as they are. */
export type Read = { readonly picture: Picture } | { readonly numbers: Float32Array };

const TAKEN =
  'an ImageData, { width, height, channels, pixels }, bytes, a Float32Array, nested arrays, or an array of these';

/** Whether the input is several pictures. */
export function isBatch(input: unknown): input is readonly OneInput[] {
  if (!Array.isArray(input)) return false;
  const [first] = input as readonly unknown[];
  if (!Array.isArray(first)) return true;
  const depth = depthOf(input);
  // [row][column][channel] is one picture; a picture has 1 or 3 channels and more columns than that.
  const [, , channels = 0] = extentsOf(input);
  return depth > 3 || (depth === 3 && channels !== 1 && channels !== 3);
}

export function readInput(input: unknown, reader: Reader): Read {
  if (input instanceof Float32Array) return { numbers: checkedNumbers(input, reader) };
  const picture = pictureOf(input, reader);
  return { picture: reader.shape[2] === 1 ? toGray(picture) : toRgb(picture) };
}

function pictureOf(input: unknown, reader: Reader): Picture {
  if (input instanceof Uint8Array || input instanceof Uint8ClampedArray) {
    return ownSize(input, reader);
  }
  if (Array.isArray(input)) return fromNested(input);
  if (typeof input === 'object' && input !== null) {
    if ('pixels' in input) return checkedPicture(input as Picture);
    if ('data' in input) return fromDrawn(input as Drawn);
  }
  throw new FoveaError({ problem: `received ${wordFor(input)}`, expected: TAKEN });
}

function checkedNumbers(numbers: Float32Array, { shape }: Reader): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  if (numbers.length !== size) {
    throw new FoveaError({
      problem: `received ${numbers.length} numbers`,
      expected: `${size}: ${formatShape(shape)}, one picture; several pictures are an array of them`,
    });
  }
  if (numbers.every(Number.isFinite)) return numbers;
  throw new FoveaError({ problem: 'received NaN or Infinity', expected: 'finite numbers' });
}

/** Bytes say nothing of their shape: they are the network's, with its border or without. */
function ownSize(bytes: Uint8Array | Uint8ClampedArray, { shape, preprocessing }: Reader): Picture {
  const { border = 0 } = preprocessing;
  const [height, width, channels] = shape;
  const inner: ImageShape = [height - 2 * border, width - 2 * border, channels];
  const sizes = border === 0 ? [shape] : [shape, inner];
  const found = sizes.find(([h, w, c]) => h * w * c === bytes.length);
  if (found !== undefined) {
    return checkedPicture({
      height: found[0],
      width: found[1],
      channels: channels === 1 ? 1 : 3,
      pixels: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    });
  }
  throw new FoveaError({
    problem: `received ${bytes.length} bytes`,
    expected: sizes.map((s) => `${s[0] * s[1] * s[2]}: ${formatShape(s)}`).join(' or '),
    fix: 'give other sizes as { width, height, channels, pixels } or an ImageData, several pictures as an array of them',
  });
}

function checkedPicture({ width, height, channels, pixels }: Picture): Picture {
  checkPictureSize(width, height, 'picture');
  const isBytes = pixels instanceof Uint8Array || ArrayBuffer.isView(pixels);
  const known = channels === 1 || channels === 3;
  if (known && isBytes && pixels.length === width * height * channels) {
    return reduced({ width, height, channels, pixels });
  }
  throw new FoveaError({
    problem: `a picture of ${width} x ${height} with ${channels} channels and ${isBytes ? pixels.length : wordFor(pixels)} pixels`,
    expected: `1 or 3 channels, and width * height * channels bytes`,
  });
}

function fromDrawn({ width, height, data }: Drawn): Picture {
  checkPictureSize(width, height, 'ImageData');
  if (data.length !== 4 * width * height) {
    throw new FoveaError({
      problem: `an ImageData of ${width} x ${height} with ${data.length} numbers`,
      expected: `${4 * width * height}: red, green, blue and alpha of each pixel`,
    });
  }
  const pixels = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3] ?? 255;
    for (let c = 0; c < 3; c++, to++) {
      pixels[to] = Math.round(((data[from + c] ?? 0) * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  return reduced({ width, height, channels: 3, pixels });
}

function fromNested(rows: readonly unknown[]): Picture {
  const depth = depthOf(rows);
  const [height = 0, width = 0, channels = 1] = extentsOf(rows);
  const flat = rows.flat(2);
  const fits = flat.length === height * width * channels;
  if (depth < 2 || depth > 3 || !fits || (channels !== 1 && channels !== 3)) {
    throw new FoveaError({
      problem: 'received nested arrays that are no picture',
      expected:
        '[row][column] or [row][column][channel] with 1 or 3 channels, all rows equally long',
    });
  }
  const wrong = flat.find((v) => !(Number.isInteger(v) && Number(v) >= 0 && Number(v) <= 255));
  if (wrong !== undefined) {
    throw new FoveaError({
      problem: `received the pixel ${String(wrong).slice(0, 40)}`,
      expected: 'whole numbers from 0 to 255',
      fix: 'numbers as the network reads them go in as a Float32Array',
    });
  }
  return checkedPicture({ height, width, channels, pixels: Uint8Array.from(flat as number[]) });
}

function depthOf(value: unknown): number {
  return Array.isArray(value) ? 1 + depthOf(value[0]) : 0;
}

function extentsOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...extentsOf(value[0])] : [];
}

function wordFor(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'object'}` : typeof value;
}
