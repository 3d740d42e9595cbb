import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextBits, toText } from './text.ts';

function fromText(pieces: readonly string[], length: number): Uint8Array {
  const bits = new TextBits(pieces);
  return Uint8Array.from({ length }, () => bits.read(8));
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
    const bytes = Uint8Array.from({ length: 120_000 }, (_, i) => (i * 40_503) >>> 5);
    const pieces = toText(bytes);
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.every((piece) => piece.length % 2 === 0)).toBe(true);
    expect(Buffer.compare(fromText(pieces, bytes.length), bytes)).toBe(0);
  });

  it('are read in parts of any width, and on from the next whole byte', () => {
    const bits = new TextBits(toText(Uint8Array.of(0b1010_0110, 0xff, 0x12, 0x34, 0x56)));
    expect([bits.read(3), bits.read(0), bits.read(2)]).toEqual([0b110, 0, 0b00]);
    bits.toByte();
    expect(bits.read(4)).toBe(15);
    bits.toByte();
    bits.toByte();
    expect([bits.read(15), bits.read(9)]).toEqual([0x3412, 0x56 << 1]);
  });

  it('are read as many numbers of one width, on from any bit', () => {
    const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => Math.imul(i, 40_503) >>> 7);
    for (const width of [1, 8, 11, 12, 13, 24]) {
      const [one, many] = [new TextBits(toText(bytes)), new TextBits(toText(bytes))];
      expect(many.read(5)).toBe(one.read(5));
      const numbers = new Uint32Array(Math.floor((bytes.length * 8 - 18) / width));
      many.readMany(numbers, width);
      const low = Math.min(width, 12);
      const same = numbers.every((v) => v === (one.read(low) | (one.read(width - low) << low)));
      expect(same, `numbers of ${width} bits`).toBe(true);
      expect(many.read(13)).toBe(one.read(13));
    }
  });

  it('that end too early are an error, not zeros for ever', () => {
    const bits = new TextBits(toText(new Uint8Array(100)));
    expect(() => {
      for (let i = 0; i < 110; i++) bits.read(8);
    }).toThrow(/ends too early\n {2}expected: the file as it was written/);
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
