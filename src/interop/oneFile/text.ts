/**
 * @file Bytes as text that may stand between quotes in any script or page, and back.
 *
 * 91 printable characters of ASCII: all but space, ", \ and <. Two of them hold 13 bits (91 * 91 = 8281 > 2^13), so
 * text is 16/13 of the bytes, where base64 takes 4/3. Characters that are not printable would carry more, but a
 * bundler writes each of them as an escape of four. Next stop: `weights.ts`, what is written so.
 */

const BASE = 91;
const BITS = 13;
const MASK = (1 << BITS) - 1;
/** Characters of one piece: an editor or a parser meets no line of megabytes. */
const PIECE = 2 ** 16;

/** Codes of the characters in order. */
const ALPHABET = Uint8Array.from({ length: 94 }, (_, i) => 33 + i).filter(
  (code) => !'"\\<'.includes(String.fromCharCode(code)),
);

/** In pieces, each of whole pairs; `fromText` reads them one after the other. */
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

/** The bytes; behind them there may be one more, of the bits that filled up the last pair. */
export function fromText(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const letters = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const bytes = new Uint8Array(Math.floor(((letters / 2) * BITS) / 8));
  let to = 0;
  let held = 0;
  let count = 0;
  for (const piece of pieces) {
    for (let i = 0; i < piece.length; i += 2) {
      held |= (placeOf(piece.charCodeAt(i)) * BASE + placeOf(piece.charCodeAt(i + 1))) << count;
      for (count += BITS; count >= 8; count -= 8) {
        bytes[to++] = held;
        held >>>= 8;
      }
    }
  }
  return bytes;
}

/** Place of a character in the alphabet: from 33 on, and one less after each that is left out. */
function placeOf(code: number): number {
  return code - 33 - (code > 34 ? 1 : 0) - (code > 60 ? 1 : 0) - (code > 92 ? 1 : 0);
}
