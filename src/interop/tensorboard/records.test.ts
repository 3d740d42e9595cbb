import { describe, expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';
import { framed, readRecords } from './records.ts';

const ascii = (text: string) => Buffer.from(text);
const texts = (records: readonly Uint8Array[]) => records.map((r) => Buffer.from(r).toString());

describe('crc32c', () => {
  it.each([
    // RFC 3720, B.4; the last one is the check value of all catalogues of checksums.
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['"123456789"', ascii('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('records', () => {
  it('begin like the first record of every event file, 24 bytes long', () => {
    // As TensorFlow writes it: the length, and its masked checksum.
    const head = framed(new Uint8Array(24)).subarray(0, 12);
    expect([...head]).toEqual([24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
  });

  it('read back up to where the file was cut off, wherever that is', () => {
    const parts = ['first', '', 'a third one'].map(ascii);
    const file = Buffer.concat(parts.map(framed));
    const ends = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1).map(framed)).length);
    for (let size = 0; size <= file.length; size++) {
      const { records, wholeBytes } = readRecords(file.subarray(0, size));
      const whole = ends.filter((end) => end <= size);
      expect(texts(records)).toEqual(texts(parts.slice(0, whole.length)));
      expect(wholeBytes).toBe(whole.at(-1) ?? 0);
    }
  });

  it('stop at a byte that was changed', () => {
    const parts = [ascii('first'), ascii('second')];
    const file = Buffer.concat(parts.map(framed));
    for (let at = framed(ascii('first')).length; at < file.length; at++) {
      const damaged = Buffer.from(file);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(texts(readRecords(damaged).records), `byte ${at}`).toEqual(['first']);
    }
  });
});
