import { describe, expect, it } from 'vitest';
import { comparePadding } from './comparePadding.ts';
import { comparePooling } from './comparePooling.ts';
import { comparisonInWords, comparisonPage, drawComparison } from './comparisonPage.ts';
import { mapped, noisy, pictureOf } from './measure.ts';

/** Waves of grey around 128: nothing black, nothing white. */
const waves = pictureOf(
  40,
  44,
  1,
  Array.from({ length: 40 * 44 }, (_, i) => 128 + 60 * Math.sin((i % 44) / 3) * Math.cos(i / 200)),
);

interface PoolingNumbers {
  readonly name: string;
  readonly salt: number;
  readonly pepper: number;
  readonly size: readonly number[];
  readonly zerosAfterRelu: number;
}

describe('pooling compared', () => {
  const options = { window: [4, 4], strides: [4, 4], density: 0.05, seed: 0 } as const;
  const comparison = comparePooling(waves, 'waves', options);
  const [picture, max, average, min] = comparison.data.results as PoolingNumbers[];

  it('finds that salt breaks max, pepper breaks min, and neither the other', () => {
    expect(max.salt).toBeGreaterThan(4 * average.salt);
    expect(min.pepper).toBeGreaterThan(4 * average.pepper);
    expect(max.pepper).toBeLessThan(picture.pepper);
    expect(min.salt).toBeLessThan(picture.salt);
  });

  it('draws the pictures of a row equally high, though one has lost a column', () => {
    const heights = [...drawComparison(comparison).matchAll(/<image [^>]*?height="([\d.]+)"/g)];
    expect(heights).toHaveLength(12);
    expect(new Set(heights.map(([, height]) => height)).size).toBe(1);
  });

  it('finds the mirror and the shift by the stride exact', () => {
    expect(comparison.data).toMatchObject({ mirrored: true, movesByOneCell: true });
  });

  it('mirrors max on the negative picture', () => {
    const negative = mapped(waves, (value) => 255 - value);
    const mirror = comparePooling(negative, 'waves', options).data.results as PoolingNumbers[];
    expect(mirror[3].pepper).toBeCloseTo(max.salt, 9);
  });

  it('finds min pooling after ReLU emptier than max pooling', () => {
    expect(min.zerosAfterRelu).toBeGreaterThan(max.zerosAfterRelu);
    expect(min.size).toEqual([10, 11]);
  });
});

describe('padding compared', () => {
  const comparison = comparePadding(waves, 'waves', { window: [3, 3], density: 0.05, seed: 0 });
  const results = comparison.data.results as {
    name: string;
    size: number[];
    borderError: number | null;
    cornerUses: number;
    middleUses: number;
    justMoves: number;
  }[];
  const [valid, zeros, reflect, replicate, circular] = results;

  it('knows sizes and how often pixels are used', () => {
    expect(valid.size).toEqual([32, 35]);
    expect(zeros.size).toEqual([34, 37]);
    expect(results.map((r) => r.cornerUses)).toEqual([1, 4, 4, 9, 9]);
    expect(results.every((r) => r.middleUses === 9)).toBe(true);
  });

  it('measures the border against the larger picture', () => {
    expect(valid.borderError).toBeNull();
    expect(zeros.borderError).toBeGreaterThan(20);
    for (const other of [reflect, replicate]) {
      expect(other.borderError).toBeLessThan((zeros.borderError ?? 0) / 4);
    }
    expect(circular.borderError).toBeGreaterThan(replicate.borderError ?? 0);
  });

  it('lets only valid outputs move with the scene', () => {
    expect(valid.justMoves).toBe(1);
    expect(zeros.justMoves).toBeLessThan(1);
  });
});

describe('a comparison shown', () => {
  const comparison = comparePadding(waves, 'a<b', { window: [3, 3], density: 0.05, seed: 0 });

  it('has every number in the drawing, the page and the text', () => {
    const shown = [
      drawComparison(comparison),
      comparisonPage(comparison),
      comparisonInWords(comparison),
    ];
    for (const words of shown) {
      for (const { label, cells } of comparison.table) {
        expect(words).toContain(label);
        for (const cell of cells) expect(words).toContain(cell);
      }
      expect(words).not.toMatch(/NaN|undefined/);
    }
    expect(shown[0]).not.toContain('a<b');
    expect(shown[0]).toBe(drawComparison(comparison));
  });
});

describe('noise', () => {
  it('hits the share asked for, the same pixels for each kind', () => {
    const large = pictureOf(100, 100, 3, new Float64Array(30_000).fill(100));
    const [salt, pepper] = [noisy(large, 'salt', 0.1), noisy(large, 'pepper', 0.1)];
    const hit = salt.data.filter((value) => value === 255).length;
    // Four standard deviations of 30,000 draws.
    expect(Math.abs(hit / 30_000 - 0.1)).toBeLessThan(0.007);
    expect(pepper.data.every((value, i) => (value === 0) === (salt.data[i] === 255))).toBe(true);
  });
});
