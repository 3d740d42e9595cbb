/**
 * @file A decoded picture: bytes, row by row, gray or RGB.
 */
import { FoveaError } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** (height, width, channels). */
  readonly pixels: Uint8Array;
}

/** Picture `i` of (n, H, W, C) bytes: a view. */
export function pictureAt(images: Uint8Array, shape: ImageShape, i: number): Picture {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const pixels = images.subarray(i * size, (i + 1) * size);
  return { width, height, channels: channels === 1 ? 1 : 3, pixels };
}

/** More than any camera gives; what claims more is damaged or hostile. 64 megapixels. */
export const MAX_PIXELS = 2 ** 26;
/** Nor is any picture longer than this on one side. */
const MAX_SIDE = 65_535;

export function checkPictureSize(width: number, height: number, where: string): void {
  const whole = Number.isInteger(width) && Number.isInteger(height);
  const small = Math.max(width, height) <= MAX_SIDE && width * height <= MAX_PIXELS;
  if (whole && small && width >= 1 && height >= 1) return;
  throw new FoveaError({
    where,
    problem: `a picture of ${width} x ${height}`,
    expected: `1 x 1 or more, sides of at most ${MAX_SIDE} and at most ${MAX_PIXELS} pixels`,
  });
}

/** Brightness as the eye weighs it (ITU-R BT.601); a gray picture is returned as it is. */
export function toGray(picture: Picture): Picture {
  if (picture.channels === 1) return picture;
  const { width, height, pixels } = picture;
  const gray = new Uint8Array(width * height);
  for (let i = 0; i < gray.length; i++) {
    const red = pixels[3 * i];
    const green = pixels[3 * i + 1];
    const blue = pixels[3 * i + 2];
    gray[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }
  return { width, height, channels: 1, pixels: gray };
}

/** Three equal channels from one; a colour picture is returned as it is. */
export function toRgb(picture: Picture): Picture {
  if (picture.channels === 3) return picture;
  const { width, height, pixels } = picture;
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < pixels.length; i++) rgb.fill(pixels[i], 3 * i, 3 * i + 3);
  return { width, height, channels: 3, pixels: rgb };
}
