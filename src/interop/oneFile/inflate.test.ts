import { deflateRawSync, constants as zlib } from 'node:zlib';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../base/random.ts';
import { inflate } from './inflate.ts';
import { TextBits, toText } from './text.ts';

/** Said as yes or no: nobody reads a comparison of thousands of bytes. */
function comesBack(deflated: Uint8Array, bytes: Uint8Array): boolean {
  const came = inflate(new TextBits(toText(deflated)), bytes.length);
  return Buffer.compare(came, bytes) === 0;
}

/** Of magnitudes as weights have them: codes of 1 to 15 bits. */
function skewed(length: number): Uint8Array {
  const stream = new RandomStream(3, 'skewed');
  return Uint8Array.from({ length }, () => Math.floor(-Math.log2(stream.uniform()) * 3));
}

/** What repeats near and far, in runs short and long. */
function repeating(length: number): Uint8Array {
  const stream = new RandomStream(4, 'repeating');
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const run = 1 + Math.floor(300 * stream.uniform() ** 3);
    const distance = Math.floor(Math.min(at, 32_768) * stream.uniform() ** 4);
    for (let i = 0; i < run && at < length; i++, at++) {
      bytes[at] = distance === 0 ? Math.floor(256 * stream.uniform()) : bytes[at - distance];
    }
  }
  return bytes;
}

describe('inflate', () => {
  const texts = { skewed: skewed(60_000), repeating: repeating(90_000) };

  it.for(Object.entries(texts))('reads %s bytes as two packers write them', ([, bytes]) => {
    expect(comesBack(deflateSync(bytes, { level: 9 }), bytes)).toBe(true);
    for (const strategy of [
      zlib.Z_DEFAULT_STRATEGY,
      zlib.Z_HUFFMAN_ONLY,
      zlib.Z_FIXED,
      zlib.Z_RLE,
    ]) {
      const deflated = deflateRawSync(bytes, { level: 9, strategy });
      expect(comesBack(deflated, bytes)).toBe(true);
    }
  });

  it('reads bytes that were stored as they are, and blocks of several kinds', () => {
    const noise = Uint8Array.from({ length: 70_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13);
    expect(comesBack(deflateRawSync(noise, { level: 0 }), noise)).toBe(true);
    const mixed = Uint8Array.from([...texts.skewed, ...noise, ...texts.repeating]);
    expect(comesBack(deflateRawSync(mixed), mixed)).toBe(true);
  });

  it('reads whatever there is of a few bytes', () => {
    const few = fc.uint8Array({ maxLength: 80, max: 3 });
    fc.assert(
      fc.property(
        fc.oneof(few, fc.uint8Array({ maxLength: 300 })),
        (bytes) => comesBack(deflateSync(bytes), bytes) && comesBack(deflateRawSync(bytes), bytes),
      ),
    );
  });

  it('ends with an error where the text was cut or spoilt', () => {
    const whole = toText(deflateSync(texts.skewed)).join('');
    const cut = [whole.slice(0, whole.length / 4)];
    expect(() => inflate(new TextBits(cut), texts.skewed.length)).toThrow(/ends too early/);
  });
});
