import { describe, expect, it } from 'vitest';
import { type Listing, splitsOf } from './listing.ts';

/** So many pictures of each class, class by class. */
function listing(...counts: number[]): Listing {
  return {
    classes: counts.map((_, label) => `class${label}`),
    labels: counts.flatMap((count, label) => new Array<number>(count).fill(label)),
    origin: { kind: 'memory', images: new Uint8Array(), shape: [1, 1, 1] },
    digest: 'digest',
    notes: [],
  };
}

const itemsOf = (counts: number[]) => {
  const { train, test } = splitsOf(listing(...counts));
  return [train, test].map(({ items }) => [...items].sort((a, b) => a - b));
};

describe('pictures without a test set', () => {
  it('give the tenth, twentieth, ... of a class to testing', () => {
    const [train, test] = itemsOf([21, 10]);
    expect(test).toEqual([9, 19, 21 + 9]);
    expect(train).toEqual(Array.from({ length: 31 }, (_, i) => i).filter((i) => !test.includes(i)));
  });

  it('give one, the last, of a class of fewer, and none of a single picture', () => {
    expect(itemsOf([9, 2, 1])[1]).toEqual([8, 10]);
    expect(() => itemsOf([1, 1])).toThrow(/none can be kept for testing/);
  });

  it('come in an order that holds every class at its end, with the labels of their own', () => {
    const { train } = splitsOf(listing(40, 40));
    const last = [...train.labels].slice(-16);
    expect(new Set(last)).toEqual(new Set([0, 1]));
    train.items.forEach((item, row) => {
      expect(train.labels[row]).toBe(item < 40 ? 0 : 1);
    });
  });
});
