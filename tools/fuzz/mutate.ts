/**
 * @file Changes bytes as damage, cut-off files and attackers do. The same seed makes the same change.
 */
import { at } from '../../src/base/lists.ts';
import type { RandomStream } from '../../src/base/random.ts';

/** Numbers at which readers of lengths and counts go wrong. */
const EDGES = [
  0,
  1,
  2,
  7,
  8,
  127,
  128,
  255,
  256,
  32_767,
  65_535,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
const WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '=',
  '-1',
  '0',
  '1e999',
  '1e12',
  '0.5',
  'null',
  'true',
  'NaN',
  '"__proto__":',
  '"constructor":',
  '"toString"',
  '\\u0000',
  '\ufeff',
  '\u001b[2J',
  '{"toString":1}',
  '['.repeat(200),
  '9'.repeat(40),
  '*'.repeat(30),
  '{0..9}',
  '../',
  '\n',
  '#',
  ' ',
].map((word) => new TextEncoder().encode(word));

/** One to six changes of a seed file; `other` is a second one to take pieces from. */
export function mutated(seed: Uint8Array, other: Uint8Array, random: RandomStream): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(seed);
  for (let changes = 1 + random.integer(6); changes > 0; changes--) {
    bytes = oneOf(CHANGES, random)(bytes, random, other);
  }
  return bytes;
}

export function oneOf<T>(list: readonly T[], random: RandomStream): T {
  return at(list, random.integer(list.length), 'choice');
}

type Change = (bytes: Uint8Array, random: RandomStream, other: Uint8Array) => Uint8Array;

const CHANGES: readonly Change[] = [
  // A bit, a byte.
  (bytes, random) => withByte(bytes, random, (byte) => byte ^ (1 << random.integer(8))),
  (bytes, random) => withByte(bytes, random, () => oneOf(EDGES.slice(0, 8), random)),
  (bytes, random) => withByte(bytes, random, () => random.integer(256)),
  // A number of one to eight bytes, either way round.
  (bytes, random) => {
    const from = place(bytes, random);
    const size = 1 << random.integer(4);
    const value = BigInt(oneOf(EDGES, random));
    const word = Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
    return spliced(bytes, from, size, random.integer(2) === 0 ? word : word.reverse());
  },
  // The end goes; a piece goes, comes twice, or comes from elsewhere.
  (bytes, random) => bytes.slice(0, place(bytes, random)),
  (bytes, random) => spliced(bytes, place(bytes, random), length(random), []),
  (bytes, random) => {
    const from = place(bytes, random);
    return spliced(bytes, place(bytes, random), 0, bytes.slice(from, from + length(random)));
  },
  (bytes, random, other) => {
    const from = place(other, random);
    const size = length(random);
    return spliced(bytes, place(bytes, random), size, other.slice(from, from + size));
  },
  // A word that means something to somebody.
  (bytes, random) => spliced(bytes, place(bytes, random), random.integer(4), oneOf(WORDS, random)),
];

const place = (bytes: Uint8Array, random: RandomStream) => random.integer(bytes.length + 1);
/** Short ones more often. */
const length = (random: RandomStream) => 1 + random.integer(1 << (1 + random.integer(9)));

function withByte(
  bytes: Uint8Array,
  random: RandomStream,
  change: (byte: number) => number,
): Uint8Array {
  const from = place(bytes, random);
  const byte = bytes[from];
  return byte === undefined ? bytes : spliced(bytes, from, 1, [change(byte)]);
}

function spliced(
  bytes: Uint8Array,
  from: number,
  gone: number,
  come: Iterable<number>,
): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, from), ...come, ...bytes.subarray(from + gone)]);
}
