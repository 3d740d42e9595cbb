import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planSlots } from './slotPlan.ts';

const lifetimes = fc.array(
  fc.record({
    bytes: fc.integer({ min: 1, max: 64 }),
    from: fc.integer({ min: 0, max: 9 }),
    length: fc.nat(4),
  }),
);

it('gives no slot two values at once, and each value one that is large enough', () => {
  fc.assert(
    fc.property(lifetimes, (given) => {
      const values = given.map(({ bytes, from, length }, key) => ({
        ...{ key, bytes, from, to: from + length },
      }));
      const { slots, bytes } = planSlots(values);
      const placed = slots.flatMap((slot) => slot.values);
      expect(placed.map(({ key }) => key).sort()).toEqual(values.map(({ key }) => key).sort());
      expect(bytes).toBe(slots.reduce((sum, slot) => sum + slot.bytes, 0));
      for (const slot of slots)
        for (const a of slot.values) {
          expect(a.bytes).toBeLessThanOrEqual(slot.bytes);
          for (const b of slot.values) expect(a === b || a.to < b.from || b.to < a.from).toBe(true);
        }
    }),
  );
});

it('takes turns where lifetimes allow it', () => {
  const value = (key: string, bytes: number, from: number, to: number) => ({
    key,
    bytes,
    from,
    to,
  });
  const { slots } = planSlots([value('a', 8, 0, 1), value('b', 16, 2, 3), value('c', 4, 1, 2)]);
  expect(slots.map(({ bytes, values }) => [bytes, values.map(({ key }) => key)])).toEqual([
    [16, ['b', 'a']],
    [4, ['c']],
  ]);
});
