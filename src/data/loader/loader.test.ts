import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarOf } from '../../../test/support/tarFixtures.ts';
import type { ImageShape } from '../../base/shape.ts';
import { parseAugmentation } from '../augment/index.ts';
import { AugmentedBatches } from '../batches/augmentedBatches.ts';
import { unitRange } from '../batches/batches.ts';
import type { BatchSource, ReadingOptions } from '../batches/batchSource.ts';
import { openBatches } from '../batches/openBatches.ts';
import { listImageFolder } from '../origins/imageFolder.node.ts';
import { listShards } from '../origins/shards.node.ts';
import type { AnySplit } from '../streamed.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-loader-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const shape: ImageShape = [8, 8, 3];

/** A picture of one colour, larger than the model reads. */
const plain = (value: number, width = 12, height = 10) =>
  sharp({ create: { width, height, channels: 3, background: { r: value, g: value, b: 50 } } });

/** folder/name/{dark,light}/0..n-1.png */
async function makeFolder(name: string, perClass: number): Promise<string> {
  const root = join(folder, name);
  for (const [label, title] of ['dark', 'light'].entries()) {
    mkdirSync(join(root, title), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      await plain(100 * label + i)
        .png()
        .toFile(join(root, title, `${i}.png`));
    }
  }
  return root;
}

interface Read {
  readonly x: number[];
  readonly labels: number[];
}

/** All batches of some epochs, one after the other. */
async function readAll(source: BatchSource, epochs: readonly number[]): Promise<Read[]> {
  const batches: Read[] = [];
  const x = new Float32Array(source.batchSize * 192);
  const labels = new Int32Array(source.batchSize);
  for (const epoch of epochs) {
    for (let batch = 0; batch < source.batchesPerEpoch; batch++) {
      await source.ready(epoch, batch);
      source.fill(epoch, batch, unitRange, x, labels);
      const rows = source.indices(epoch, batch).length;
      batches.push({ x: [...x.subarray(0, rows * 192)], labels: [...labels.subarray(0, rows)] });
    }
  }
  await source.close();
  return batches;
}

/** In a random order and with chance; as they are stored and without, where the seed is null. */
function open(split: AnySplit, more: Partial<ReadingOptions> = {}, given: number | null = 3) {
  const seed = given ?? undefined;
  return openBatches(split, { batchSize: 4, seed, reading: { shape, seed, ...more } });
}

describe('reading ahead', () => {
  let train: AnySplit;
  beforeAll(async () => {
    ({ train } = await listImageFolder(await makeFolder('many', 11)));
  });

  it('gives the same samples for any number of threads', async () => {
    const augmentation = parseAugmentation('scale=9,crop,flip,noise=5', shape);
    const one = await readAll(await open(train, { augmentation, workers: 1 }), [0, 1]);
    const three = await readAll(await open(train, { augmentation, workers: 3 }), [0, 1]);
    expect(one).toHaveLength(10); // 20 pictures, batches of 4, two epochs
    expect(three).toEqual(one);
    expect(one[0]).not.toEqual(one[5]);
  });

  it.each([65, 1e15, 1.5, -1])('refuses %f threads', async (workers) => {
    await expect(open(train, { workers })).rejects.toThrow(/whole number from 0 to 64/);
  });

  it('refuses to read ahead more than there is memory for', async () => {
    const source = await open(train, { shape: [40_000, 40_000, 3] });
    await expect(source.ready(0, 0)).rejects.toThrow(
      /12 pictures of 4800000000 bytes[\s\S]*smaller/,
    );
  });

  it('keeps one order for all epochs where that is asked for', async () => {
    const options = { batchSize: 4, seed: 3, once: true, reading: { shape, seed: 3 } };
    const once = await readAll(await openBatches(train, options), [0, 1, 2]);
    expect(once.slice(5, 10)).toEqual(once.slice(0, 5));
    expect(once.slice(10)).toEqual(once.slice(0, 5));
    const late = await readAll(await openBatches(train, options), [2]);
    expect(late).toEqual(once.slice(0, 5));
    const drawn = await readAll(await open(train), [0, 1]);
    expect(drawn.slice(5)).not.toEqual(drawn.slice(0, 5));
  });

  it('takes up an epoch anywhere', async () => {
    const whole = await readAll(await open(train), [0, 1]);
    const source = await open(train);
    const x = new Float32Array(4 * 192);
    const labels = new Int32Array(4);
    for (const [epoch, batch] of [
      [1, 3],
      [1, 4],
      [0, 2],
    ]) {
      await source.ready(epoch, batch);
      expect(source.isReady(epoch, batch)).toBe(true);
      source.fill(epoch, batch, unitRange, x, labels);
      expect({ x: [...x], labels: [...labels] }).toEqual(whole[5 * epoch + batch]);
    }
    await source.close();
  });

  it('scales a picture to fill the model, and gives its class', async () => {
    for (const { x, labels } of await readAll(await open(train), [0])) {
      labels.forEach((label, n) => {
        const red = Math.round(255 * x[192 * n]);
        expect(Math.floor(red / 100)).toBe(label);
        expect(Math.round(255 * x[192 * n + 2])).toBe(50);
      });
    }
  });

  it('augments pictures in memory as well', async () => {
    const images = new Uint8Array(6 * 192).map((_, i) => i);
    const split = { count: 6, images, labels: Uint8Array.of(0, 1, 0, 1, 0, 1) };
    const augmentation = parseAugmentation('flip=1', shape);
    const [first] = await readAll(await open(split, { augmentation }, null), [0]);
    const unturned = await readAll(await open(split, {}, null), [0]);
    expect(first.x).toEqual(unturned[0].x); // without a seed nothing is drawn
    const [turned] = await readAll(await open(split, { augmentation, seed: 1 }, null), [0]);
    expect(turned.x.slice(0, 3)).toEqual(first.x.slice(21, 24));
  });

  it('makes the same batches in the caller, where there are no threads', async () => {
    const stored: ImageShape = [12, 10, 3];
    const images = new Uint8Array(7 * 360).map((_, i) => (i * 37) % 251);
    const split = { count: 7, images, labels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6) };
    const augmentation = parseAugmentation('scale=9,crop,flip,rotate=20,noise=5', shape);
    for (const given of [3, null]) {
      const both = [0, 2].map(async (workers) =>
        readAll(await open(split, { augmentation, stored, workers }, given), [0, 2]),
      );
      const [caller, threads] = await Promise.all(both);
      expect(caller).toEqual(threads);
      expect(caller.map(({ labels }) => labels.length)).toEqual([4, 3, 4, 3]);
    }
    const inCaller = await open(split, { augmentation, stored, workers: 0 });
    expect(inCaller).toBeInstanceOf(AugmentedBatches);
  });
});

