/**
 * @file Where what lies in the memory of the module that decodes a shipped text: byte addresses.
 *
 * Codes are canonical prefix codes: of each length from 0 to 15 how many symbols have it, then the symbols in the order
 * of their codes, all as words. Next stops: `bitReader.ts`, the module's side; `decoder.ts`, the script's.
 */

/** Words: the address of the next character, the bits that were read and not taken, how many they are. */
export const READER = { at: 0, held: 4, count: 8 } as const;
/** Bytes: the order in which the lengths of the lengths' own code stand. */
export const ORDER = 16;
/** Words: of each length, the place of its next symbol. */
export const NEXT = 64;
/** Bytes: the lengths of codes of up to 288 literals and 32 distances. */
export const LENGTHS = 128;
/** A code, of literals and of lengths. */
export const LITERALS = 640;
/** A code. */
export const DISTANCES = LITERALS + 4 * (16 + 288);
/** Float32: what is handed on at once. */
export const FLOATS = 2048;
export const MOST_FLOATS = 4096;
/** Characters. A multiple of 16, so that address and bits held tell where a byte of the text begins. */
export const TEXT = FLOATS + 4 * MOST_FLOATS;
