/**
 * @file McNemar's test: whether two classifiers that were asked of the same pictures differ by more than chance.
 *
 * Pictures that both read alike say nothing; of the others each is as likely to speak for the one as for the other if
 * they are equally good. Exact, two-sided binomial. McNemar 1947; Dietterich 1998 on its use for learned classifiers.
 */

export interface Paired {
  /** Pictures that both were asked of. */
  readonly count: number;
  readonly bothRight: number;
  readonly firstAlone: number;
  readonly secondAlone: number;
  readonly bothWrong: number;
  /** How often chance alone makes a difference as large as this, or larger; 1 where there is none. */
  readonly pValue: number;
}

/** Several networks that were asked of the same pictures. */
export interface PairedRuns {
  /** Of the data that all were asked of. */
  readonly dataset: string;
  /** Of each after the first: against the first. */
  readonly against: readonly Paired[];
}

/** Whether each picture was read rightly, in one order. */
export function comparePaired(first: readonly boolean[], second: readonly boolean[]): Paired {
  const counted = (a: boolean, b: boolean): number =>
    first.reduce((sum, right, i) => sum + (right === a && second[i] === b ? 1 : 0), 0);
  const [firstAlone, secondAlone] = [counted(true, false), counted(false, true)];
  return {
    count: first.length,
    bothRight: counted(true, true),
    firstAlone,
    secondAlone,
    bothWrong: counted(false, false),
    pValue: binomialPValue(firstAlone, secondAlone),
  };
}

/** 2 P(X <= least) of X ~ Binomial(a + b, 1/2), at most 1; by logarithms, so that thousands do not overflow. */
export function binomialPValue(a: number, b: number): number {
  const n = a + b;
  const least = Math.min(a, b);
  let log = -n * Math.LN2;
  let sum = Math.exp(log);
  for (let k = 1; k <= least; k++) {
    log += Math.log((n - k + 1) / k);
    sum += Math.exp(log);
  }
  return Math.min(1, 2 * sum);
}
