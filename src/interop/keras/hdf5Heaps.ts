/**
 * @file A check of HDF5's global heaps, where texts stand, before the library reads them: one whose free space says it is
 * of no size sends the library round for ever.
 *
 *   "GCOL" | version 1 | 3 bytes | size of all: 8 bytes | objects: index 2, references 2, 4 bytes, size 8, then the bytes
 *
 * The object of index 0 is the free space and counts its own head. Source: HDF5 file format specification 3.0, III.E.
 */

const SIGNATURE = [0x47, 0x43, 0x4f, 0x4c];
const HEAD = 16;

/** Whether every global heap of the file can be walked to its end. */
export function hasSoundHeaps(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = bytes.indexOf(0x47); at !== -1; at = bytes.indexOf(0x47, at + 1)) {
    const isHeap = at % 8 === 0 && SIGNATURE.every((byte, i) => bytes[at + i] === byte);
    if (isHeap && at + HEAD <= bytes.length && !isSound(view, at)) return false;
  }
  return true;
}

function isSound(view: DataView, start: number): boolean {
  const size = sizeAt(view, start + 8);
  const end = start + size;
  if (end > view.byteLength) return false;
  for (let at = start + HEAD; at + HEAD <= end; ) {
    const own = sizeAt(view, at + 8);
    const isFree = view.getUint16(at, true) === 0;
    const step = isFree ? own : HEAD + Math.ceil(own / 8) * 8;
    if (step < HEAD || at + step > end) return false;
    at += step;
  }
  return true;
}

/** Eight bytes; of a size beyond 2^53 the nearest number is as wrong as itself. */
const sizeAt = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
