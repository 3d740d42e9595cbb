import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idxBytes, ramp, temporaryFolder } from '../../../test/support/idxFixtures.ts';
import { FoveaError } from '../../base/errors.ts';
import { drawDigits } from '../datasets/digits.ts';
import { contactSheet, pictureToPng } from './contactSheet.ts';
import { drawText, LETTER_HEIGHT, textWidth } from './font.ts';
import { isNetpbm, parseNetpbm } from './netpbm.ts';
import type { Picture } from './picture.ts';
import { prepareDigit, prepareImage } from './prepare.ts';
import { readImage, readImages } from './readImage.node.ts';
import { resize } from './resize.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const withBytes = (text: string, ...bytes: number[]) => Uint8Array.from([...ascii(text), ...bytes]);
const gray = (width: number, height: number, pixels: Iterable<number>): Picture => ({
  width,
  height,
  channels: 1,
  pixels: Uint8Array.from(pixels),
});

describe('PBM, PGM, PPM', () => {
  it.each([
    ['P1', ascii('P1\n# a comment\n3 2\n101 0 1\n0'), [0, 255, 0, 255, 0, 255]],
    ['P2', ascii('P2 3 2 15 0 1 2 13 14 15'), [0, 17, 34, 221, 238, 255]],
    ['P4', withBytes('P4 3 2\n', 0b10100000, 0b01000000), [0, 255, 0, 255, 0, 255]],
    ['P5', withBytes('P5\n3 2\n255\n', 0, 1, 2, 253, 254, 255), [0, 1, 2, 253, 254, 255]],
    ['P5 of 16 bits', withBytes('P5 2 1 65535 ', 0x80, 0, 0xff, 0xff), [128, 255]],
    ['P3', ascii('P3 1 2 255 1 2 3 4 5 6'), [1, 2, 3, 4, 5, 6]],
    ['P6', withBytes('P6 1 2 255\n', 1, 2, 3, 4, 5, 6), [1, 2, 3, 4, 5, 6]],
  ])('reads %s', (_, bytes, expected) => {
    expect(isNetpbm(bytes)).toBe(true);
    expect([...parseNetpbm(bytes).pixels]).toEqual(expected);
  });

  it.each([
    ['a cut header', ascii('P5 3'), /no height/],
    ['cut pixels', withBytes('P5 3 2 255 ', 1, 2), /2 bytes/],
    ['cut text', ascii('P2 3 2 255 1 2'), /6 values/],
    ['absurd sizes', ascii('P5 4000000000 4000000000 255 '), /4000000000 x 4000000000/],
    ['no pixels', ascii('P5 0 4 255 '), /0 x 4/],
    ['a line without end', ascii('P5 9000000 1 255 '), /9000000 x 1/],
    ['a maximum of 0', ascii('P5 1 1 0 x'), /largest value of 0/],
    ['values above the maximum', ascii('P2 1 1 7 9'), /value 9/],
    ['letters', ascii('P2 2 1 255 1 x    '), /no value/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseNetpbm(bytes)).toThrow(FoveaError);
    expect(() => parseNetpbm(bytes)).toThrow(message);
  });

  it('throws a FoveaError or reads, whatever follows', () => {
    const body = fc.array(fc.constantFrom(...'0123456789 #\n'), { maxLength: 30 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), body, (kind, rest) => {
        try {
          parseNetpbm(ascii(`P${kind} ${rest.join('')}`));
        } catch (error) {
          expect(error).toBeInstanceOf(FoveaError);
        }
      }),
    );
  });
});

describe('resize', () => {
  const plane = (width: number, height: number, values: number[]) => ({
    width,
    height,
    channels: 1,
    values: Float32Array.from(values),
  });

  it('averages areas, whole or in part', () => {
    expect([...resize(plane(4, 2, [0, 4, 8, 12, 4, 8, 12, 16]), 2, 1).values]).toEqual([4, 12]);
    const [left, right] = resize(plane(3, 1, [0, 3, 9]), 2, 1).values;
    expect(left).toBeCloseTo(1, 5); // (0 + 3 / 2) / 1.5
    expect(right).toBeCloseTo(7, 5); // (3 / 2 + 9) / 1.5
  });

  it('interpolates when it grows and changes nothing at the same size', () => {
    expect([...resize(plane(2, 1, [0, 8]), 4, 1).values]).toEqual([0, 2, 6, 8]);
    expect([...resize(plane(1, 1, [5]), 2, 2).values]).toEqual([5, 5, 5, 5]);
    expect([...resize(plane(2, 2, [1, 2, 3, 4]), 2, 2).values]).toEqual([1, 2, 3, 4]);
  });

  it('keeps a constant constant, and channels apart', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(side, side, side, side, (a, b, c, d) => {
        const values = Float32Array.from({ length: a * b * 2 }, (_, i) => (i % 2 ? 200 : 50));
        const result = resize({ width: a, height: b, channels: 2, values }, c, d);
        result.values.forEach((value, i) => {
          expect(value).toBeCloseTo(i % 2 ? 200 : 50, 3);
        });
      }),
    );
  });
});

