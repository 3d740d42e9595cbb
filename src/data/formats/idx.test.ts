import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { behindDoor } from '../../../test/support/doors.ts';
import { idxBytes, ramp } from '../../../test/support/idxFixtures.ts';
import { gunzip } from '../../archives/gunzip.ts';
import { FoveaError } from '../../base/errors.ts';
import { splitOf } from '../dataset.ts';
import { IDX_HEADER_BYTES, parseIdxImages, parseIdxLabels, readIdxHeader } from './idx.ts';

const idxSize = {
  headBytes: IDX_HEADER_BYTES,
  sizeFrom: (head: Uint8Array) => readIdxHeader(head).totalBytes,
};

describe('IDX', () => {
  it('reads pictures and labels without copying', () => {
    const file = idxBytes([2, 3, 4], ramp(24));
    const images = parseIdxImages(file);
    expect(images).toMatchObject({ count: 2, rows: 3, columns: 4 });
    expect([...images.pixels]).toEqual(ramp(24));
    expect(images.pixels.buffer).toBe(file.buffer);
    expect([...parseIdxLabels(idxBytes([3], [7, 2, 1]), 10)]).toEqual([7, 2, 1]);
  });

  it('reads an empty set', () => {
    expect(parseIdxImages(idxBytes([0, 28, 28], [])).count).toBe(0);
  });

  it.each([
    ['nothing', new Uint8Array(0), /truncated/],
    ['half a header', idxBytes([2, 3, 4], []).subarray(0, 9), /truncated/],
    ['a wrong magic number', Uint8Array.of(0x50, 0x4e, 0x47, 0, 0, 0, 0, 0), /begins with 50 4e/],
    ['floats', Uint8Array.of(0, 0, 0x0d, 3, 0, 0, 0, 0), /not an IDX file of bytes/],
    ['five dimensions', Uint8Array.of(0, 0, 8, 5, 0, 0, 0, 0), /5 dimensions/],
    ['labels', idxBytes([3], [1, 2, 3]), /holds labels/],
    ['too few pixels', idxBytes([2, 3, 4], ramp(23)), /truncated/],
    ['too many pixels', idxBytes([2, 3, 4], ramp(25)), /1 bytes behind/],
    ['2^31 pictures', idxBytes([2 ** 31, 28, 28], ramp(9)), /the header claims/],
    ['a side of 0', idxBytes([1, 0, 28], []), /the header claims/],
    ['a side of 2^32 - 1', idxBytes([1, 1, 2 ** 32 - 1], []), /the header claims/],
  ])('refuses %s as pictures', (_, bytes, message) => {
    expect(() => parseIdxImages(bytes, 'x-idx3-ubyte')).toThrow(FoveaError);
    expect(() => parseIdxImages(bytes, 'x-idx3-ubyte')).toThrow(message);
    expect(() => parseIdxImages(bytes, 'x-idx3-ubyte')).toThrow('x-idx3-ubyte: ');
  });

  it('refuses pictures as labels, and labels out of range', () => {
    expect(() => parseIdxLabels(idxBytes([1, 1, 1], [0]))).toThrow('holds images');
    expect(() => parseIdxLabels(idxBytes([3], [0, 9, 10]), 10)).toThrow(/label 10 at position 2/);
  });

  it('refuses different numbers of pictures and labels', () => {
    const images = parseIdxImages(idxBytes([2, 1, 1], [0, 0]));
    expect(() => splitOf(images, Uint8Array.of(1, 2, 3), 'train')).toThrow(
      '2 images, but 3 labels',
    );
  });

  it('throws a FoveaError or reads, whatever the bytes', () => {
    const header = fc.tuple(
      fc.constant(0),
      fc.constant(0),
      fc.constant(8),
      fc.integer({ min: 0, max: 4 }),
    );
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 40 }), (magic, rest) => {
        const bytes = Uint8Array.from([...magic, ...rest]);
        for (const parse of [parseIdxImages, parseIdxLabels]) {
          try {
            parse(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(FoveaError);
          }
        }
      }),
    );
  });
});

describe('gunzip', () => {
  const file = idxBytes([2, 3, 4], ramp(24));

  it('takes the size from the header or from the caller', async () => {
    expect(await gunzip(gzipSync(file), idxSize)).toEqual(file);
    expect(await gunzip(gzipSync(file), file.length)).toEqual(file);
  });

  it('unpacks what comes in many chunks', async () => {
    const large = idxBytes([300, 28, 28], ramp(300 * 784));
    expect(await gunzip(gzipSync(large), idxSize)).toEqual(large);
  });

  it.each([
    ['a cut file', gzipSync(file).subarray(0, 20), /damaged or cut/],
    ['a changed byte', changed(gzipSync(file), 25), /damaged/],
    ['a wrong checksum', changed(gzipSync(file), -6), /damaged/],
    ['more than the header says', gzipSync(idxBytes([1, 3, 4], ramp(9000))), /more than it should/],
    [
      'less than the header says',
      gzipSync(idxBytes([3, 3, 4], ramp(24))),
      /only 40 bytes unpacked/,
    ],
    ['a claim beyond any compression', gzipSync(idxBytes([60000, 28, 28], [])), /cannot unpack to/],
    ['less than a header', gzipSync(new Uint8Array(3)), /truncated/],
  ])('refuses %s', async (_, bytes, message) => {
    const attempt = gunzip(bytes, idxSize, 'x.gz');
    await expect(attempt).rejects.toBeInstanceOf(FoveaError);
    await expect(gunzip(bytes, idxSize, 'x.gz')).rejects.toThrow(message);
  });
});

behindDoor('FOVEA_EVIL', 'hostile IDX files', (folder) => {
  const idx = `${folder}/derived/idx`;
  for (const name of readdirSync(idx)) {
    const good = /valid-control|zero-images/.test(name);
    it(`${good ? 'reads' : 'refuses'} ${name}`, async () => {
      const raw = readFileSync(`${idx}/${name}`);
      const read = async () => {
        const bytes = name.endsWith('.gz') ? await gunzip(raw, idxSize) : raw;
        return name.includes('idx1') ? parseIdxLabels(bytes, 10) : parseIdxImages(bytes);
      };
      if (good) await read();
      else await expect(read()).rejects.toBeInstanceOf(FoveaError);
    });
  }
});

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at < 0 ? copy.length + at : at] ^= 0xff;
  return copy;
}
