/**
 * @file How a sum is cut: what is kept and what is reduced, and how many invocations add up one result.
 *
 * - serial: one invocation per result, where results are many or terms are few.
 * - tree: one workgroup per result; its invocations add up every so many-th term, then each other's sums in pairs.
 * - split: partial sums first, so many that the adapter has work; then a tree over the partials.
 * Which term goes where depends on the shape and the target alone: the same bits in each run.
 */
import { type Shape, sizeOf } from '../../../../base/shape.ts';
import { type CopyLevel, mergeLevels } from '../../../../compile/moves/copy.ts';
import type { Target } from '../../kernel.ts';
import { broadcastLevels } from '../../language/indexing.ts';

export interface SumPlan {
  /** Results, and terms of each. */
  readonly results: number;
  readonly terms: number;
  /** Levels of the input, distances in it: those kept in the order of the result, and those reduced. */
  readonly kept: readonly CopyLevel[];
  readonly reduced: readonly CopyLevel[];
  readonly kind: 'serial' | 'tree' | 'split';
  /** Partial sums of each result; 1 where it is not split. */
  readonly parts: number;
  /** Neighbouring invocations of the partial sums add neighbouring terms, or make neighbouring results. */
  readonly along: 'terms' | 'results';
}

/** Terms that one invocation adds without regret. */
const FEW = 32;
/** Results that keep an adapter busy on their own. */
const MANY = 16_384;
/** Partial sums that do, where terms are read from memory once; and the most that one tree adds up. */
const BUSY = 2 ** 17;
const MOST_PARTS = 2 ** 16;

export function planSum(from: Shape, to: Shape, { maxWorkgroupSize }: Target): SumPlan {
  const axes = broadcastLevels(to, from);
  // `from` is the distance in the result, 0 where reduced; `to` the one in the input.
  const kept = mergeLevels(axes.filter((l) => l.from !== 0 || l.extent === 1));
  const reduced = mergeLevels(axes.filter((l) => l.from === 0 && l.extent > 1).map(onlyInput));
  const results = sizeOf(to);
  const terms = sizeOf(from) / results;
  const along = reduced.at(-1)?.to === 1 ? 'terms' : 'results';
  const common = { results, terms, kept, reduced, along } as const;
  if (terms <= FEW || (along === 'results' && results >= MANY))
    return { ...common, kind: 'serial', parts: 1 };
  const perGroup = maxWorkgroupSize * FEW;
  if (terms <= perGroup && (along === 'terms' || terms <= 4 * maxWorkgroupSize))
    return { ...common, kind: 'tree', parts: 1 };
  const wanted = Math.max(Math.ceil(BUSY / results), Math.ceil(terms / 4096));
  const parts = Math.min(Math.ceil(terms / FEW), wanted, MOST_PARTS);
  return { ...common, kind: 'split', parts };
}

/** Reduced levels merge by where they lie in the input. */
const onlyInput = (l: CopyLevel): CopyLevel => ({ ...l, from: 0 });
