/**
 * @file The entries of a tar file, by its headers alone: 512 bytes each, the contents skipped.
 *
 *   header: name 0..99 | size 124..135, octal | checksum 148..155 | type 156 | "ustar" 257 | prefix 345..499
 *
 * Types 0 (file), L and K (GNU long names) and x, g (pax records, of which `path` and `size` count) are known.
 * Nothing is ever unpacked to a path, yet a name that climbs out of its folder is refused: no honest
 * archive has one. Format: POSIX.1-2001, pax Interchange. Next stop: `shards.node.ts`.
 */
import type { FileHandle } from 'node:fs/promises';
import { FoveaError } from '../../base/errors.ts';
import { openRegular } from '../../base/regularFile.node.ts';

export interface TarEntry {
  readonly name: string;
  /** First byte of the content. */
  readonly offset: number;
  readonly size: number;
}

const BLOCK = 512;
/** A header's own records (long names) are small; more is a lie. */
const MOST_RECORD_BYTES = 2 ** 20;

export async function* tarEntries(path: string): AsyncGenerator<TarEntry> {
  const { handle, size: fileSize } = await openRegular(path);
  try {
    const reader = new HeaderReader(handle, path);
    let at = 0;
    let records: Readonly<Record<string, string>> = {};
    while (at + BLOCK <= fileSize) {
      const header = await reader.block(at);
      if (header.every((byte) => byte === 0)) return; // two zero blocks end the archive
      const { type, ...entry } = parseHeader(header, path, at);
      const size = records.size === undefined ? entry.size : Number(records.size);
      const offset = at + BLOCK;
      if (!Number.isSafeInteger(size) || size < 0 || offset + size > fileSize) {
        throw halfEntry(path, records.path ?? entry.name, size, fileSize - offset);
      }
      if ('xLgK'.includes(type)) {
        const text = await reader.text(offset, size);
        if (type === 'x') records = { ...records, ...paxRecords(text) };
        if (type === 'L') records = { ...records, path: text.replace(/\0.*$/s, '') };
      } else {
        const name = records.path ?? entry.name;
        checkName(name, path);
        if (type === '0' || type === '\0' || type === '7') yield { name, offset, size };
        records = {};
      }
      at = offset + Math.ceil(size / BLOCK) * BLOCK;
    }
    throw new FoveaError({
      where: path,
      problem: `it ends early: ${fileSize} bytes without the zeros that close an archive`,
      expected: 'a whole tar file',
      fix: 'the file was cut off: get it again',
    });
  } finally {
    await handle.close();
  }
}

/** Reads headers through a window, since small pictures put many of them close together. */
class HeaderReader {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #window = new Uint8Array(64 * 1024);
  #start = 0;
  #length = 0;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** The 512 bytes at `at`: a view that holds until the next call. */
  async block(at: number): Promise<Uint8Array> {
    if (at < this.#start || at + BLOCK > this.#start + this.#length) {
      const { bytesRead } = await this.#handle.read(this.#window, 0, this.#window.length, at);
      [this.#start, this.#length] = [at, bytesRead];
      if (bytesRead < BLOCK) throw new FoveaError({ where: this.#path, problem: 'it ends early' });
    }
    return this.#window.subarray(at - this.#start, at - this.#start + BLOCK);
  }

  async text(at: number, size: number): Promise<string> {
    if (size > MOST_RECORD_BYTES) {
      throw new FoveaError({ where: this.#path, problem: `a name of ${size} bytes at byte ${at}` });
    }
    const bytes = new Uint8Array(size);
    await this.#handle.read(bytes, 0, size, at);
    return new TextDecoder().decode(bytes);
  }
}

function parseHeader(header: Uint8Array, where: string, at: number) {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(header.slice(from, from + length)).replace(/\0.*$/s, '');
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (Number.parseInt(text(148, 8).trim(), 8) !== sum) {
    throw new FoveaError({
      where,
      problem: at === 0 ? 'this is not a tar file' : `no header of an entry stands at byte ${at}`,
      expected: 'an uncompressed tar file',
      fix: at === 0 ? 'unpack a compressed one first (gunzip)' : 'get the file again',
    });
  }
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  const name = text(0, 100);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size: sizeOfEntry(header, text(124, 12)),
    type: String.fromCharCode(header[156]),
  };
}

/** Octal digits, or, with the first bit set, a number of its own (GNU, for large files). */
function sizeOfEntry(header: Uint8Array, digits: string): number {
  if ((header[124] & 0x80) === 0) return Number.parseInt(digits.trim() || '0', 8);
  return header.slice(125, 136).reduce((size, byte) => size * 256 + byte, header[124] & 0x7f);
}

/** "LENGTH key=value\n", again and again. */
function paxRecords(text: string): Record<string, string> {
  const records: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\d+ ([^=]+)=(.*)$/s.exec(line);
    if (match !== null) records[match[1]] = match[2];
  }
  return records;
}

function checkName(name: string, where: string): void {
  const climbs = name.split(/[\\/]/).includes('..');
  if (!climbs && !/^([\\/]|[A-Za-z]:)/.test(name) && !name.includes('\0')) return;
  throw new FoveaError({
    where,
    problem: `an entry is named ${JSON.stringify(name.slice(0, 100))}, a path that leads out of the archive`,
    expected: 'names below the archive, such as 000001.jpg',
    fix: 'do not trust this archive',
  });
}

function halfEntry(where: string, name: string, size: number, left: number): FoveaError {
  return new FoveaError({
    where,
    problem: `the entry ${JSON.stringify(name.slice(0, 100))} has ${size} bytes, the file holds ${left} more`,
    expected: 'whole entries',
    fix: 'the file was cut off: get it again',
  });
}