describe('pictures that cannot be read', () => {
  let train: AnySplit;
  const told: string[] = [];
  const onUnreadable = (name: string, problem: string) => void told.push(`${name}: ${problem}`);
  beforeAll(async () => {
    const root = await makeFolder('broken', 10);
    truncateSync(join(root, 'dark', '3.png'), 60);
    writeFileSync(join(root, 'light', '4.png'), 'not a picture');
    ({ train } = await listImageFolder(root));
  });

  it('are named, and another takes their place in training', async () => {
    const source = await open(train, { onUnreadable });
    const batches = await readAll(source, [0]);
    expect(batches.flatMap(({ labels }) => labels)).toHaveLength(18);
    // The other picture comes with its own class.
    for (const { x, labels } of batches) {
      labels.forEach((label, n) => {
        expect(Math.floor(Math.round(255 * x[192 * n]) / 100)).toBe(label);
      });
    }
    expect(source.unreadable.size).toBe(2);
    expect(told.sort()).toEqual([
      expect.stringMatching(/dark.3\.png: the picture cannot be decoded/),
      expect.stringMatching(/light.4\.png: this is not a picture/),
    ]);
  });

  it('are left out of a test', async () => {
    const source = await open(train, {}, null);
    await readAll(source, [0]);
    expect(source.unreadable.size).toBe(2);
  });

  it('stop everything where that is asked for', async () => {
    const source = await open(train, { strict: true });
    await expect(readAll(source, [0])).rejects.toThrow(/(dark.3|light.4)\.png/);
    await source.close();
  });

  it('are not blamed for a crop that does not fit', async () => {
    const augmentation = parseAugmentation('crop', [64, 64, 3]);
    const source = await open(train, { augmentation, shape: [64, 64, 3] });
    await expect(source.ready(0, 0)).rejects.toThrow(/crop of 64 x 64 is larger/);
    await source.close();
  });
});

describe('pictures of other kinds', () => {
  it('are read as 8-bit colours: CMYK, 16 bit, gray, transparent, animated', async () => {
    const root = join(folder, 'kinds');
    for (const name of ['a', 'b']) mkdirSync(join(root, name), { recursive: true });
    const to = (name: string) => join(root, 'a', name);
    await plain(200).toColourspace('cmyk').jpeg().toFile(to('cmyk.jpg'));
    await plain(200).toColourspace('rgb16').png().toFile(to('deep.png'));
    await plain(200).toColourspace('b-w').png().toFile(to('gray.png'));
    await plain(200).ensureAlpha(0.5).png().toFile(to('clear.png'));
    const frames = await plain(200, 8, 16).raw().toBuffer();
    await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .webp({ loop: 0 })
      .toFile(to('animated.webp'));
    for (let i = 0; i < 10; i++)
      await plain(10)
        .png()
        .toFile(join(root, 'b', `${i}.png`));
    // Of few pictures of a class the last is kept for testing.
    await plain(200).png().toFile(to('last.png'));
    const { train } = await listImageFolder(root);
    const source = await open(train, { strict: true }, null);
    const batches = await readAll(source, [0]);
    const reds = batches.flatMap(({ x, labels }) =>
      labels.flatMap((label, n) => (label === 0 ? [Math.round(255 * x[192 * n])] : [])),
    );
    expect(reds).toHaveLength(5);
    for (const red of reds) expect(red).toBeGreaterThan(120);
  });
});

describe('shards', () => {
  const samples = async (from: number, count: number) => {
    const entries: { name: string; data: Uint8Array }[] = [];
    for (let i = from; i < from + count; i++) {
      entries.push({
        name: `${i}.jpg`,
        data: await plain(10 * i)
          .jpeg()
          .toBuffer(),
      });
      entries.push({ name: `${i}.cls`, data: new TextEncoder().encode(`${i % 2}\n`) });
    }
    return entries;
  };

  it('are read as a folder is, picture by picture', async () => {
    const root = join(folder, 'shards');
    mkdirSync(root);
    writeFileSync(join(root, 'train-000.tar'), tarOf(await samples(0, 12)));
    writeFileSync(join(root, 'train-001.tar'), tarOf(await samples(12, 10)));
    const { train, test, classes } = await listShards(join(root, 'train-{000..001}.tar'));
    expect([train.count, test.count, classes]).toEqual([20, 2, ['0', '1']]);
    const batches = await readAll(await open(train, { workers: 2 }), [0]);
    expect(batches.flatMap(({ labels }) => labels).filter((label) => label === 1)).toHaveLength(10);
    for (const { x, labels } of batches) {
      labels.forEach((label, n) => {
        expect(Math.round((255 * x[192 * n]) / 10) % 2).toBe(label);
      });
    }
  });
});
