/**
 * @file What a tiled product multiplies: two factors that are worked out rather than stored, and where results go.
 *
 *   result[row, column] = sum over depth of left[row, depth] right[column, depth]
 *
 * A matrix product, a convolution and its two gradients are this one sum. They differ in three index maps, from
 * (line, depth) to a place in memory: the left factor's, whose lines are the rows, the right factor's, whose lines
 * are the columns, and the result's. A map is WGSL, written for the exact shapes. Lines and depth are counted within
 * a group; groups (the towers of a network) are products beside one another.
 * Next stop: `patches.ts` for the maps of pictures, `tile.ts` for what is done with any of them.
 */

import type { Span } from '../../kernel.ts';

/** Four neighbours of memory, the unit in which tiles are read. */
export const QUAD = 4;

export interface Factor {
  /** The way along which neighbours lie in memory: four of them are read together. */
  readonly along: 'line' | 'depth';
  /** Whether four neighbours, from a multiple of 4 on, can be read as one vector; else they are read one by one. */
  readonly quads: boolean;
  /** Whether `at` may say that there is nothing. */
  readonly gaps: boolean;
  /** Body of a function of `line` and `group` (u32): what is known before the depth is, as a vec4i. */
  readonly place: string;
  /** Body of a function of `place` and `depth` (u32): the number's index in memory (i32); below 0, it is zero. */
  readonly at: string;
  /** Where the numbers of some lines, some of the depth and some groups lie; undefined: anywhere. */
  readonly reach?: (lines: Span, depth: Span, groups: Span) => Span;
}

export interface Result {
  /** Whether four neighbouring columns, from a multiple of 4 on, can be stored as one vector. */
  readonly quads: boolean;
  /** Body of a function of `row` and `group` (u32): the index of column 0 in memory (u32). */
  readonly at: string;
  /**
   * Body of a function of `row` and `column` (u32): how far the column lies from column 0 (i32), or below 0 where
   * it is not kept. Without it columns are neighbours.
   */
  readonly columnAt?: string;
  /** Where the results of some rows and some groups lie; undefined: anywhere. */
  readonly reach?: (rows: Span, groups: Span) => Span;
}

/** One product, for exact shapes. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  /** Addends of each sum; 0 where results are zero. */
  readonly depth: number;
  readonly groups: number;
  readonly left: Factor;
  readonly right: Factor;
  readonly result: Result;
  /** Declarations that the maps share: tables. */
  readonly tables?: readonly string[];
}

export function multiplyAddsOf({ rows, columns, depth, groups }: Product): number {
  return rows * columns * depth * groups;
}

/** The numbers of some that have so many each. */
export const runOf = ({ from, to }: Span, each: number): Span => ({
  from: from * each,
  to: to * each,
});

/** The numbers of the pictures in which some positions of a window lie. */
export function inPictures({ from, to }: Span, positions: number, numbers: number): Span {
  return { from: Math.floor(from / positions) * numbers, to: Math.ceil(to / positions) * numbers };
}

/** A stored matrix, `depth` numbers a line; or `lines` numbers for each step of the depth, where transposed. */
export function storedFactor(lines: number, depth: number, along: Factor['along']): Factor {
  const neighbours = along === 'depth' ? depth : lines;
  return {
    along,
    quads: neighbours % QUAD === 0,
    gaps: false,
    place: `return vec4i(i32(line)${along === 'depth' ? ` * ${depth}` : ''}, 0, 0, 0);`,
    at: `return place.x + i32(depth)${along === 'line' ? ` * ${lines}` : ''};`,
    reach: (some, steps) => (along === 'depth' ? runOf(some, depth) : runOf(steps, lines)),
  };
}
