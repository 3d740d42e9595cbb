import { describe, expect, it } from 'vitest';
import { measureStudy } from './engine/runStudy.ts';
import { paddingBorder, ringShares } from './paddingBorder.ts';
import { placedObjects } from './placedObjects.ts';

describe('padding-border', () => {
  it('measures accuracy in three places, and energy by distance at five depths', async () => {
    const form = {
      ...paddingBorder.forms.quick,
      trainCount: 64,
      testCount: 20,
      seeds: 1,
      epochs: 1,
    };
    const { trials, conclusion } = await measureStudy(paddingBorder, form, { threads: 1 });
    const figures = new Map(trials.map(({ trial, figures }) => [trial.condition, figures]));
    expect(Object.keys(figures.get('valid')?.numbers ?? {})).toEqual([
      'middle',
      'border',
      'corner',
    ]);
    // One layer of zeros: an edge pixel has 6 of 9 taps, so about 2/3 of the energy; reflected, all of it.
    expect(figures.get('same-energy')?.numbers['border/1']).toBeLessThan(0.8);
    expect(figures.get('reflect-energy')?.numbers['border/1']).toBeGreaterThan(0.8);
    expect(figures.get('same-energy')?.lists?.['depth 30']?.length).toBe(16);
    expect(conclusion.tables[1]?.rows[2]).toEqual([
      'no padding: pixels left',
      '30 x 30',
      '22 x 22',
      '12 x 12',
      'none',
      'none',
    ]);
  });

  it('measures rings against the middle', () => {
    const maps = new Float32Array(32 * 32 * 16).fill(2);
    expect(ringShares(maps)).toEqual(new Array(16).fill(1));
    for (let i = 0; i < 32 * 16; i++) maps[i] = 0; // the topmost row: 32 of the 124 pixels of the outer ring
    expect(ringShares(maps)[0]).toBeCloseTo(1 - 32 / 124, 10);
    expect(ringShares(maps)[1]).toBe(1);
  });
});

describe('placedObjects', () => {
  const images = new Uint8Array(2 * 25);
  images.set([200, 100], 12); // 1 x 2 pixels of ink, in the middle row
  images.set([90], 25 + 6);
  const split = { images, labels: Uint8Array.of(1, 2), count: 2 };
  const inkOf = (place: Parameters<typeof placedObjects>[2], seed = 1) => {
    const { images: placed, imageShape } = placedObjects(split, [5, 5, 1], place, seed);
    expect(imageShape).toEqual([9, 9, 1]);
    return [0, 1].map((n) =>
      [...placed.subarray(n * 81, (n + 1) * 81)].flatMap((value, i) =>
        value === 0 ? [] : [[Math.floor(i / 9), i % 9, value]],
      ),
    );
  };

  it('stand in the middle, whole', () => {
    expect(inkOf('middle')).toEqual([
      [
        [4, 4, 200],
        [4, 5, 100],
      ],
      [[4, 4, 90]],
    ]);
  });

  it('touch the border on one side, and in a corner on two', () => {
    for (let seed = 1; seed < 20; seed++) {
      for (const ink of inkOf('border', seed))
        expect(ink.flat().some((at) => at === 0 || at === 8)).toBe(true);
      for (const ink of inkOf('corner', seed)) {
        expect(
          ink.some(([y]) => y === 0 || y === 8) && ink.some(([, x]) => x === 0 || x === 8),
        ).toBe(true);
      }
    }
  });
});
