/**
 * @file A memory plan as a picture in text: addresses downwards, phases to the right.
 *
 *         0  1  2  3
 *     0   aa aa aa ..      a letter is a value while it lives, a dot is memory nobody uses then
 *   4 KiB bb bb cc cc
 *
 * Previous stop: `memoryPlan.ts`.
 */
import type { MemoryPlan, Placement } from './memoryPlan.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ROWS = 32;
const MOST_WIDTH = 84;

export interface MemoryPicture<T> {
  readonly lines: readonly string[];
  /** The values with a letter of their own, largest first; all others are drawn as '*'. */
  readonly legend: readonly { readonly letter: string; readonly placement: Placement<T> }[];
}

export function drawMemory<T>(
  { placements, bytes }: MemoryPlan<T>,
  phases: number,
  formatBytes: (bytes: number) => string,
): MemoryPicture<T> {
  const bySize = [...placements].sort((a, b) => b.bytes - a.bytes || a.offset - b.offset);
  const legend = bySize
    .slice(0, LETTERS.length)
    .map((placement, i) => ({ letter: LETTERS.charAt(i), placement }));
  const letters = new Map(legend.map(({ letter, placement }) => [placement, letter]));
  const cell = Math.max(1, Math.min(6, Math.floor(MOST_WIDTH / phases) - 1));
  const rowBytes = Math.max(1, Math.ceil(bytes / ROWS));
  const labels = Array.from({ length: Math.ceil(bytes / rowBytes) }, (_, r) =>
    formatBytes(r * rowBytes),
  );
  const margin = Math.max(...labels.map((label) => label.length), 0);
  const header = Array.from({ length: phases }, (_, p) => String(p).slice(-cell).padEnd(cell)).join(
    ' ',
  );
  const lines = labels.map((label, r) => {
    const cells = Array.from({ length: phases }, (_, phase) => {
      const first = r * rowBytes;
      // The value that covers most of the row.
      const overlap = (p: Placement<T>): number =>
        Math.min(p.offset + p.bytes, first + rowBytes) - Math.max(p.offset, first);
      const alive = bySize.filter((p) => p.from <= phase && phase <= p.to && overlap(p) > 0);
      const [largest] = alive.sort((a, b) => overlap(b) - overlap(a));
      return (largest === undefined ? '.' : (letters.get(largest) ?? '*')).repeat(cell);
    });
    return `${label.padStart(margin)}  ${cells.join(' ')}`;
  });
  return { lines: [`${' '.repeat(margin)}  ${header}`.trimEnd(), ...lines], legend };
}
