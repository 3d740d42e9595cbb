/**
 * @file Zip archives of other people: read strictly, unpacked within limits.
 *
 * The directory at the end is the truth; each file's own header must agree with it. Refused before anything is
 * unpacked: names that lead out of the archive, a name twice, links, encryption, overlapping files (one stretch of
 * bytes that unpacks as many files), and sizes over the limit. What unpacks to more or less than it claims, or has
 * another checksum, is refused while it is unpacked. Next stop: `gunzip.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { shownValue } from '../base/printable.ts';
import { inflate } from './gunzip.ts';

export interface ZipEntry {
  /** Its path, parted by "/"; a folder's ends in "/". */
  readonly name: string;
  /** Unpacked, as claimed; `read` holds it to that. */
  readonly bytes: number;
  read(): Promise<Uint8Array>;
}

export interface ZipLimits {
  /** Names the archive in errors. */
  readonly where: string;
  /** Most bytes of all files together, unpacked. */
  readonly most: number;
  readonly mostEntries?: number;
}

const [END, ENTRY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
const [END_BYTES, ENTRY_BYTES, LOCAL_BYTES] = [22, 46, 30];
/** A comment behind the directory has at most so many bytes. */
const MOST_COMMENT = 0xffff;
const MOST_ENTRIES = 10_000;
const ENCRYPTED = 1;
const [STORED, DEFLATED] = [0, 8];
/** Of the upper half of the attributes that Unix writes: what kind of file it is. */
const [KIND_MASK, LINK, REGULAR, FOLDER] = [0xf000, 0xa000, 0x8000, 0x4000];
const MADE_BY_UNIX = 3;

/** All entries of an archive, checked; nothing is unpacked yet. */
export function readZip(bytes: Uint8Array, limits: ZipLimits): ZipEntry[] {
  const refuse = (problem: string): never => {
    throw refused(limits.where, problem);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view) ?? refuse('this is no zip archive, or its end is missing');
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    refuse('it is one of several volumes');
  }
  if (count > (limits.mostEntries ?? MOST_ENTRIES)) refuse(`it holds ${count} files`);
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) {
      refuse(`its directory is damaged at entry ${i + 1} of ${count}`);
    }
    const entry = entryAt(bytes, view, at);
    const problem = problemOf(entry);
    if (problem !== undefined) refuse(`${shownValue(entry.name)} ${problem}`);
    entries.push(entry);
    at = entry.next;
  }
  checkTogether(entries, limits, refuse);
  const placed = entries.map((entry) => ({ entry, from: dataStart(bytes, view, entry, refuse) }));
  checkApart(placed, start, refuse);
  return placed.map(({ entry, from }) => ({
    name: entry.name,
    bytes: entry.size,
    read: () =>
      unpack(bytes.subarray(from, from + entry.packed), entry, `${limits.where}: ${entry.name}`),
  }));
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Of Unix, 0 elsewhere. */
  readonly kind: number;
  readonly local: number;
  readonly next: number;
}

/** Where the end record stands: behind it there is its comment and nothing else. */
function endOf(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT); at--) {
    if (view.getUint32(at, true) === END && view.getUint16(at + 20, true) === last - at) return at;
  }
  return undefined;
}

function entryAt(bytes: Uint8Array, view: DataView, at: number): Entry {
  const u16 = (offset: number) => view.getUint16(at + offset, true);
  const u32 = (offset: number) => view.getUint32(at + offset, true);
  const nameEnd = at + ENTRY_BYTES + u16(28);
  return {
    name: new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, nameEnd)),
    flags: u16(8),
    method: u16(10),
    checksum: u32(16),
    packed: u32(20),
    size: u32(24),
    kind: u16(4) >> 8 === MADE_BY_UNIX ? (u32(38) >>> 16) & KIND_MASK : 0,
    local: u32(42),
    next: nameEnd + u16(30) + u16(32),
  };
}

/** What is wrong with one entry, to be read behind its name. */
function problemOf({ name, flags, method, packed, size, kind, local }: Entry): string | undefined {
  const parts = name.replace(/\/$/, '').split('/');
  if (/[\\:\0]/.test(name) || parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'leads out of the archive';
  }
  if (kind === LINK) return 'is a link';
  if (kind !== 0 && kind !== REGULAR && kind !== FOLDER) return 'is no regular file';
  if ((flags & ENCRYPTED) !== 0) return 'is encrypted';
  if (method !== STORED && method !== DEFLATED) return `is packed by method ${method}`;
  if (method === STORED && packed !== size) return `is stored and has two sizes`;
  if ([packed, size, local].includes(0xffffffff)) return 'has 4 GB or more';
  return undefined;
}

function checkTogether(
  entries: readonly Entry[],
  { most }: ZipLimits,
  refuse: (problem: string) => never,
): void {
  const names = new Set<string>();
  let total = 0;
  for (const { name, size } of entries) {
    // Two names that one disk takes for the same are the same.
    const same = name.replace(/\/$/, '').normalize('NFC').toLowerCase();
    if (names.has(same)) refuse(`it holds ${shownValue(name)} twice`);
    names.add(same);
    total += size;
  }
  if (total > most)
    refuse(`it claims ${total} bytes unpacked, more than the ${most} that are read`);
}

/** Where an entry's packed bytes begin: behind its own header, which must agree with the directory. */
function dataStart(
  bytes: Uint8Array,
  view: DataView,
  { name, local, packed, method }: Entry,
  refuse: (problem: string) => never,
): number {
  const ends = local + LOCAL_BYTES;
  if (ends > bytes.length || view.getUint32(local, true) !== LOCAL) {
    return refuse(`${shownValue(name)} has no header where the directory says`);
  }
  const nameEnd = ends + view.getUint16(local + 26, true);
  const from = nameEnd + view.getUint16(local + 28, true);
  const own = new TextDecoder().decode(bytes.subarray(ends, nameEnd));
  if (own !== name || view.getUint16(local + 8, true) !== method) {
    return refuse(`${shownValue(name)} is another file by its own header (${shownValue(own)})`);
  }
  if (from + packed > bytes.length) return refuse(`${shownValue(name)} is cut off`);
  return from;
}

function checkApart(
  placed: readonly { readonly entry: Entry; readonly from: number }[],
  directory: number,
  refuse: (problem: string) => never,
): void {
  let end = 0;
  for (const { entry, from } of placed.toSorted((a, b) => a.entry.local - b.entry.local)) {
    if (entry.local < end) refuse(`${shownValue(entry.name)} overlaps with another file`);
    end = from + entry.packed;
    if (end > directory) refuse(`${shownValue(entry.name)} overlaps with the directory`);
  }
}

async function unpack(packed: Uint8Array, entry: Entry, where: string): Promise<Uint8Array> {
  const bytes =
    entry.method === STORED
      ? packed
      : await inflate(packed, { format: 'deflate-raw', size: entry.size, where });
  if (checksumOf(bytes) === entry.checksum) return bytes;
  throw refused(where, 'its content has another checksum than the archive says: it is damaged');
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
});

/** CRC-32 as zip and gzip have it. */
export function checksumOf(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder = (table[(remainder ^ byte) & 0xff] ?? 0) ^ (remainder >>> 8);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

function refused(where: string, problem: string): FoveaError {
  return new FoveaError({
    where,
    problem,
    expected: 'a zip archive of plain files, as "Save as zip" makes it',
    fix: 'save it again, or pack the files of the run anew',
  });
}
