/**
 * @file What was deflated (RFC 1951) is read back, from the bits that a text holds.
 *
 * A shipped file opens once, before any compiler has warmed up: what it runs must be short and make no large tables.
 * Codes of up to `QUICK` bits are looked up, longer ones are walked length by length. It trusts its input, which
 * is the file's own. Previous stop: `text.ts`. Next stop: `shippedModel.ts`.
 */
import type { TextBits } from './text.ts';

/** Bits of a code that one look in a table decodes. */
const QUICK = 9;
const LONGEST = 15;

/** A canonical prefix code: shorter codes come first, those of one length in the order of their symbols. */
interface Code {
  /** Of each QUICK bits ahead: symbol << 4 | length; 0 where the code is longer. */
  readonly quick: Uint16Array;
  /** How many codes have each length. */
  readonly counts: Uint16Array;
  /** In the order of their codes. */
  readonly symbols: Uint16Array;
}

/** `size` bytes. */
export function inflate(bits: TextBits, size: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(size);
  let at = 0;
  for (let isLast = false; !isLast; ) {
    isLast = bits.read(1) === 1;
    const kind = bits.read(2);
    if (kind === 0) {
      bits.toByte();
      const length = bits.read(8) | (bits.read(8) << 8);
      // The length once more, inverted.
      bits.read(8);
      bits.read(8);
      for (const end = at + length; at < end; ) to[at++] = bits.read(8);
      continue;
    }
    const [literals, distances] = kind === 1 ? fixedCodes() : codesIn(bits);
    at = readBlock(bits, literals, distances, to, at);
  }
  return to;
}

/** Bytes, or how far back and how much to take again; gives where the next block begins. */
function readBlock(
  bits: TextBits,
  literals: Code,
  distances: Code,
  to: Uint8Array,
  from: number,
): number {
  for (let at = from; ; ) {
    const symbol = symbolIn(bits, literals);
    if (symbol < 256) {
      to[at++] = symbol;
      continue;
    }
    if (symbol === 256) return at;
    const length = symbol === 285 ? 258 : 3 + rangeIn(bits, symbol - 257, 4);
    const distance = 1 + rangeIn(bits, symbolIn(bits, distances), 2);
    for (const end = at + length; at < end; at++) to[at] = to[at - distance] ?? 0;
  }
}

/** Twice `of` numbers stand for themselves; of each `of` after them, one more bit follows. */
function rangeIn(bits: TextBits, symbol: number, of: number): number {
  if (symbol < 2 * of) return symbol;
  const more = Math.floor(symbol / of) - 1;
  return ((of + (symbol % of)) << more) + bits.read(more);
}

function symbolIn(bits: TextBits, { quick, counts, symbols }: Code): number {
  bits.need(LONGEST);
  const found = quick[bits.held & ((1 << QUICK) - 1)] ?? 0;
  if (found > 0) {
    bits.drop(found & 15);
    return found >>> 4;
  }
  let [code, first, place, length] = [0, 0, 0, 0];
  do {
    place += counts[length] ?? 0;
    first = (first + (counts[length] ?? 0)) << 1;
    code = (code << 1) | ((bits.held >>> length++) & 1);
  } while (code - first >= (counts[length] ?? Infinity));
  bits.drop(length);
  return symbols[place + code - first] ?? 0;
}

/** The code whose symbols have these lengths; 0: there is no such symbol. */
function codeOf(lengths: Uint8Array): Code {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) if (length > 0) counts[length] = (counts[length] ?? 0) + 1;
  // Of each length: its next code, and the place of the symbol that has it.
  const codes = new Uint16Array(LONGEST + 2);
  const places = new Uint16Array(LONGEST + 2);
  counts.forEach((count, length) => {
    codes[length + 1] = ((codes[length] ?? 0) + count) << 1;
    places[length + 1] = (places[length] ?? 0) + count;
  });
  const quick = new Uint16Array(1 << QUICK);
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const place = places[length] ?? 0;
    const code = codes[length] ?? 0;
    places[length] = place + 1;
    codes[length] = code + 1;
    symbols[place] = symbol;
    if (length > QUICK) return;
    for (let i = reversed(code, length); i < 1 << QUICK; i += 1 << length) {
      quick[i] = (symbol << 4) | length;
    }
  });
  return { quick, counts, symbols };
}

/** The first bit of a code comes first, and what comes first is held lowest. */
function reversed(code: number, length: number): number {
  let bits = 0;
  for (let i = 0; i < length; i++) bits = (bits << 1) | ((code >>> i) & 1);
  return bits;
}

/** Order in which the lengths of the lengths' own code stand. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The two codes that a block brings along. */
function codesIn(bits: TextBits): readonly [Code, Code] {
  const literals = 257 + bits.read(5);
  const distances = 1 + bits.read(5);
  const ofLengths = new Uint8Array(ORDER.length);
  for (const symbol of ORDER.slice(0, 4 + bits.read(4))) ofLengths[symbol] = bits.read(3);
  const code = codeOf(ofLengths);
  const lengths = new Uint8Array(literals + distances);
  for (let at = 0; at < lengths.length; ) {
    const symbol = symbolIn(bits, code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      continue;
    }
    const again = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
    const times = symbol === 18 ? 11 + bits.read(7) : 3 + bits.read(symbol - 14);
    lengths.fill(again, at, at + times);
    at += times;
  }
  return [codeOf(lengths.subarray(0, literals)), codeOf(lengths.subarray(literals))];
}

/** The codes of a block that brings none. */
function fixedCodes(): readonly [Code, Code] {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  return [codeOf(lengths), codeOf(new Uint8Array(30).fill(5))];
}
