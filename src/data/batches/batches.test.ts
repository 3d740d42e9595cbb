import { describe, expect, it } from 'vitest';
import type { Preprocessing } from '../../nn/spec.ts';
import type { Split } from '../dataset.ts';
import { BatchOrder, fillBatch, shareOf, unitRange, validationSplit } from './batches.ts';

/** Pictures of 2 x 1 x 1: picture i holds (i, 10 i). */
function pictures(count: number): Split {
  const images = Uint8Array.from({ length: 2 * count }, (_, k) => (k >> 1) * (k % 2 ? 10 : 1));
  return { count, images, labels: Uint8Array.from({ length: count }, (_, i) => i % 10) };
}

describe('validation split', () => {
  it('keeps the last fraction, as Keras does', () => {
    const { train, validation } = validationSplit(pictures(60_000), 0.2);
    expect(train.count).toBe(48_000);
    expect(validation?.count).toBe(12_000);
    expect(validation?.labels[0]).toBe(48_000 % 10);
    expect(validation?.images.length).toBe(24_000);
  });

  it('rounds the training side down', () => {
    const { train, validation } = validationSplit(pictures(10), 0.25);
    expect([train.count, validation?.count]).toEqual([7, 3]);
  });

  it('is none for 0 and refuses the impossible', () => {
    expect(validationSplit(pictures(10), 0).validation).toBeNull();
    for (const fraction of [-0.1, 1, Number.NaN]) {
      expect(() => validationSplit(pictures(10), fraction)).toThrow('validation split');
    }
    expect(() => validationSplit(pictures(3), 0.99)).toThrow('leaves one side empty');
  });
});

describe('batch order', () => {
  const options = { count: 23, batchSize: 5, seed: 7 };
  const epoch = (order: BatchOrder, e: number) =>
    Array.from({ length: order.batchesPerEpoch }, (_, b) => [...order.indices(e, b)]);

  it('holds every picture once in each epoch, differently in each', () => {
    const order = new BatchOrder(options);
    const first = epoch(order, 0);
    const second = epoch(order, 1);
    expect(first.map((batch) => batch.length)).toEqual([5, 5, 5, 5, 3]);
    for (const all of [first.flat(), second.flat()]) {
      expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i));
    }
    expect(first).not.toEqual(second);
  });

  it('depends on seed and epoch alone, so it can be taken up anywhere', () => {
    const whole = new BatchOrder(options);
    epoch(whole, 0);
    const expected = epoch(whole, 3);
    expect([...new BatchOrder(options).indices(3, 2)]).toEqual(expected[2]);
    expect([...new BatchOrder({ ...options, seed: 8 }).indices(3, 2)]).not.toEqual(expected[2]);
  });

  it('keeps the stored order without a seed', () => {
    const order = new BatchOrder({ count: 4, batchSize: 3 });
    expect(epoch(order, 5)).toEqual([[0, 1, 2], [3]]);
  });

  it('refuses batch sizes that are none', () => {
    for (const batchSize of [0, -1, 1.5, Number.NaN]) {
      expect(() => new BatchOrder({ count: 4, batchSize })).toThrow('batch size');
    }
    expect(() => new BatchOrder({ count: 4, batchSize: 2 }).indices(0, 2)).toThrow('batch 2');
  });
});

describe('fillBatch', () => {
  it('scales bytes, copies labels and leaves the rest alone', () => {
    const x = new Float32Array(6).fill(-1);
    const labels = new Int32Array(3).fill(-1);
    fillBatch(pictures(12), Int32Array.of(11, 3), { scale: 2, offset: -1 }, x, labels);
    expect([...x]).toEqual([21, 219, 5, 59, -1, -1]);
    expect([...labels]).toEqual([1, 3, -1]);
  });

  it.each([
    ['a channel', [10, 20]],
    ['a number of the picture', [1, 2, 3, 4]],
  ])('subtracts the mean of %s, then scales and shifts', (_, mean) => {
    const images = Uint8Array.of(9, 8, 7, 6, 50, 60, 70, 80);
    const split = { count: 2, images, labels: Uint8Array.of(4, 5) };
    const x = new Float32Array(4);
    const preprocessing = { scale: 0.5, offset: -3, mean };
    fillBatch(split, Int32Array.of(1), preprocessing, x, new Int32Array(1));
    const expected = [50, 60, 70, 80].map((byte, i) => (byte - mean[i % mean.length]) * 0.5 - 3);
    expect([...x]).toEqual(expected);
  });

  it('scales each channel by its own number', () => {
    const images = Uint8Array.of(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120);
    const split = { count: 2, images, labels: Uint8Array.of(4, 5) };
    const x = new Float32Array(12);
    const fill = (preprocessing: Preprocessing) => {
      fillBatch(split, Int32Array.of(1, 0), preprocessing, x, new Int32Array(2));
      return [...x];
    };
    expect(fill({ scale: [1, 2, 4], offset: 1 })).toEqual([
      71, 161, 361, 101, 221, 481, 11, 41, 121, 41, 101, 241,
    ]);
    expect(fill({ scale: [1, 2, 4], offset: 0, mean: [1, 2, 3] })).toEqual([
      69, 156, 348, 99, 216, 468, 9, 36, 108, 39, 96, 228,
    ]);
  });

  it('maps 255 to exactly 1', () => {
    const split = { count: 1, images: Uint8Array.of(0, 255), labels: Uint8Array.of(0) };
    const x = new Float32Array(2);
    fillBatch(split, Int32Array.of(0), unitRange, x, new Int32Array(1));
    expect([...x]).toEqual([0, 1]);
  });

  it('refuses a batch that does not fit', () => {
    const fill = () =>
      fillBatch(
        pictures(2),
        Int32Array.of(0, 1),
        unitRange,
        new Float32Array(3),
        new Int32Array(2),
      );
    expect(fill).toThrow('does not fit');
  });
});

it('shares of a batch lie next to each other, cover it, and differ by one row at most', () => {
  for (const [rows, of] of [
    [13, 3],
    [13, 4],
    [2, 5],
    [128, 7],
  ]) {
    const shares = Array.from({ length: of }, (_, rank) => shareOf(rows, { rank, of }));
    let next = 0;
    for (const { first, count } of shares) {
      expect(first).toBe(next);
      next += count;
    }
    expect(next).toBe(rows);
    const counts = shares.map(({ count }) => count);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});
