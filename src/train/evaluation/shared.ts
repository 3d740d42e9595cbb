/**
 * @file Measuring a split by several ranks: each goes through its part, and all have the sums.
 *
 * Called by `evaluate.ts` and `../fit.ts`.
 */
import type { Collectives, Group } from '../../cluster/collectives.ts';
import { type Share, shareOf } from '../../data/batches/batches.ts';
import { sliceAny } from '../../data/streamed.ts';
import type { RowSplit } from '../rows.ts';
import type { Predictions } from './classification.ts';

/** From sums over this rank's rows to those over all rows. */
export type Total = (sums: number[]) => Promise<number[]>;

/** The rank's rows, next to each other; a split with fewer rows than ranks is gone through by each. */
export function partOf<S extends RowSplit>(split: S, { rank, size }: Pick<Group, 'rank' | 'size'>) {
  const share: Share = { rank, of: size };
  if (split.count < size) return { part: split, first: 0, isWhole: true };
  const { first, count } = shareOf(split.count, share);
  return { part: sliceAny(split, first, first + count), first, isWhole: size === 1 };
}

/** In float64; the same bits on every rank. */
export const totalOver =
  (ranks: Group): Total =>
  async (sums) => {
    const all = Float64Array.from(sums);
    await ranks.allReduce(all);
    return [...all];
  };

/** Every row's numbers, of this rank's rows and the others': nothing is added to a number but zeros. */
export async function joinPredictions(
  ranks: Collectives,
  own: Predictions,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<Predictions> {
  const join = async (part: Predictions['labels'] | Float32Array): Promise<Float32Array> => {
    const perRow = part.length / own.labels.length;
    const all = new Float32Array(count * perRow);
    all.set(part, first * perRow);
    await ranks.allReduce(all);
    return all;
  };
  const metrics = new Map<string, Float32Array>();
  for (const [name, rows] of own.metrics ?? []) metrics.set(name, await join(rows));
  return {
    ...own,
    logits: await join(own.logits),
    probabilities: await join(own.probabilities),
    losses: await join(own.losses),
    labels: Int32Array.from(await join(own.labels)),
    metrics,
  };
}

/** Numbers of rows that any rank left out. */
export async function joinRows(
  ranks: Collectives,
  rows: Iterable<number>,
  first: number,
): Promise<Set<number>> {
  const own = Float64Array.from(rows, (row) => row + first);
  const all = await ranks.gather(new Uint8Array(own.buffer));
  return new Set(all.flatMap((bytes) => [...new Float64Array(bytes.slice().buffer)]));
}
