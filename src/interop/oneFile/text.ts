/**
 * @file Bytes as text that may stand between quotes in any script or page, and back.
 *
 * 91 printable characters of ASCII: all but space, ", \ and <. Two of them hold 13 bits (91 * 91 = 8281 > 2^13), so
 * text is 16/13 of the bytes, where base64 takes 4/3. Characters that are not printable would carry more, but a
 * bundler writes each of them as an escape of four. Next stop: `decoder/bitReader.ts`, which reads it.
 */

export const BASE = 91;
/** Bits in two characters. */
export const BITS = 13;
const MASK = (1 << BITS) - 1;
/**
 * Characters of one piece. An editor meets no line of megabytes; a parser, which collects a literal in a buffer that it
 * makes larger and larger, takes a fifth less time for many short ones.
 */
export const PIECE = 2 ** 11;

/** Codes of the characters run from here, */
export const FIRST_CODE = 33;
/** without those of ", < and \\. */
export const LEFT_OUT: readonly number[] = [34, 60, 92];

/** In pieces, each of whole pairs, which go on from one to the next. */
export function toText(bytes: Uint8Array): string[] {
  const all = Uint8Array.from({ length: BASE + LEFT_OUT.length }, (_, i) => FIRST_CODE + i);
  const alphabet = all.filter((code) => !LEFT_OUT.includes(code));
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
    codes[letters++] = alphabet[Math.floor(value / BASE)] ?? 0;
    codes[letters++] = alphabet[value % BASE] ?? 0;
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
