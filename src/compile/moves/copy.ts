/**
 * @file What is copied from where to where, as plain data that any backend can follow.
 *
 * A copy is a list of nested extents with a distance per level on both sides; a distance of 0 repeats, a negative
 * one flips. How the loops are cut among threads or lanes is a backend's affair. Beside this file stand the copies
 * of each op that only moves numbers. Next stops: `boxes.ts`, and a reader, `backends/wasm/emit/moves/stridedCopy.ts`.
 */
import type { Node } from '../../graph/node.ts';

/** One level of a copy; distances in elements. */
export interface CopyLevel {
  readonly extent: number;
  readonly from: number;
  readonly to: number;
}

export const level = (extent: number, from: number, to: number): CopyLevel => ({
  extent,
  from,
  to,
});

export interface Copy {
  /** Start offsets in elements. */
  readonly from: number;
  readonly to: number;
  /** Outermost first. */
  readonly levels: readonly CopyLevel[];
  /** Added to what stands there. */
  readonly add?: boolean;
}

/** One list of copies per input; the result is set to `fill` before, where it is given. */
export interface CopyList {
  readonly copies: readonly (readonly Copy[])[];
  readonly fill?: number;
}

/** The copies that make a node of an op with these attributes. */
export type CopiesOf<A> = (node: Pick<Node, 'shape' | 'inputs'>, attrs: A) => CopyList;

/** Joins levels that are one run on both sides, and drops those of extent 1. */
export function mergeLevels(levels: readonly CopyLevel[]): CopyLevel[] {
  const merged: CopyLevel[] = [];
  for (const level of levels) {
    if (level.extent === 1) continue;
    const outer = merged.at(-1);
    if (
      outer !== undefined &&
      outer.from === level.extent * level.from &&
      outer.to === level.extent * level.to
    ) {
      merged[merged.length - 1] = {
        extent: outer.extent * level.extent,
        from: level.from,
        to: level.to,
      };
    } else merged.push(level);
  }
  return merged;
}
