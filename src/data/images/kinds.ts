/**
 * @file What kind of picture a file is, and how large, told from its first bytes: never from its name, and before
 * a decoder sees it.
 *
 *   PNG    signature, then IHDR: width, height in 4 bytes each
 *   JPEG   FF D8, then segments FF xx length ...; the frame (C0 to CF but C4, C8, CC) holds height, width
 *   WebP   RIFF size WEBP, then VP8X, VP8L or VP8 with the size in bits of its own
 *
 * Next stop: `netpbm.ts`, whose reader is our own.
 */
import { FoveaError } from '../../base/errors.ts';
import { isNetpbm } from './netpbm.ts';

export type PictureKind = 'png' | 'jpeg' | 'webp' | 'netpbm';

/** A picture file larger than this is not read at all. */
export const MAX_FILE_BYTES = 256 * 2 ** 20;

/** Names that picture files have; their content is judged by its first bytes. */
export const PICTURE_NAME = /\.(png|jpe?g|webp|p[bgpn]m)$/i;

/** Throws a FoveaError for what is no picture that can be read. */
export function kindOf(bytes: Uint8Array, where: string): PictureKind {
  const begins = (at: number, ...values: number[]) => values.every((v, i) => bytes[at + i] === v);
  if (begins(0, 0x89, 0x50, 0x4e, 0x47)) return 'png';
  if (begins(0, 0xff, 0xd8)) return 'jpeg';
  if (begins(0, 0x52, 0x49, 0x46, 0x46) && begins(8, 0x57, 0x45, 0x42, 0x50)) return 'webp';
  if (isNetpbm(bytes)) return 'netpbm';
  throw new FoveaError({
    where,
    problem: 'this is not a picture that can be read',
    expected: 'a PNG, JPEG, WebP, PBM, PGM or PPM file',
  });
}

export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** The size that the file claims, not turned upright; undefined where it does not say. */
export function claimedSize(
  bytes: Uint8Array,
  kind: Exclude<PictureKind, 'netpbm'>,
): Sides | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === 'png') return bytes.length < 24 ? undefined : sizeAt(view, 16);
  return kind === 'jpeg' ? jpegSize(view) : webpSize(view);
}

const sizeAt = (view: DataView, at: number): Sides => ({
  width: view.getUint32(at),
  height: view.getUint32(at + 4),
});

const FRAME = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(view: DataView): Sides | undefined {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // Any number of FF may stand before a marker.
    if (marker === 0xff) at++;
    else if (FRAME(marker))
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    // TEM and RST have no length.
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}

/** https://developers.google.com/speed/webp/docs/riff_container */
function webpSize(view: DataView): Sides | undefined {
  if (view.byteLength < 30) return undefined;
  const u24 = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)));
  if (chunk === 'VP8X') return { width: 1 + u24(24), height: 1 + u24(27) };
  if (chunk === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
  }
  const side = (at: number) => view.getUint16(at, true) & 0x3fff;
  return chunk === 'VP8 ' ? { width: side(26), height: side(28) } : undefined;
}
