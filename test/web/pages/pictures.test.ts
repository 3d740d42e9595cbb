/**
 * @file Pictures of one's own in Chromium: the pixels that Node reads, folders as classes, a thousand at once, and in
 * words what is no picture, what is too large, and a camera that is refused.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readImage } from '../../../src/data/images/readImage.node.ts';
import { openDataset } from '../../../src/data/open.ts';
import { picturesOf } from '../../../src/data/pictures.ts';
import type * as library from '../../../src/web.ts';
import { temporaryFolder } from '../../support/idxFixtures.ts';
import { inChromium, type Served, serveFolder } from '../browser.ts';
import { bundleEngine } from '../engine/bundle.ts';

declare const fovea: typeof library;

let folder: string;
let served: Served;
beforeAll(async () => {
  folder = await bundleEngine();
  served = await serveFolder(folder);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

/** 23 x 17 pixels that differ in every corner; with alpha where there are four channels. */
function drawn(channels: 3 | 4) {
  const [width, height] = [23, 17];
  const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [c, x] = [i % channels, Math.floor(i / channels)];
    return c === 3 ? (x * 7) % 256 : (x * (c + 1) * 5) % 256;
  });
  return sharp(pixels, { raw: { width, height, channels } });
}

const decode = (page: Page, bytes: Uint8Array, channels: 1 | 3, name = 'x') =>
  page.evaluate(
    async (given) => {
      const file = new File([Uint8Array.from(given.bytes)], given.name);
      const options = { channels: given.channels, where: given.name };
      const { pixels, ...size } = await fovea.decodePicture(file, options);
      return { ...size, pixels: [...pixels] };
    },
    { bytes: [...bytes], channels, name },
  );

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

