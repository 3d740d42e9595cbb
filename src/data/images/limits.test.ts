import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { neededSide, parseAugmentation } from '../augment/index.ts';
import { scaleTo } from '../augment/scale.ts';
import { type Picture, toGray } from './picture.ts';
import { PixelBudget } from './pixelBudget.ts';
import { prepareDigit } from './prepare.ts';
import { readImage, readImages } from './readImage.node.ts';
import { reduced, reductionOf } from './reduction.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [200, 120, 40],
] as const;
/** BT.601, worked out by hand: 0.299 R + 0.587 G + 0.114 B. */
const GRAYS = [76, 150, 29, 135];

/** Blocks of 16 x 16 side by side, so that JPEG mixes no two colours. */
const strip = () => {
  const pixels = Buffer.alloc(64 * 16 * 3);
  for (let i = 0; i < 64 * 16; i++) pixels.set(COLOURS[(i % 64) >> 4], 3 * i);
  return pixels;
};
const encoded = () => sharp(strip(), { raw: { width: 64, height: 16, channels: 3 } });
const middles = ({ width, channels, pixels }: Picture) =>
  [8, 24, 40, 56].map((x) => pixels[(8 * width + x) * channels]);

describe('colours become gray by one rule', () => {
  it('from PPM, PNG, WebP and JPEG', async () => {
    const ppm = Buffer.concat([Buffer.from('P6 64 16 255\n'), strip()]);
    const files = {
      ppm,
      png: await encoded().png().toBuffer(),
      palette: await encoded().png({ palette: true }).toBuffer(),
      webp: await encoded().webp({ lossless: true }).toBuffer(),
      jpeg: await encoded().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
    };
    for (const [kind, bytes] of Object.entries(files)) {
      const grays = middles(await readImage(bytes, { channels: 1 }));
      grays.forEach((gray, i) => {
        expect(Math.abs(gray - GRAYS[i]), `${kind} ${COLOURS[i]}`).toBeLessThanOrEqual(1);
      });
    }
    expect(middles(await readImage(ppm, { channels: 1 }))).toEqual(GRAYS);
    expect(middles(await readImage(files.png, { channels: 1 }))).toEqual(GRAYS);
  });

  it('from CMYK, with a profile and without, within 2 of the conversion by profile', async () => {
    for (const bytes of [
      await encoded().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      await encoded()
        .withIccProfile('cmyk')
        .toColourspace('cmyk')
        .jpeg({ quality: 100 })
        .toBuffer(),
    ]) {
      expect((await sharp(bytes).metadata()).space).toBe('cmyk');
      // Another way through the decoder: to a PNG by its profile first.
      const png = await sharp(bytes).toColourspace('srgb').png().toBuffer();
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      const rgb: Picture = { width: info.width, height: info.height, channels: 3, pixels: data };
      const colours = await readImage(bytes, { channels: 3 });
      colours.pixels.forEach((value, i) => {
        if (Math.abs(value - rgb.pixels[i]) > 2) expect(value, `byte ${i}`).toBe(rgb.pixels[i]);
      });
      const grays = middles(await readImage(bytes, { channels: 1 }));
      middles(toGray(rgb)).forEach((gray, i) => {
        expect(Math.abs(grays[i] - gray)).toBeLessThanOrEqual(2);
      });
    }
  });
});

