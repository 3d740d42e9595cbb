/** @file Memory plans: values that live together never share a byte; the picture shows what the plan says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawMemory } from './memoryPicture.ts';
import { align, type Lifetime, planMemory } from './memoryPlan.ts';

const lifetimes = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 5000 }),
      from: fc.integer({ min: 0, max: 12 }),
      length: fc.integer({ min: 0, max: 6 }),
    }),
    { maxLength: 40 },
  )
  .map((values) =>
    values.map(({ bytes, from, length }, key): Lifetime<number> => {
      return { key, bytes, from, to: from + length };
    }),
  );

describe('a memory plan', () => {
  it('never gives a byte to two values at once', () => {
    fc.assert(
      fc.property(lifetimes, (values) => {
        const { placements } = planMemory(values);
        for (const a of placements) {
          for (const b of placements) {
            if (a.key >= b.key || a.from > b.to || b.from > a.to) continue;
            const apart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
            if (!apart) return false;
          }
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });

  it('places every value once, on a cache line, within its size', () => {
    fc.assert(
      fc.property(lifetimes, (values) => {
        const { placements, bytes, leastBytes } = planMemory(values);
        expect(placements.map((p) => p.key).sort((a, b) => a - b)).toEqual(
          values.map((v) => v.key),
        );
        for (const p of placements) {
          expect(p.offset % 64).toBe(0);
          expect(p.offset + p.bytes).toBeLessThanOrEqual(bytes);
        }
        expect(bytes).toBeGreaterThanOrEqual(leastBytes);
      }),
    );
  });

  it('uses the memory of the dead', () => {
    const chain = Array.from({ length: 10 }, (_, i) => ({
      key: i,
      bytes: 1000,
      from: i,
      to: i + 1,
    }));
    const { bytes, leastBytes } = planMemory(chain);
    expect(bytes).toBe(2 * align(1000));
    expect(leastBytes).toBe(bytes);
  });

  it('is empty for no values', () => {
    expect(planMemory([])).toEqual({ placements: [], bytes: 0, leastBytes: 0 });
  });
});

describe('the picture of a plan', () => {
  it('shows each value where and while it lives', () => {
    const plan = planMemory([
      { key: 'x', bytes: 1024, from: 0, to: 1 },
      { key: 'y', bytes: 1024, from: 1, to: 2 },
    ]);
    const { lines, legend } = drawMemory(plan, 3, String);
    expect(legend.map(({ letter, placement }) => `${letter} ${placement.key}`)).toEqual([
      'a x',
      'b y',
    ]);
    const rows = lines.slice(1).map((line) => line.trim().split(/\s+/).slice(1));
    expect(rows.map((cells) => cells.map((cell) => cell[0]).join(''))).toEqual([
      ...new Array(16).fill('aa.'),
      ...new Array(16).fill('.bb'),
    ]);
  });

  it('numbers phases by their last digits where there is no room for all', () => {
    const [header] = drawMemory(
      planMemory([{ key: 'x', bytes: 64, from: 0, to: 1 }]),
      121,
      String,
    ).lines;
    const numbers = header.trim().split(' ');
    expect(numbers).toHaveLength(121);
    expect(numbers.slice(-3)).toEqual(['8', '9', '0']);
  });
});
