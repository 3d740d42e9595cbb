import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idxBytes, ramp, temporaryFolder } from '../../../test/support/idxFixtures.ts';
import { FoveaError } from '../../base/errors.ts';
import { pictureToPng } from './contactSheet.ts';
import type { Picture } from './picture.ts';
import { readImage, readImages } from './readImage.node.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

const withBytes = (text: string, ...bytes: number[]) => Uint8Array.from([...ascii(text), ...bytes]);

const gray = (width: number, height: number, pixels: Iterable<number>): Picture => ({
  width,
  height,
  channels: 1,
  pixels: Uint8Array.from(pixels),
});

describe('readImage', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    vi.doUnmock('sharp');
    rmSync(folder, { recursive: true });
  });
  const pixels = Uint8Array.from(ramp(12));
  const raw = { raw: { width: 4, height: 3, channels: 1 } } as const;

  it('reads PNG exactly, and JPEG and WebP nearly', async () => {
    const png = await sharp(pixels, raw).png().toBuffer();
    expect(await readImage(png, { channels: 1 })).toEqual(gray(4, 3, pixels));
    const colour = await readImage(png, { channels: 3 });
    expect([...colour.pixels.subarray(3, 9)]).toEqual([1, 1, 1, 2, 2, 2]);
    for (const bytes of [
      await sharp(pixels, raw).jpeg({ quality: 100 }).toBuffer(),
      await sharp(pixels, raw).webp({ lossless: true }).toBuffer(),
    ]) {
      const picture = await readImage(bytes, { channels: 1 });
      picture.pixels.forEach((value, i) => {
        expect(Math.abs(value - pixels[i])).toBeLessThan(6);
      });
    }
  });

  it('puts transparent pictures on white paper', async () => {
    const clear = await sharp(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255), {
      raw: { width: 2, height: 1, channels: 4 },
    })
      .png()
      .toBuffer();
    expect([...(await readImage(clear, { channels: 1 })).pixels]).toEqual([255, 0]);
  });

  it('reads a folder in order of names, and IDX files', async () => {
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'b.pgm'), withBytes('P5 1 1 255 ', 7));
    writeFileSync(join(folder, 'a.PPM'), withBytes('P6 1 1 255 ', 8, 8, 8));
    writeFileSync(join(folder, 'notes.txt'), 'not a picture');
    writeFileSync(join(folder, 'x-idx3-ubyte'), idxBytes([2, 1, 1], [3, 4]));
    const all = async (path: string) => {
      const found = [];
      for await (const { name, picture } of readImages(path, { channels: 1 })) {
        found.push([name, picture.pixels[0]]);
      }
      return found;
    };
    expect(await all(folder)).toEqual([
      [join(folder, 'a.PPM'), 8],
      [join(folder, 'b.pgm'), 7],
    ]);
    expect(await all(join(folder, 'b.pgm'))).toEqual([[join(folder, 'b.pgm'), 7]]);
    expect(await all(join(folder, 'x-idx3-ubyte'))).toEqual([
      [join(folder, 'x-idx3-ubyte[0]'), 3],
      [join(folder, 'x-idx3-ubyte[1]'), 4],
    ]);
    await expect(all(join(folder, 'empty'))).rejects.toThrow('no pictures in this folder');
    await expect(all(join(folder, 'missing'))).rejects.toThrow('cannot be read');
    await expect(all(join(folder, 'notes.txt'))).rejects.toThrow('not a picture');
  });

  it.each([
    ['text', ascii('hello')],
    ['nothing', new Uint8Array(0)],
    ['SVG', ascii('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['a cut PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0)],
  ])('refuses %s', async (_, bytes) => {
    await expect(readImage(bytes, { channels: 1 })).rejects.toBeInstanceOf(FoveaError);
  });

  it('says how to get along without sharp', async () => {
    vi.doMock('sharp', () => {
      throw new Error('Could not load the "sharp" module');
    });
    const attempt = readImage(pictureToPng(pixels, [3, 4, 1]), { channels: 1 });
    await expect(attempt).rejects.toThrow('npm install sharp');
    await expect(readImage(ascii('P2 1 1 9 9'), { channels: 1 })).resolves.toBeDefined();
  });
});
