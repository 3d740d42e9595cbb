/**
 * @file Pictures drawn for tests, as a folder of classes and as shards of the same pictures in the same order.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { tarOf } from './tarFixtures.ts';

/** Whether a class is light at a pixel. */
export type Pattern = (x: number, y: number) => boolean;

/** The same pictures, to be named as data: "folder:..." and "shards:...". */
export interface DrawnPictures {
  readonly folder: string;
  readonly shards: string;
}

/** Draws `perClass` pictures of every class, no two alike, into `root`; two shards, half of them each. */
export async function drawPictures(
  root: string,
  patterns: Readonly<Record<string, Pattern>>,
  perClass: number,
): Promise<DrawnPictures> {
  const pictures = join(root, 'pictures');
  const entries: { name: string; data: Uint8Array }[] = [];
  for (const [label, [name, isLight]] of Object.entries(patterns).entries()) {
    mkdirSync(join(pictures, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const data = await drawn(isLight, i);
      // Named so that a folder lists them in this order, which decides what makes up a batch.
      const key = `${name}-${String(i).padStart(2, '0')}`;
      writeFileSync(join(pictures, name, `${key}.jpg`), data);
      entries.push({ name: `${key}.jpg`, data });
      entries.push({ name: `${key}.cls`, data: new TextEncoder().encode(String(label)) });
    }
  }
  writeFileSync(join(root, 'all-0.tar'), tarOf(entries.slice(0, entries.length / 2)));
  writeFileSync(join(root, 'all-1.tar'), tarOf(entries.slice(entries.length / 2)));
  return { folder: `folder:${pictures}`, shards: `shards:${join(root, 'all-*.tar')}` };
}

/** A JPEG of 40 x 36. */
function drawn(isLight: Pattern, i: number): Promise<Buffer> {
  const [width, height] = [40, 36];
  const pixels = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at++) {
    const on = isLight((at % width) + i, Math.floor(at / width) + i);
    pixels.fill(on ? 180 + 2 * i : 30 + i, 3 * at, 3 * at + 3);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}
