/**
 * @file Timing a function: enough runs that the median means something, after enough that code is optimised.
 */
import type { Executable } from '../backends/backend.ts';
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

/** A program whose runs go on by themselves. */
export type OnDevice = Required<Pick<Executable, 'ready' | 'finished'>>;

/** Groups of runs, of which the median counts. */
const GROUPS = 15;

/**
 * Times runs that a device does on its own: so many in a row that waiting for the last of them counts little. What
 * is timed is what a loop of steps takes, the uploads of each among it.
 */
export async function measureOnDevice(
  run: () => void,
  device: OnDevice,
  { budgetMs = 3000, mostRuns = 20_000 }: TimingOptions = {},
): Promise<Timing> {
  const group = async (runs: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) {
      await device.ready();
      run();
    }
    await device.finished();
    return (performance.now() - start) / runs;
  };
  await group(1);
  const typical = Math.max(await group(3), 1e-3);
  await group(Math.max(1, Math.floor(budgetMs / 4 / typical)));
  const runs = Math.max(1, Math.floor(Math.min(mostRuns, budgetMs / typical) / GROUPS));
  const times: number[] = [];
  for (let i = 0; i < GROUPS; i++) times.push(await group(runs));
  times.sort((a, b) => a - b);
  return { medianMs: medianOf(times), minMs: at(times, 0, 'time'), n: runs * GROUPS };
}

/** Median of a sorted list. */
export function medianOf(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  const above = at(sorted, middle, 'time');
  return sorted.length % 2 === 1 ? above : (at(sorted, middle - 1, 'time') + above) / 2;
}
