import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resize } from './resize.ts';

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
