import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { behindDoor } from '../../../test/support/doors.ts';
import {
  idxBytes,
  temporaryFolder,
  tinyIdxSet,
  writeFiles,
} from '../../../test/support/idxFixtures.ts';
import { FoveaError, UsageError } from '../../base/errors.ts';
import { verifyFiles } from '../files/files.node.ts';
import { datasetNames, datasetOf, loadDataset, verifyDataset } from '../index.ts';
import { loadSet } from '../loadSet.ts';
import { drawDigits } from './digits.ts';
import { idxDataset } from './idxDataset.ts';

describe('table of data sets', () => {
  it('finds names and aliases, and suggests the nearest', () => {
    expect(datasetNames).toEqual(['digits', 'mnist', 'fashion-mnist', 'cifar10']);
    expect(datasetOf('cifar-10').name).toBe('cifar10');
    expect(datasetOf('MNIST').name).toBe('mnist');
    expect(() => datasetOf('minst')).toThrow(UsageError);
    expect(() => datasetOf('minst')).toThrow('did you mean "mnist"?');
  });
});

describe('digits', () => {
  it('draws the same pictures for the same seed, on every machine', () => {
    const split = drawDigits(200, 0, 'train');
    expect(split.labels.slice(0, 10).toSorted()).toEqual(
      Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    );
    expect(drawDigits(200, 0, 'train')).toEqual(split);
    expect(drawDigits(200, 1, 'train').images).not.toEqual(split.images);
  });

  it('shares no picture between training and testing, nor between seeds', () => {
    const picturesOf = (seed: number, split: 'train' | 'test') => {
      const { count, images } = drawDigits(600, seed, split);
      return Array.from({ length: count }, (_, i) =>
        images.subarray(784 * i, 784 * (i + 1)).join(),
      );
    };
    const all = [picturesOf(0, 'train'), picturesOf(0, 'test'), picturesOf(1, 'train')].flat();
    expect(new Set(all).size).toBe(1800);
  });

  it('keeps the first pictures when more are asked for', () => {
    const few = drawDigits(25, 3, 'train');
    const many = drawDigits(50, 3, 'train');
    expect(many.images.subarray(0, few.images.length)).toEqual(few.images);
    expect(many.labels.subarray(0, 25)).toEqual(few.labels);
  });

  it('has ink on every picture, and hardly ever at its edge', () => {
    const { count, images } = drawDigits(500, 0, 'test');
    let touching = 0;
    for (let i = 0; i < count; i++) {
      const picture = images.subarray(784 * i, 784 * (i + 1));
      expect(Math.max(...picture)).toBeGreaterThan(200);
      expect(picture.reduce((a, b) => a + b, 0) / 784).toBeGreaterThan(5);
      if (Math.max(...picture.subarray(0, 28), ...picture.subarray(756)) > 0) touching++;
    }
    expect(touching).toBeLessThan(count / 50);
  });

  it('comes in any number', async () => {
    const set = await loadDataset('digits', { trainCount: 7, testCount: 3 });
    expect([set.train.count, set.test.count]).toEqual([7, 3]);
    expect(() => drawDigits(0, 0, 'train')).toThrow('0 pictures');
    expect(await verifyDataset('digits')).toEqual([]);
  });
});

