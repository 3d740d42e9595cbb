/**
 * @file From trials to findings: the numbers of a condition, and a claim judged by an interval.
 *
 * A claim is supported where the whole interval lies on its side, not supported where the whole interval lies on
 * the other, and undecided in between: then more seeds may tell. Before: `statistics.ts`.
 */
import type { Finding, Results, Verdict } from '../study.ts';
import { type BySeed, type Interval, meanInterval } from './statistics.ts';

/** A number of each trial of a condition; trials that have none are left out. */
export function bySeed(
  { trials }: Pick<Results, 'trials'>,
  condition: string,
  name: string,
): BySeed {
  return new Map(
    trials.flatMap(({ trial, figures }) => {
      const value = figures.numbers[name];
      return trial.condition === condition && value != null ? [[trial.seed, value] as const] : [];
    }),
  );
}

/** The mean over seeds of a list that each trial of a condition has. */
export function meanList(
  { trials }: Pick<Results, 'trials'>,
  condition: string,
  name: string,
): number[] {
  const lists = trials
    .filter(({ trial }) => trial.condition === condition)
    .flatMap(({ figures }) => [figures.lists?.[name] ?? []]);
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => {
    const values = lists.flatMap((list) => list[i] ?? []);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

export const intervalOf = (values: BySeed): Interval => meanInterval([...values.values()]);

/** What an interval says of "more than" or "less than" a number. */
export function judge(
  { low, high }: Pick<Interval, 'low' | 'high'>,
  is: 'above' | 'below',
  than: number,
): Verdict {
  if (Number.isNaN(low) || Number.isNaN(high)) return 'undecided';
  const [supported, refuted] =
    is === 'above' ? [low > than, high <= than] : [high < than, low >= than];
  if (supported) return 'supported';
  return refuted ? 'not supported' : 'undecided';
}

/** How numbers are written: `points` are of shares, hundredths. */
export type Unit = 'points' | 'times' | 'share' | 'number';

export function formatNumber(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '-';
  switch (unit) {
    case 'points':
      return (100 * value).toFixed(2);
    case 'share':
      return `${(100 * value).toFixed(2)} %`;
    case 'times':
      return value.toFixed(2);
    case 'number':
      return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 4 });
  }
}

const UNITS: Readonly<Record<Unit, string>> = {
  points: ' points',
  times: ' times',
  share: '',
  number: '',
};

/** "1.20 points (0.80 to 1.60, 5 seeds)" */
export function formatInterval({ mean, low, high, count }: Interval, unit: Unit): string {
  if (count === 0) return 'nothing measured';
  const written = `${formatNumber(mean, unit)}${UNITS[unit]}`;
  if (count === 1) return `${written} (1 seed, no interval)`;
  const [from, to] = [low, high].map((value) => formatNumber(value, unit));
  return `${written} (${from} to ${to}, ${count} seeds)`;
}

/** "97.10 % ± 0.20", for tables. */
export function formatSpread({ mean, high, count }: Interval, unit: Unit): string {
  if (count === 0) return '-';
  const written = formatNumber(mean, unit);
  return count === 1
    ? written
    : `${written} ± ${formatNumber(high - mean, unit).replace(' %', '')}`;
}

export interface JudgedClaim extends Pick<Finding, 'claim' | 'expected' | 'note'> {
  readonly interval: Interval;
  readonly unit: Unit;
  /** What the claim says of it: `above: 0`. */
  readonly is: 'above' | 'below';
  readonly than: number;
}

export function judged({ claim, expected, note, interval, unit, is, than }: JudgedClaim): Finding {
  return {
    claim,
    expected,
    measured: formatInterval(interval, unit),
    verdict: judge(interval, is, than),
    note,
  };
}
