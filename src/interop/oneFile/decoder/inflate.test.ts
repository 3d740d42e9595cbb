import { deflateRawSync, constants as zlib } from 'node:zlib';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openText } from '../../../../test/support/shippedText.ts';
import { RandomStream } from '../../../base/random.ts';
import { toText } from '../text.ts';
import { decoderModule } from './decoderModule.ts';
import { DISTANCES, FLOATS, LENGTHS, LITERALS, NEXT, ORDER, TEXT } from './places.ts';

/** Said as yes or no: nobody reads a comparison of thousands of bytes. */
async function comesBack(deflated: Uint8Array, bytes: Uint8Array): Promise<boolean> {
  const text = toText(deflated);
  const came = (await openText(text, text.length, bytes.length)).bytes;
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

  it.for(Object.entries(texts))('reads %s bytes as two packers write them', async ([, bytes]) => {
    expect(await comesBack(deflateSync(bytes, { level: 9 }), bytes)).toBe(true);
    for (const strategy of [
      zlib.Z_DEFAULT_STRATEGY,
      zlib.Z_HUFFMAN_ONLY,
      zlib.Z_FIXED,
      zlib.Z_RLE,
    ]) {
      const deflated = deflateRawSync(bytes, { level: 9, strategy });
      expect(await comesBack(deflated, bytes)).toBe(true);
    }
  });

  it('reads bytes that were stored as they are, and blocks of several kinds', async () => {
    const noise = Uint8Array.from({ length: 70_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13);
    expect(await comesBack(deflateRawSync(noise, { level: 0 }), noise)).toBe(true);
    const mixed = Uint8Array.from([...texts.skewed, ...noise, ...texts.repeating]);
    expect(await comesBack(deflateRawSync(mixed), mixed)).toBe(true);
  });

  it('reads whatever there is of a few bytes', async () => {
    const few = fc.uint8Array({ maxLength: 80, max: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(few, fc.uint8Array({ maxLength: 300 })),
        async (bytes) =>
          (await comesBack(deflateSync(bytes), bytes)) &&
          (await comesBack(deflateRawSync(bytes), bytes)),
      ),
    );
  });

  it('ends with an error where the text was cut or spoilt, and does not run on', async () => {
    const whole = toText(deflateSync(texts.skewed)).join('');
    const size = texts.skewed.length;
    const opened = (text: string) => openText([text], 1, size);
    for (const part of [0.1, 0.25, 0.9, 1 - 10 / whole.length]) {
      const cut = whole.slice(0, 2 * Math.floor((part * whole.length) / 2));
      await expect(opened(cut)).rejects.toThrow(
        /ends too early\n {2}expected: the file as it was written/,
      );
    }
    await expect(openText([whole], 2, size)).rejects.toThrow(/ends too early/);
    // Another network, or none; but an end.
    for (let at = 0; at < 4000; at += 97) {
      const spoilt = `${whole.slice(0, at)}~${whole.slice(at + 1)}`;
      await opened(spoilt).catch((error: Error) => expect(error.name).toBe('FoveaError'));
    }
  });
});

describe('the module', () => {
  it('is small, and lays nothing over anything else', () => {
    expect(decoderModule().length).toBeLessThan(2000);
    const begins = [12, ORDER + 20, NEXT + 64, LENGTHS + 288 + 32, LITERALS + 4 * (16 + 288)];
    const ends = [ORDER, NEXT, LENGTHS, LITERALS, DISTANCES];
    begins.forEach((begin, i) => {
      expect(begin).toBeLessThanOrEqual(ends[i]);
    });
    expect(DISTANCES + 4 * (16 + 32)).toBeLessThanOrEqual(FLOATS);
    expect(TEXT % 16).toBe(0);
  });
});
