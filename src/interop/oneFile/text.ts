/**
 * @file Bytes as text that may stand between quotes in any script or page, and back.
 *
 * 91 printable characters of ASCII: all but space, ", \ and <. Two of them hold 13 bits (91 * 91 = 8281 > 2^13), so
 * text is 16/13 of the bytes, where base64 takes 4/3. Characters that are not printable would carry more, but a
 * bundler writes each of them as an escape of four. Whoever reads takes bits as they come and needs no bytes in between. Next stops: `inflate.ts` and `weights.ts`, who do.
 */
import { FoveaError } from '../../base/errors.ts';

const BASE = 91;
/** Bits in two characters. */
const BITS = 13;
const MASK = (1 << BITS) - 1;
/** Characters of one piece: an editor or a parser meets no line of megabytes. */
const PIECE = 2 ** 16;

/** Codes of the characters in order. */
const ALPHABET = Uint8Array.from({ length: 94 }, (_, i) => 33 + i).filter(
  (code) => !'"\\<'.includes(String.fromCharCode(code)),
);

/** In pieces, each of whole pairs; `TextBits` reads them one after the other. */
export function toText(bytes: Uint8Array): string[] {
  const pieces: string[] = [];
  const codes = new Uint8Array(PIECE);
  const decoder = new TextDecoder();
  let letters = 0;
  let held = 0;
  let count = 0;
  const end = (): void => {
    if (letters > 0) pieces.push(decoder.decode(codes.subarray(0, letters)));
    letters = 0;
  };
  const write = (value: number): void => {
    codes[letters++] = ALPHABET[Math.floor(value / BASE)] ?? 0;
    codes[letters++] = ALPHABET[value % BASE] ?? 0;
    if (letters === PIECE) end();
  };
  for (const byte of bytes) {
    held |= byte << count;
    count += 8;
    if (count < BITS) continue;
    write(held & MASK);
    held >>>= BITS;
    count -= BITS;
  }
  if (count > 0) write(held);
  end();
  return pieces;
}

/** Of each character its place in the alphabet. */
const PLACES = new Uint8Array(128);
ALPHABET.forEach((code, place) => {
  PLACES[code] = place;
});

/** The bits of what was written as text, the lowest of each byte first. */
export class TextBits {
  readonly #pieces: readonly string[];
  readonly #encoder = new TextEncoder();
  readonly #codes = new Uint8Array(PIECE);
  /** What the characters of the current piece stand for, 13 bits each. */
  readonly #units = new Uint16Array(PIECE / 2);
  #piece = 0;
  #at = 0;
  #end = 0;
  /** The next bits, the first one lowest. */
  held = 0;
  #count = 0;

  constructor(pieces: readonly string[]) {
    this.#pieces = pieces;
  }

  /** Sees to it that `held` has so many; at most 15. */
  need(bits: number): void {
    while (this.#count < bits) {
      if (this.#at === this.#end) this.#nextPiece();
      this.held |= (this.#units[this.#at++] ?? 0) << this.#count;
      this.#count += BITS;
    }
  }

  /** Passes over so many that are held. */
  drop(bits: number): void {
    this.held >>>= bits;
    this.#count -= bits;
  }

  /** The next bits as a number; at most 15. */
  read(bits: number): number {
    this.need(bits);
    const value = this.held & ((1 << bits) - 1);
    this.drop(bits);
    return value;
  }

  /** Fills `to` with numbers of so many bits, 24 at most: most of a file is read here, so no call is made for each. */
  readMany(to: Uint32Array, bits: number): void {
    const low = Math.min(bits, 12);
    const high = bits - low;
    const [units, lowMask, highMask] = [this.#units, (1 << low) - 1, (1 << high) - 1];
    let [held, count] = [this.held, this.#count];
    for (let i = 0; i < to.length; i++) {
      if (count < low) {
        if (this.#at === this.#end) this.#nextPiece();
        held |= (units[this.#at++] ?? 0) << count;
        count += BITS;
      }
      const value = held & lowMask;
      held >>>= low;
      count -= low;
      if (count < high) {
        if (this.#at === this.#end) this.#nextPiece();
        held |= (units[this.#at++] ?? 0) << count;
        count += BITS;
      }
      to[i] = ((held & highMask) << low) | value;
      held >>>= high;
      count -= high;
    }
    this.held = held;
    this.#count = count;
  }

  /** Passes over what is left of a byte that was begun. */
  toByte(): void {
    // A whole piece is whole bytes: 2^15 units.
    const begun = (BITS * this.#at - this.#count) & 7;
    if (begun > 0) this.read(8 - begun);
  }

  #nextPiece(): void {
    const text = this.#pieces[this.#piece++] ?? this.#pastTheEnd();
    const end = this.#encoder.encodeInto(text, this.#codes).written / 2;
    const [codes, units] = [this.#codes, this.#units];
    for (let i = 0; i < end; i++) {
      units[i] = (PLACES[codes[2 * i] ?? 0] ?? 0) * BASE + (PLACES[codes[2 * i + 1] ?? 0] ?? 0);
    }
    [this.#at, this.#end] = [0, end];
  }

  /** Zeros, once, for whoever looks ahead of the last bits. */
  #pastTheEnd(): string {
    if (this.#piece === this.#pieces.length + 1) return '!!!!';
    throw new FoveaError({
      problem: 'the text that holds the network ends too early',
      expected: 'the file as it was written',
    });
  }
}