inChromium("pictures of one's own", (open) => {
  it('have the pixels that Node reads, upright, on white, in gray by the same weights', async () => {
    const page = await open(served.url);
    const full = { quality: 95, chromaSubsampling: '4:4:4' };
    // How far the two may be apart: decoders of JPEG round differently.
    const files = [
      ['PNG', drawn(3).png(), 0],
      ['transparent PNG', drawn(4).png(), 1],
      ['gray PNG', drawn(3).grayscale().png(), 0],
      ['lossless WebP', drawn(3).webp({ lossless: true }), 0],
      ['JPEG', drawn(3).jpeg(full), 4],
      ['JPEG on its side', drawn(3).withMetadata({ orientation: 6 }).jpeg(full), 4],
    ] as const;
    for (const [name, file, most] of files) {
      const bytes = new Uint8Array(await file.toBuffer());
      for (const channels of [1, 3] as const) {
        const here = await readImage(bytes, { channels });
        const there = await decode(page, bytes, channels);
        const size = [there.width, there.height, there.channels];
        expect([name, ...size]).toEqual([name, here.width, here.height, channels]);
        expect(furthest(there.pixels, here.pixels)).toBeLessThanOrEqual(most);
      }
    }
  });

  it('are refused in words where they are none, or too large, or broken', async () => {
    const page = await open(served.url);
    const words = (bytes: Uint8Array, name: string) =>
      decode(page, bytes, 3, name).then(
        () => 'decoded',
        (error: Error) => error.message,
      );
    const png = new Uint8Array(await drawn(3).png().toBuffer());
    expect(await words(new TextEncoder().encode('no picture'), 'cat.png')).toMatch(
      /cat.png: this is not a picture/,
    );
    const huge = png.slice();
    new DataView(huge.buffer).setUint32(16, 10_000);
    new DataView(huge.buffer).setUint32(20, 10_000);
    expect(await words(huge, 'huge.png')).toMatch(/huge.png: a picture of 10000 x 10000/);
    expect(await words(png.slice(0, 60), 'cut.png')).toMatch(
      /cut.png: the picture cannot be decoded/,
    );
    expect(await words(png.slice(0, 20), 'short.png')).toMatch(/cut before its size/);
  });

  it('in folders are the data set that Node reads from them', async () => {
    const home = temporaryFolder();
    for (const name of ['cats', 'dogs/old', '.hidden', 'dogs'])
      mkdirSync(join(home, name), { recursive: true });
    const colours = ['#ff0000', '#00ff00', '#0000ff', '#808000', '#008080', '#123456'];
    for (const [i, background] of colours.entries()) {
      const picture = sharp({ create: { width: 9 + i, height: 8, channels: 3, background } });
      const place = i < 3 ? 'cats' : i < 5 ? 'dogs' : 'dogs/old';
      await picture.png().toFile(join(home, place, `${i}.png`));
    }
    writeFileSync(join(home, 'cats', 'notes.txt'), 'none');
    writeFileSync(join(home, 'dogs', 'broken.png'), 'none');
    const page = await open(served.url);
    await page.setContent('<input type="file" webkitdirectory multiple>');
    await page.addScriptTag({ url: `${served.url}/page.js`, type: 'module' });
    await page.setInputFiles('input', home);
    const found = await page.evaluate(async () => {
      const given = fovea.filesOfList(document.querySelector('input')?.files ?? null);
      const notes: string[] = [];
      const set = await fovea.pictureSet(given, {
        shape: [8, 8, 3],
        onNote: (note) => notes.push(note),
      });
      const plain = ({ count, images, labels }: library.Split) => ({
        count,
        images: [...images],
        labels: [...labels],
      });
      return { ...set, train: plain(set.train), test: plain(set.test), notes };
    });
    const here = await openDataset(`folder:${home}`, { imageShape: [8, 8, 3] });
    expect(found.notes).toEqual([
      'Left out dogs/broken.png: this is not a picture that can be read',
    ]);
    expect([found.classes, found.digests]).toEqual([here.classes, here.digests]);
    const rows = Array.from({ length: here.test.count }, (_, row) => row);
    const readable = await picturesOf(here.test, rows, { shape: [8, 8, 3] });
    expect(found.test).toEqual({
      count: here.test.count,
      images: [...readable.images],
      labels: [...here.test.labels],
    });
    expect(found.train.count).toBe(here.train.count - 1);
    rmSync(home, { recursive: true });
  });

  it('come a thousand at once, dropped; what is none is left out and counted', async () => {
    const page = await open(served.url);
    const png = [...new Uint8Array(await drawn(3).png().toBuffer())];
    const found = await page.evaluate(async (bytes) => {
      const picture = Uint8Array.from(bytes);
      const given = Array.from({ length: 1000 }, (_, i) => ({
        path: `pets/${i % 2 === 0 ? 'cats' : 'dogs'}/${i}.png`,
        file: new File([i % 100 === 7 ? 'none' : picture], `${i}.png`),
      }));
      const notes: string[] = [];
      let last = [0, 0];
      const set = await fovea.pictureSet(given, {
        shape: [28, 28, 1],
        onNote: (note) => notes.push(note),
        onProgress: (done, of) => {
          last = [done, of];
        },
      });
      const transfer = new DataTransfer();
      transfer.items.add(new File([picture], 'dropped.png'));
      transfer.items.add('text', 'text/plain');
      const dropped = await fovea.filesOfTransfer(transfer);
      const stopped = await fovea
        .pictureSet(given, { shape: [28, 28, 1], signal: AbortSignal.abort() })
        .catch((error: Error) => error.name);
      return {
        counts: [set.train.count, set.test.count],
        name: set.name,
        notes,
        last,
        dropped: dropped.map(({ path }) => path),
        stopped,
      };
    }, png);
    expect(found.counts[0] + found.counts[1]).toBe(990);
    expect(found).toMatchObject({ name: 'folder:pets', last: [1000, 1000], stopped: 'AbortError' });
    expect(found.notes).toHaveLength(6);
    expect(found.notes[5]).toBe('Left out 5 more');
    expect(found.dropped).toEqual(['dropped.png']);
  });

  it('come from a camera, or its refusal in words', async () => {
    const page = await open(served.url);
    const found = await page.evaluate(async () => {
      const video = document.createElement('video');
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.fillStyle = '#c02040';
      context.fillRect(0, 0, canvas.width, canvas.height);
      const stream = canvas.captureStream(30);
      navigator.mediaDevices.getUserMedia = async () => stream;
      const painting = setInterval(() => context.fillRect(0, 0, canvas.width, canvas.height), 20);
      const camera = await fovea.openCamera(video);
      const { width, height, channels, pixels } = camera.take();
      camera.close();
      clearInterval(painting);
      const words = async (name: string) => {
        navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException('no', name);
        };
        return fovea.openCamera(video).then(
          () => 'opened',
          (error: Error) => error.message,
        );
      };
      return {
        size: [width, height, channels],
        pixel: [...pixels.slice(3000, 3003)],
        ended: stream.getTracks().map(({ readyState }) => readyState),
        refused: [await words('NotAllowedError'), await words('NotFoundError'), await words('Odd')],
      };
    });
    expect(found.size).toEqual([300, 150, 3]);
    expect(furthest(found.pixel, [0xc0, 0x20, 0x40])).toBeLessThan(12);
    expect(found.ended).toEqual(['ended']);
    expect(found.refused[0]).toMatch(/^the camera was refused to this page/);
    expect(found.refused[1]).toMatch(/no camera[\s\S]*drop a picture instead/);
    expect(found.refused[2]).toMatch(/cannot be opened: no/);
  });
});
