/**
 * @file Timing a function: enough runs that the median means something, after enough that code is optimised.
 */
import { at } from '../base/lists.ts';

export interface Timing {
  readonly medianMs: number;
  readonly minMs: number;
  readonly n: number;
}

export interface TimingOptions {
  /** Time to spend measuring, in milliseconds; warming up takes a quarter of that on top. */
  readonly budgetMs?: number;
  readonly mostRuns?: number;
}

export function measure(
  run: () => void,
  { budgetMs = 3000, mostRuns = 2000 }: TimingOptions = {},
): Timing {
  const clock = (): number => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  const first = clock();
  for (const end = performance.now() + budgetMs / 4; performance.now() < end; ) {
    if (clock() > budgetMs) break;
  }
  const typical = Math.max(Math.min(first, clock(), clock()), 1e-4);
  const n = Math.max(3, Math.min(mostRuns, Math.floor(budgetMs / typical)));
  const times = Array.from({ length: n }, clock).sort((a, b) => a - b);
  return { medianMs: medianOf(times), minMs: at(times, 0, 'time'), n };
}

/** Median of a sorted list. */
export function medianOf(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const above = at(sorted, middle, 'time');
  return sorted.length % 2 === 1 ? above : (at(sorted, middle - 1, 'time') + above) / 2;
}
