import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ramp } from '../../../test/support/idxFixtures.ts';
import { drawDigits } from '../datasets/digits.ts';
import { contactSheet, pictureToPng } from './contactSheet.ts';
import { drawText, LETTER_HEIGHT, textWidth } from './font.ts';
import { readImage } from './readImage.node.ts';

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
