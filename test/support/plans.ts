/**
 * @file What the tests of plans share: awkward sizes, nodes of given shapes, and what covering once means.
 */
import { expect } from 'vitest';
import type { ColumnTiles, PlanContext, Target } from '../../src/backends/wasm/kernel.ts';
import { sliceBatch } from '../../src/backends/wasm/program/slicing.ts';
import { createNode, inputNode, type Node } from '../../src/graph/node.ts';

export const TARGETS: readonly Target[] = [
  { relaxedMadd: true, pairs: true },
  { relaxedMadd: true, pairs: false },
];
/** One, every lane tail, and one less, as many and one more than tiles and blocks of them. */
export const EDGES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 191, 192, 193];
export const FEW = [1, 2, 3, 5, 6, 7, 13];

export const contextOf = (target: Target, images?: number): PlanContext => ({
  target,
  slicing: images === undefined ? undefined : sliceBatch(images),
  isBatched: () => images !== undefined,
});

export function nodeOf(
  op: string,
  inputs: readonly (readonly number[])[],
  shape: readonly number[],
): Node {
  const nodes = inputs.map((s, i) => inputNode(`x${i}`, s));
  return createNode({ op, inputs: nodes, attrs: {}, shape, dtype: 'f32', name: 'y' });
}

/** Registers of accumulators beside a row of B and a number of A: at most 12 of the 16. */
export function expectRegisters(rows: number, vectors: number, { pairs }: Target): void {
  expect(rows).toBeGreaterThanOrEqual(1);
  expect(rows * (pairs ? Math.ceil(vectors / 2) : vectors)).toBeLessThanOrEqual(12);
}

export function expectColumns(columns: ColumnTiles, count: number): void {
  const { full, vectors, rest, restVectors } = columns;
  expect(4 * vectors * full + rest).toBe(count);
  expect(rest).toBeLessThan(4 * vectors);
  expect(restVectors).toBeLessThanOrEqual(vectors);
  expect(4 * restVectors).toBeGreaterThanOrEqual(rest);
}

/** So many shares of a size hold a total, and one less does not. */
export function expectShares(shares: number, size: number, total: number): void {
  expect(shares * size).toBeGreaterThanOrEqual(total);
  expect((shares - 1) * size).toBeLessThan(total);
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