describe('IDX data set on disk', () => {
  let folder: string;
  const { contents, packed, set } = tinyIdxSet();
  const tiny = idxDataset({ name: 'tiny', summary: '', files: set, classes: ['a', 'b', 'c'] });
  const load = (options = {}) => loadSet(tiny, { folder, download: false, ...options });
  const put = (files: Readonly<Record<string, Uint8Array>>) =>
    writeFiles(join(folder, 'tiny'), files);

  beforeEach(() => {
    folder = temporaryFolder();
    mkdirSync(join(folder, 'tiny'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('loads files as they are, packed, or packed by someone else', async () => {
    put(contents);
    const plain = await load();
    expect(plain.imageShape).toEqual([4, 3, 1]);
    expect([plain.train.count, plain.test.count]).toEqual([6, 2]);
    rmSync(join(folder, 'tiny'), { recursive: true });
    mkdirSync(join(folder, 'tiny'));
    put(packed);
    put({
      'train-images-idx3-ubyte.gz': gzipSync(contents['train-images-idx3-ubyte'], { level: 1 }),
    });
    const unpacked = await load();
    expect(unpacked.train.images).toEqual(plain.train.images);
    expect(unpacked.digests).toEqual(plain.digests);
    expect((await verifyFiles(set, folder)).map(({ state }) => state)).toEqual(Array(4).fill('ok'));
  });

  it('takes the first pictures when asked', async () => {
    put(contents);
    const few = await load({ trainCount: 4, testCount: 1 });
    expect([few.train.count, few.test.count]).toEqual([4, 1]);
    await expect(load({ trainCount: 7 })).rejects.toThrow('a whole number from 1 to 6');
  });

  it('says which file is missing', async () => {
    put({ ...contents, 't10k-labels-idx1-ubyte': contents['t10k-labels-idx1-ubyte'] });
    rmSync(join(folder, 'tiny', 't10k-labels-idx1-ubyte'));
    await expect(load()).rejects.toThrow(/t10k-labels-idx1-ubyte is not in/);
    expect((await verifyFiles(set, folder)).at(-1)).toMatchObject({ state: 'missing' });
  });

  it('names the labels where they are what is wrong', async () => {
    put({ ...contents, 't10k-labels-idx1-ubyte': idxBytes([1], [0]) });
    await expect(load()).rejects.toThrow(/t10k-labels-idx1-ubyte: 2 images, but 1 labels/);
    put({ ...contents, 't10k-images-idx3-ubyte': idxBytes([1, 4, 3], Array(12).fill(0)) });
    await expect(load()).rejects.toThrow(/t10k-images-idx3-ubyte: 1 images, but 2 labels/);
  });

  it('refuses a file that is not the published one, unless told not to look', async () => {
    put({ ...contents, 't10k-labels-idx1-ubyte': idxBytes([2], [1, 1]) });
    await expect(load()).rejects.toThrow(/t10k-labels-idx1-ubyte: the content has the SHA-256/);
    expect((await load({ verify: false })).test.labels).toEqual(Uint8Array.of(1, 1));
    expect((await verifyFiles(set, folder)).at(-1)).toMatchObject({ state: 'wrong' });
  });

  it.each([
    [
      'a truncated file',
      { 't10k-images-idx3-ubyte': contents['t10k-images-idx3-ubyte'].slice(0, 30) },
    ],
    [
      'damaged gzip',
      { 't10k-images-idx3-ubyte': packed['t10k-images-idx3-ubyte.gz'].subarray(0, 30) },
    ],
    ['too few labels', { 't10k-labels-idx1-ubyte': idxBytes([1], [0]) }],
    ['a label without a class', { 't10k-labels-idx1-ubyte': idxBytes([2], [0, 3]) }],
    ['swapped files', { 't10k-labels-idx1-ubyte': contents['t10k-images-idx3-ubyte'] }],
    ['another size', { 't10k-labels-idx1-ubyte': idxBytes([0], []) }],
  ])('refuses %s', async (_, files) => {
    put({ ...contents, ...files });
    await expect(load()).rejects.toBeInstanceOf(FoveaError);
    const states = (await verifyFiles(set, folder)).map(({ state }) => state);
    expect(states).toContain('wrong');
  });
});

behindDoor('FOVEA_DATA', 'real data sets', () => {
  it('mnist', async () => {
    const { train, test, imageShape } = await loadDataset('mnist', { download: false });
    expect(imageShape).toEqual([28, 28, 1]);
    expect([train.count, test.count]).toEqual([60_000, 10_000]);
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect((await verifyDataset('mnist')).map(({ state }) => state)).toEqual(Array(4).fill('ok'));
  });

  it('cifar10', async () => {
    const { train, test, classes } = await loadDataset('cifar10', { download: false });
    expect([train.count, test.count]).toEqual([50_000, 10_000]);
    expect([...train.labels.subarray(0, 5)].map((label) => classes[label])).toEqual([
      'frog',
      'truck',
      'truck',
      'deer',
      'automobile',
    ]);
  });
});
