/**
 * @file Saying "I do not know": the error that is left when a classifier by distances may reject pictures.
 *
 * Two signs of doubt: the nearest code is far, or two codes are almost equally near. Rows are sorted by one
 * of them and the most doubtful rejected first, which gives the rejection curve of LeCun et al. 1998,
 * Fig. 10: how much must be rejected for an error of 0.5 % among the rest. Plain arithmetic.
 */
import { indexOfLargest } from '../../base/largest.ts';
import type { Predictions } from './classification.ts';

export type Doubt = 'far' | 'close';

export interface RejectionPoint {
  /** Share of all rows that is rejected. */
  readonly rejected: number;
  /** Share of the others that is wrong. */
  readonly error: number;
}

export interface Rejection {
  readonly doubt: Doubt;
  /** Falling error: the share rejected in steps. */
  readonly curve: readonly RejectionPoint[];
  /** The least rejection with at most `target` error among the rest; null where there is none. */
  readonly forTarget: RejectionPoint | null;
  /** The limit there: a nearest distance above it, or a margin below it, is rejected. */
  readonly limit: number | null;
}

/** The paper's figure. */
export const TARGET_ERROR = 0.005;

/** Steps of the curve, as shares of all rows. */
const STEPS = [0, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2];

/** `logits` are distances with their sign turned. */
export function rejectionOf(
  { logits, labels, classes }: Pick<Predictions, 'logits' | 'labels' | 'classes'>,
  doubt: Doubt,
  target = TARGET_ERROR,
): Rejection {
  const width = classes.length;
  const rows = Array.from(labels, (label, row) => {
    const { nearest, second, answer } = twoNearest(logits.subarray(row * width, (row + 1) * width));
    return { wrong: answer !== label, score: doubt === 'far' ? nearest : nearest - second };
  });
  // Least doubtful first; rows of one score are rejected together or not at all.
  rows.sort((a, b) => a.score - b.score);
  const wrongUpTo = [0];
  for (const { wrong } of rows) wrongUpTo.push(wrongUpTo[wrongUpTo.length - 1] + (wrong ? 1 : 0));
  const pointAt = (kept: number): RejectionPoint => ({
    rejected: 1 - kept / rows.length,
    error: wrongUpTo[kept] / kept,
  });
  const isBetweenScores = (kept: number): boolean =>
    kept === 0 || rows[kept]?.score !== rows[kept - 1]?.score;
  const atMost = (share: number): RejectionPoint => {
    let kept = Math.round(rows.length * (1 - share));
    while (!isBetweenScores(kept)) kept++;
    return pointAt(kept);
  };
  let kept = rows.length;
  while (kept > 0 && !(isBetweenScores(kept) && wrongUpTo[kept] / kept <= target)) kept--;
  const last = kept === 0 ? null : rows[kept - 1].score;
  return {
    doubt,
    curve: STEPS.map(atMost),
    forTarget: kept === 0 ? null : pointAt(kept),
    limit: last === null ? null : doubt === 'far' ? last : -last,
  };
}

function twoNearest(logits: ArrayLike<number>) {
  const answer = indexOfLargest(logits);
  let second = Number.POSITIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    if (i !== answer) second = Math.min(second, -logits[i]);
  }
  return { answer, nearest: -logits[answer], second };
}
