import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toText } from './text.ts';

/** All bits of pairs of characters, the lowest first, by a table of the test's own. */
function fromText(pieces: readonly string[], length: number): Uint8Array {
  const alphabet = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
    .filter((letter) => !'"<\\'.includes(letter))
    .join('');
  const bits = pieces
    .join('')
    .match(/../g)
    ?.flatMap(([high, low]) => {
      const unit = alphabet.indexOf(high) * 91 + alphabet.indexOf(low);
      return Array.from({ length: 13 }, (_, bit) => (unit >> bit) & 1);
    });
  return Uint8Array.from({ length }, (_, i) =>
    Array.from({ length: 8 }, (_, bit) => (bits?.[8 * i + bit] ?? 0) << bit).reduce(
      (a, b) => a | b,
    ),
  );
}
const back = (bytes: Uint8Array) => fromText(toText(bytes), bytes.length);

describe('bytes as text', () => {
  it('come back, whatever they are and however many', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(back(bytes)).toEqual(bytes);
      }),
    );
    for (let length = 0; length < 60; length++) {
      expect(back(new Uint8Array(length).fill(255))).toEqual(new Uint8Array(length).fill(255));
    }
  });

  it('come back in several pieces', () => {
    const bytes = Uint8Array.from({ length: 12_000 }, (_, i) => (i * 40_503) >>> 5);
    const pieces = toText(bytes);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.every((piece) => piece.length % 2 === 0)).toBe(true);
    expect(Buffer.compare(fromText(pieces, bytes.length), bytes)).toBe(0);
  });

  it('are printable, may stand between quotes and in a page, and take 16/13 of their length', () => {
    const bytes = Uint8Array.from(
      { length: 2 ** 17 },
      (_, i) => Math.imul(i, 2_654_435_761) >>> 13,
    );
    const text = toText(bytes).join('');
    expect(new Set(text).size).toBe(91);
    expect(text).toMatch(/^[!#-;=-[\]-~]*$/);
    expect(text.length / bytes.length).toBeCloseTo(16 / 13, 3);
  });
});
