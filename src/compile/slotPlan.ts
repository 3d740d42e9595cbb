/**
 * @file Memory planned once, in buffers: values with known lifetimes take turns in slots.
 *
 * For machines whose buffers are read-only or writable as a whole while a kernel runs. Largest first, each in the
 * first slot where nothing lives at the same time. Previous stop: `memoryPlan.ts`, the same in one arena.
 */
import type { Lifetime } from './memoryPlan.ts';

export interface Slot<T> {
  readonly bytes: number;
  readonly values: readonly Lifetime<T>[];
}

export interface SlotPlan<T> {
  readonly slots: readonly Slot<T>[];
  readonly bytes: number;
}

export function planSlots<T>(lifetimes: readonly Lifetime<T>[]): SlotPlan<T> {
  const slots: { bytes: number; values: Lifetime<T>[] }[] = [];
  const bySize = [...lifetimes].sort((a, b) => b.bytes - a.bytes || a.from - b.from);
  for (const value of bySize) {
    const free = slots.find(({ values }) =>
      values.every((other) => other.to < value.from || value.to < other.from),
    );
    if (free === undefined) slots.push({ bytes: value.bytes, values: [value] });
    else free.values.push(value);
  }
  return { slots, bytes: slots.reduce((sum, { bytes }) => sum + bytes, 0) };
}
