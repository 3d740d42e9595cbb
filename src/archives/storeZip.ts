/**
 * @file Writes a zip archive of stored files: nothing is packed, so that numbers can be read where they lie.
 *
 * Each file's bytes begin at a multiple of `alignment`; the room before is an extra field that readers pass over. The same
 * files give the same bytes. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT. Before: `zip.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { checksumOf } from './zip.ts';

const [LOCAL, ENTRY, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [LOCAL_BYTES, ENTRY_BYTES, END_BYTES] = [30, 46, 22];
/** Names are UTF-8. */
const FLAGS = 1 << 11;
/** 1 January 1980, the first day that zip has. */
const DATE = (1 << 5) | 1;
/** An extra field that means nothing: "FB", as PyTorch pads. */
const PADDING = 0x4246;
const LARGEST = 2 ** 32 - 1;

export function storeZip(files: ReadonlyMap<string, Uint8Array>, alignment = 1): Uint8Array {
  const placed = placesOf(files, alignment);
  const directory = placed.reduce((size, { name }) => size + ENTRY_BYTES + name.length, 0);
  const start = placed.at(-1)?.end ?? 0;
  const size = start + directory + END_BYTES;
  if (size > LARGEST || files.size > 0xffff) {
    throw new FoveaError({
      problem: `an archive of ${files.size} files and ${size} bytes`,
      expected: 'at most 65,535 files and 4 GB',
    });
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = start;
  for (const file of placed) {
    writeLocal(bytes, view, file);
    at = writeEntry(bytes, view, at, file);
  }
  view.setUint32(at, END, true);
  view.setUint16(at + 8, files.size, true);
  view.setUint16(at + 10, files.size, true);
  view.setUint32(at + 12, directory, true);
  view.setUint32(at + 16, start, true);
  return bytes;
}

interface Placed {
  readonly name: Uint8Array;
  readonly content: Uint8Array;
  readonly checksum: number;
  /** Of its own header. */
  readonly begin: number;
  /** Bytes of the extra field. */
  readonly extra: number;
  readonly end: number;
}

function placesOf(files: ReadonlyMap<string, Uint8Array>, alignment: number): Placed[] {
  let begin = 0;
  return [...files].map(([path, content]) => {
    const name = new TextEncoder().encode(path);
    const bare = begin + LOCAL_BYTES + name.length;
    // A field is four bytes at least.
    const gap = (alignment - (bare % alignment)) % alignment;
    const extra = gap === 0 || gap >= 4 ? gap : gap + alignment * Math.ceil((4 - gap) / alignment);
    const end = bare + extra + content.length;
    const file = { name, content, checksum: checksumOf(content), begin, extra, end };
    begin = end;
    return file;
  });
}

/** What both headers say: from the flags to the length of the name. */
function writeFacts(view: DataView, at: number, { name, content, checksum }: Placed): void {
  view.setUint16(at, FLAGS, true);
  view.setUint16(at + 6, DATE, true);
  view.setUint32(at + 8, checksum, true);
  view.setUint32(at + 12, content.length, true);
  view.setUint32(at + 16, content.length, true);
  view.setUint16(at + 20, name.length, true);
}

const VERSION = 20;

function writeLocal(bytes: Uint8Array, view: DataView, file: Placed): void {
  const { name, content, begin, extra } = file;
  view.setUint32(begin, LOCAL, true);
  view.setUint16(begin + 4, VERSION, true);
  writeFacts(view, begin + 6, file);
  view.setUint16(begin + 28, extra, true);
  const nameEnd = begin + LOCAL_BYTES + name.length;
  bytes.set(name, begin + LOCAL_BYTES);
  if (extra > 0) {
    view.setUint16(nameEnd, PADDING, true);
    view.setUint16(nameEnd + 2, extra - 4, true);
  }
  bytes.set(content, nameEnd + extra);
}

function writeEntry(bytes: Uint8Array, view: DataView, at: number, file: Placed): number {
  view.setUint32(at, ENTRY, true);
  view.setUint16(at + 4, VERSION, true);
  view.setUint16(at + 6, VERSION, true);
  writeFacts(view, at + 8, file);
  view.setUint32(at + 42, file.begin, true);
  bytes.set(file.name, at + ENTRY_BYTES);
  return at + ENTRY_BYTES + file.name.length;
}