describe('prepareDigit', () => {
  const digit = drawDigits(10, 0, 'test').images.subarray(0, 784);

  it('leaves a picture alone that is as the network wants it', () => {
    const { pixels, inverted, notes } = prepareDigit(gray(28, 28, digit), [28, 28, 1]);
    expect(pixels).toEqual(Uint8Array.from(digit));
    expect([inverted, notes]).toEqual([false, []]);
  });

  it('inverts dark ink on light paper, says so, and can be told', () => {
    const paper = gray(
      28,
      28,
      digit.map((value) => 255 - value),
    );
    const prepared = prepareDigit(paper, [28, 28, 1]);
    expect(prepared.pixels).toEqual(Uint8Array.from(digit));
    expect(prepared.inverted).toBe(true);
    expect(prepared.notes).toEqual(['inverted, because the background is light']);
    expect(prepareDigit(paper, [28, 28, 1], { invert: false }).pixels).toEqual(paper.pixels);
  });

  it('judges gray paper by its contrast', () => {
    const dim = gray(
      28,
      28,
      digit.map((value) => 110 - Math.round(value / 3)),
    );
    expect(prepareDigit(dim, [28, 28, 1]).inverted).toBe(true);
  });

  it('finds a digit on a large sheet and puts it where MNIST has it', () => {
    // The digit four times as large, off the centre of a sheet of grainy paper.
    const sheet = new Uint8Array(300 * 200).map((_, i) => 225 + ((i * 7919) % 11));
    for (let row = 0; row < 112; row++) {
      for (let column = 0; column < 112; column++) {
        const ink = digit[(row >> 2) * 28 + (column >> 2)];
        if (ink > 0) sheet[(row + 60) * 300 + column + 20] = 230 - 0.8 * ink;
      }
    }
    const { pixels, inverted, notes } = prepareDigit(gray(300, 200, sheet), [28, 28, 1]);
    expect(inverted).toBe(true);
    expect(notes[1]).toMatch(/cropped from 300 x 200/);
    const difference = pixels.reduce((sum, value, i) => sum + Math.abs(value - digit[i]), 0) / 784;
    expect(difference).toBeLessThan(12);
  });

  it.each(['below', 'above', 'left', 'right'] as const)(
    'puts the centre of mass into the middle where most ink is %s',
    (heavy) => {
      // A bar along one side, and a stem to the opposite one.
      const pixels = Array.from({ length: 28 * 28 }, (_, i) => {
        const [row, column] = [Math.floor(i / 28), i % 28];
        const [along, across] =
          heavy === 'below' || heavy === 'above' ? [row, column] : [column, row];
        const near = heavy === 'above' || heavy === 'left' ? along - 4 : 23 - along;
        const bar = near >= 0 && near < 4 && across >= 4 && across < 24;
        return bar || (near >= 0 && near < 20 && across >= 13 && across < 15) ? 255 : 0;
      });
      const prepared = prepareDigit(gray(28, 28, pixels), [28, 28, 1], { centre: true }).pixels;
      let [mass, down, right] = [0, 0, 0];
      prepared.forEach((value, i) => {
        mass += value;
        down += value * (Math.floor(i / 28) + 0.5);
        right += value * ((i % 28) + 0.5);
      });
      expect(Math.abs(down / mass - 14)).toBeLessThan(1);
      expect(Math.abs(right / mass - 14)).toBeLessThan(1);
    },
  );

  it('keeps thin lines visible', () => {
    const sheet = new Uint8Array(600 * 600).fill(255);
    for (let row = 100; row < 500; row++) sheet[row * 600 + 300] = 0;
    const { pixels } = prepareDigit(gray(600, 600, sheet), [28, 28, 1]);
    expect(Math.max(...pixels)).toBe(255);
  });

  it('does not trip over blank, tiny or extreme sheets', () => {
    expect(prepareDigit(gray(50, 50, Array(2500).fill(255)), [28, 28, 1])).toMatchObject({
      inverted: true,
      blank: true,
      notes: ['no ink was found'],
    });
    for (const [width, height] of [
      [1, 1],
      [1, 400],
      [400, 1],
      [2, 3],
    ]) {
      const picture = gray(width, height, ramp(width * height));
      for (const centre of [true, false]) {
        expect(prepareDigit(picture, [28, 28, 1], { centre }).pixels).toHaveLength(784);
      }
    }
  });

  it('takes the middle of a photograph for a network with colours', () => {
    const picture: Picture = {
      width: 4,
      height: 2,
      channels: 3,
      pixels: new Uint8Array(24).fill(9),
    };
    const { pixels, inverted } = prepareImage(picture, [32, 32, 3]);
    expect(pixels).toEqual(new Uint8Array(3072).fill(9));
    expect(inverted).toBe(false);
    expect(() => prepareImage(picture, [32, 32, 2])).toThrow('2 input channels');
  });
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

describe('contact sheet', () => {
  const split = drawDigits(60, 0, 'train');
  const imageShape = [28, 28, 1] as const;

  it('has one row per class', async () => {
    const png = contactSheet(split, { imageShape, classes: [...'0123456789'], columns: 6 });
    const { width, height } = await sharp(png).metadata();
    expect([width, height]).toEqual([36 + 6 * 62 - 6 + 16, 32 + 10 * 62 - 6]);
    // The first 0 stands in the first cell, doubled.
    const { pixels, width: stride } = await readImage(png, { channels: 1 });
    const first = split.images.subarray(784 * split.labels.indexOf(0));
    const middle = Array.from({ length: 28 }, (_, i) => pixels[(16 + 28) * stride + 36 + 2 * i]);
    expect(middle).toEqual([...first.subarray(14 * 28, 15 * 28)]);
  });

  it('is of a bounded size, however many classes there are and whatever they are called', async () => {
    const classes = Array.from({ length: 4000 }, (_, i) => `${i}`.padEnd(i === 7 ? 1e5 : 3, 'x'));
    const { width, height } = await sharp(contactSheet(split, { imageShape, classes })).metadata();
    expect(height).toBe(32 + 100 * 62 - 6);
    expect(width).toBeLessThan(1600);
    expect(() => contactSheet(split, { imageShape, columns: 1e9 })).toThrow(/a sheet of \d+ x/);
  });

  it('writes letters as wide as they are, accents too, and a question mark for what it has not', () => {
    const inkOf = (text: string) => {
      const dots: string[] = [];
      drawText(text, (x, y, share) => dots.push(`${x} ${y} ${share.toFixed(2)}`));
      return dots;
    };
    expect(textWidth('ill')).toBeLessThan(textWidth('MMM') / 2);
    expect(textWidth('is 7')).toBe([...'is 7'].reduce((sum, letter) => sum + textWidth(letter), 0));
    expect(inkOf('é').length).toBeGreaterThan(inkOf('e').length);
    expect(inkOf('漢')).toEqual(inkOf('?'));
    expect(inkOf(' ')).toEqual([]);
    // A bar stands upright, as wide as high letters have rows.
    const rows = new Set(inkOf('|').map((dot) => dot.split(' ')[1]));
    expect(rows.size).toBeGreaterThan(LETTER_HEIGHT - 5);
    expect(inkOf('a|').at(-1)?.split(' ')[0]).not.toBe(inkOf('|').at(-1)?.split(' ')[0]);
  });

  it('has captions, also for fewer pictures than fit', async () => {
    const captions = [...split.labels].map((label) => `is ${label}\né~`);
    const png = contactSheet(split, { imageShape, captions, columns: 7, rows: 2 });
    expect((await sharp(png).metadata()).format).toBe('png');
    const two = { count: 2, images: split.images.subarray(0, 1568), labels: split.labels };
    expect(() => contactSheet(two, { imageShape, captions: ['a', 'b'] })).not.toThrow();
  });

  it('writes one picture as it is', async () => {
    const colour = Uint8Array.from(ramp(12));
    const png = pictureToPng(colour, [2, 2, 3]);
    expect((await readImage(png, { channels: 3 })).pixels).toEqual(colour);
  });
});
