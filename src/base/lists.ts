/**
 * @file Elements that the code around knows to be there: the first of a list that is never empty, the one at a
 * place that was counted before. One that is missing is a bug of ours and is named, where plain indexing would hand
 * `undefined` on.
 */
import { unreachable } from './errors.ts';

/** A list of one or more. */
export type NonEmpty<T> = readonly [T, ...(readonly T[])];

/** The list, as one that has a first element. */
export function nonEmpty<T>(list: readonly T[], what: string): NonEmpty<T> {
  const [head, ...rest] = list;
  return head === undefined ? unreachable(`no ${what}`) : [head, ...rest];
}

export function first<T>(list: ArrayLike<T>, what: string): T {
  return at(list, 0, what);
}

export function last<T>(list: ArrayLike<T>, what: string): T {
  return at(list, list.length - 1, what);
}

/** `what` names one element: "no weight 7 of 5". */
export function at<T>(list: ArrayLike<T>, index: number, what: string): T {
  return list[index] ?? unreachable(`no ${what} ${index} of ${list.length}`);
}

/** 0 to n - 1. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
