/**
 * @file Memory planned once: values with known lifetimes get offsets in one arena.
 *
 * Largest first, each at the lowest offset where nothing that lives at the same time lies. A training step
 * then allocates nothing. Previous stop: `backends/wasm/program/schedule.ts`, which says when a value is born and
 * last read. Next stop: a kernel, `backends/wasm/emit/conv2d/conv2d.ts`.
 */

export interface Lifetime<T> {
  readonly key: T;
  readonly bytes: number;
  /** First and last moment at which the value must hold its numbers; moments are phases of the schedule. */
  readonly from: number;
  readonly to: number;
}

export interface Placement<T> extends Lifetime<T> {
  readonly offset: number;
}

export interface MemoryPlan<T> {
  readonly placements: readonly Placement<T>[];
  readonly bytes: number;
  /** The most bytes alive at one moment: no plan can do with less. */
  readonly leastBytes: number;
}

/** A cache line: kernels of different threads never write to one line. */
const ALIGNMENT = 64;

export function planMemory<T>(lifetimes: readonly Lifetime<T>[]): MemoryPlan<T> {
  const placed: Placement<T>[] = [];
  const bySize = [...lifetimes].sort((a, b) => b.bytes - a.bytes || a.from - b.from);
  for (const value of bySize) {
    const neighbours = placed
      .filter((p) => p.from <= value.to && value.from <= p.to)
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const p of neighbours) {
      if (offset + align(value.bytes) <= p.offset) break;
      offset = Math.max(offset, p.offset + align(p.bytes));
    }
    placed.push({ ...value, offset });
  }
  const bytes = Math.max(0, ...placed.map((p) => p.offset + align(p.bytes)));
  return { placements: placed, bytes, leastBytes: mostAlive(lifetimes) };
}

function mostAlive(lifetimes: readonly Lifetime<unknown>[]): number {
  const change = new Map<number, number>();
  for (const { from, to, bytes } of lifetimes) {
    change.set(from, (change.get(from) ?? 0) + align(bytes));
    change.set(to + 1, (change.get(to + 1) ?? 0) - align(bytes));
  }
  let alive = 0;
  let most = 0;
  for (const moment of [...change.keys()].sort((a, b) => a - b)) {
    alive += change.get(moment) ?? 0;
    most = Math.max(most, alive);
  }
  return most;
}

export function align(bytes: number, to = ALIGNMENT): number {
  return Math.ceil(bytes / to) * to;
}