describe('large pictures', () => {
  it('come by whole factors, as far as they are needed', () => {
    expect(reductionOf(1600, 1300, 28)).toBe(1); // fewer than 2 megapixels
    expect(reductionOf(4000, 3000)).toBe(1);
    expect(reductionOf(4000, 3000, 227)).toBe(6); // 500 for 454
    expect(reductionOf(4096, 4096)).toBe(1);
    expect(reductionOf(4097, 4096)).toBe(2);
    expect(reductionOf(8192, 8192)).toBe(2);
    expect(reductionOf(65_535, 100, 227)).toBe(1);
  });

  it('are means of blocks, the last ones smaller', () => {
    const side = 3001;
    const pixels = new Uint8Array(side * 1000).map((_, i) => ((i % side) % 3 === 0 ? 30 : 0));
    const small = reduced({ width: side, height: 1000, channels: 1, pixels }, 150);
    expect([small.width, small.height]).toEqual([1001, 334]);
    expect([...small.pixels.subarray(0, 3), small.pixels[1000]]).toEqual([10, 10, 10, 30]);
  });

  it('are decoded small, upright', async () => {
    const large = sharp({
      create: { width: 3000, height: 1500, channels: 3, background: '#c86428' },
    });
    const turned = await large.jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const picture = await readImage(turned, { channels: 3, needed: 100 });
    expect([picture.width, picture.height]).toEqual([215, 429]);
    expect([...picture.pixels.subarray(0, 3)]).toEqual([200, 100, 40]);
    const whole = await readImage(turned, { channels: 3 });
    expect([whole.width, whole.height]).toEqual([1500, 3000]);
  });

  it('are needed as a list of augmentation says', () => {
    const needed = (words: string) =>
      neededSide(parseAugmentation(words, [20, 30, 3]), [20, 30, 3]);
    expect(needed('flip')).toBe(30);
    expect(needed('scale=64,crop')).toBe(64);
    expect(needed('crop,scale=64')).toBeUndefined();
  });

  it('are refused with the limit, before they are decoded', async () => {
    const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    await expect(readImage(png, { channels: 1 })).rejects.toThrow(
      /60000 x 60000|exceeds pixel limit/,
    );
  });

  it('take turns by their pixels', async () => {
    const budget = new PixelBudget(undefined, 100);
    const order: string[] = [];
    await budget.acquire(60);
    const second = budget.acquire(60).then(() => order.push('second'));
    await budget.acquire(40);
    order.push('third');
    budget.release(40);
    await new Promise((done) => setTimeout(done, 20));
    expect(order).toEqual(['third']);
    budget.release(60);
    await second;
    expect(order).toEqual(['third', 'second']);
    expect(budget.words[0]).toBe(60);
    budget.release(60);
    await budget.acquire(1000); // alone, however large
  });
});

describe('long and thin pictures', () => {
  const line = (width: number, height: number): Picture => ({
    width,
    height,
    channels: 1,
    pixels: new Uint8Array(width * height).map((_, i) => (i % 7 === 0 ? 200 : 0)),
  });

  it('take no more memory than others', () => {
    for (const picture of [line(65_535, 1), line(1, 65_535), line(65_535, 20)]) {
      for (const centre of [true, false]) {
        const before = process.memoryUsage().arrayBuffers;
        expect(prepareDigit(picture, [28, 28, 1], { centre }).pixels).toHaveLength(784);
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(400 * 2 ** 20);
      }
    }
  });

  it('are not scaled beyond the limit', () => {
    const plane = { width: 65_535, height: 1, channels: 1, values: new Float32Array(65_535) };
    expect(() => scaleTo(plane, 256)).toThrow(/becomes 16776960 x 256 by scale=256/);
    expect(() => parseAugmentation('scale=5000', [8, 8, 1])).toThrow(/from 1 to 4096/);
  });
});

describe('a folder of pictures', () => {
  it('is read without the bad ones, which are named', async () => {
    const root = join(folder, 'mixed');
    mkdirSync(root);
    writeFileSync(join(root, 'a.pgm'), 'P2 1 1 9 9');
    writeFileSync(join(root, 'b.png'), 'not a picture');
    symlinkSync('/dev/zero', join(root, 'c.png'));
    writeFileSync(join(root, 'd.pgm'), 'P2 1 1 9 0');
    const told: string[] = [];
    const names: string[] = [];
    const onUnreadable = (path: string, problem: string) => void told.push(`${path}: ${problem}`);
    for await (const { name } of readImages(root, { channels: 1, onUnreadable })) names.push(name);
    expect(names).toEqual([join(root, 'a.pgm'), join(root, 'd.pgm')]);
    expect(told).toEqual([
      expect.stringMatching(/b\.png: this is not a picture/),
      expect.stringMatching(/c\.png: this is no regular file/),
    ]);
    const strict = async () => {
      for await (const _ of readImages(root, { channels: 1 }));
    };
    await expect(strict()).rejects.toThrow(/b\.png/);
  });
});
