/**
 * @file IDX, the format of MNIST: a big-endian header, then bytes.
 *
 *   images: 00 00 08 03 | count | rows | columns | count * rows * columns pixels, row by row
 *   labels: 00 00 08 01 | count | count labels
 *
 * This is where the reading tour begins: one byte of the file is one pixel, 0 is background and 255 is
 * ink. Strict on purpose: a header that does not fit its file to the byte is refused before anything of
 * the claimed size is allocated. Works on bytes alone, so in a browser too. Next stop: `../batches/batches.ts`.
 */
import { FoveaError } from '../../base/errors.ts';

/** Third byte of the magic number: unsigned bytes, the only element type image sets use. */
const UNSIGNED_BYTE = 0x08;
const IMAGE_RANK = 3;
const LABEL_RANK = 1;
/** Nothing larger fits one typed array on every runtime. */
const MAX_BYTES = 2 ** 31 - 1;
/** A side longer than this is a damaged header, not a picture. */
const MAX_SIDE = 65_535;

export interface IdxHeader {
  /** Extents, outermost first: (count, rows, columns) or (count). */
  readonly dims: readonly number[];
  readonly headerBytes: number;
  /** Size the whole file must have. */
  readonly totalBytes: number;
}

export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** (count, rows, columns): a view into the file's bytes. */
  readonly pixels: Uint8Array;
}

/** Longest header this reader accepts; enough of the file for `readIdxHeader`. */
export const IDX_HEADER_BYTES = 4 + 4 * IMAGE_RANK;

/** Reads and checks the header alone; `bytes` may be just the beginning of the file. */
export function readIdxHeader(bytes: Uint8Array, where = 'IDX file'): IdxHeader {
  if (bytes.length < 4) throw truncated(where, `${bytes.length} bytes`, 'a header of at least 8');
  const [zero0, zero1, type, rank] = bytes;
  if (zero0 !== 0 || zero1 !== 0 || type !== UNSIGNED_BYTE) {
    const magic = [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    throw new FoveaError({
      where,
      problem: `not an IDX file of bytes: it begins with ${magic}`,
      expected: '00 00 08 03 (images) or 00 00 08 01 (labels)',
    });
  }
  if (rank !== IMAGE_RANK && rank !== LABEL_RANK) {
    throw new FoveaError({
      where,
      problem: `an IDX file with ${rank} dimensions`,
      expected: '3 (count, rows, columns) or 1 (labels)',
    });
  }
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw truncated(where, `${bytes.length} bytes`, `a header of ${headerBytes}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  return { dims, headerBytes, totalBytes: headerBytes + checkedSize(dims, where) };
}

/** Product of the extents, refused when it cannot be true. */
function checkedSize(dims: readonly number[], where: string): number {
  const sides = dims.slice(1);
  const size = dims.reduce((product, extent) => product * extent, 1);
  if (size > MAX_BYTES || sides.some((side) => side === 0 || side > MAX_SIDE)) {
    throw new FoveaError({
      where,
      problem: `the header claims (${dims.join(', ')})`,
      expected: `sides from 1 to ${MAX_SIDE} and at most ${MAX_BYTES} bytes in all`,
      fix: 'the header is damaged: fetch the file again',
    });
  }
  return size;
}

/** An IDX3 file: pictures. The pixels are a view into `bytes`, not a copy. */
export function parseIdxImages(bytes: Uint8Array, where = 'IDX images'): IdxImages {
  const header = wholeFile(bytes, IMAGE_RANK, where);
  const [count, rows, columns] = header.dims;
  return { count, rows, columns, pixels: bytes.subarray(header.headerBytes) };
}

/** An IDX1 file: labels, each below `classes`. A view into `bytes`, not a copy. */
export function parseIdxLabels(bytes: Uint8Array, classes = 256, where = 'IDX labels'): Uint8Array {
  const header = wholeFile(bytes, LABEL_RANK, where);
  const labels = bytes.subarray(header.headerBytes);
  checkLabels(labels, classes, where);
  return labels;
}

export function checkLabels(labels: Uint8Array, classes: number, where: string): void {
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong === -1) return;
  throw new FoveaError({
    where,
    problem: `label ${labels[wrong]} at position ${wrong}`,
    expected: `labels from 0 to ${classes - 1}`,
  });
}

function wholeFile(bytes: Uint8Array, rank: number, where: string): IdxHeader {
  const header = readIdxHeader(bytes, where);
  if (header.dims.length !== rank) {
    const names: Record<number, string> = { [IMAGE_RANK]: 'images', [LABEL_RANK]: 'labels' };
    throw new FoveaError({
      where,
      problem: `this IDX file holds ${names[header.dims.length]}`,
      expected: names[rank],
      fix: 'check that the image and label files are not swapped',
    });
  }
  if (bytes.length < header.totalBytes) {
    throw truncated(where, `${bytes.length} bytes`, `${header.totalBytes} (${header.dims})`);
  }
  if (bytes.length > header.totalBytes) {
    throw new FoveaError({
      where,
      problem: `${bytes.length - header.totalBytes} bytes behind the last element`,
      expected: `${header.totalBytes} bytes, as the header (${header.dims.join(', ')}) says`,
    });
  }
  return header;
}

function truncated(where: string, received: string, claimed: string): FoveaError {
  return new FoveaError({
    where,
    problem: `the IDX file is truncated: ${received}`,
    expected: claimed,
    fix: 'fetch the file again',
  });
}
