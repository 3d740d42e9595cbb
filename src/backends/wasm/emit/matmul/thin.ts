/**
 * @file Matrix product of a few rows by a large matrix: a dense layer asked about one picture.
 *
 * All the time goes into reading B once. A unit is a strip of columns; nothing is packed. A B that caches hold is read one
 * tile's columns at a time, all sums in registers. A larger one is read as memory likes it: a few rows of a wide strip from
 * end to end before the next ones, while the sums of the strip wait in the thread's scratch. Either way each sum is added
 * up in the order of k: the same bits. For more rows see `packed.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import type { Local } from '../../assembler/function.ts';
import { f32x4, i32, type Pointer } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext, PlanContext } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../language/epilogue.ts';
import { CACHED_BYTES } from '../language/fetch.ts';
import { advance, forRange, times, withinTurn } from '../language/loops.ts';
import { type Accumulators, tileLocals, tileLoop, zeroTile } from '../language/tile.ts';
import { matmulThin } from './ops.ts';

interface ThinPlan {
  readonly K: number;
  readonly N: number;
  /** Of a tile, whose sums are registers. */
  readonly vectors: number;
  /** Tiles of a strip. */
  readonly tiles: number;
  /** Rows of B that are read side by side; K: a tile's sums are done in one pass. */
  readonly steps: number;
}

/** Rows of B that are read side by side where it is larger. */
const STEPS = 32;
/** Columns of a strip: runs of four kilobytes. */
const STRIP = 1024;
/** Strips where there are columns for them, for as many threads. */
const STRIPS = 4;

export const matmulThinKernel = defineKernel({
  op: matmulThin,
  finishesInPlace: true,
  plan: (node, _attrs, context) => {
    const plan = planThin(node, context);
    const { K, N, steps } = plan;
    const [M] = node.shape;
    const columns = stripColumns(plan);
    return {
      partition: { units: Math.ceil(N / columns) },
      scratchBytes: steps < K ? 4 * M * columns : 0,
      multiplyAdds: M * K * N,
      plan,
    };
  },
  emit: emitThin,
});

const stripColumns = ({ tiles, vectors }: ThinPlan): number => 4 * vectors * tiles;

export function planThin(node: Node, { target }: PlanContext): ThinPlan {
  const [M, N] = node.shape;
  const K = node.inputs[0].shape[1];
  // As many sums as hide the latency of a multiply-add: 8 registers.
  const vectors = Math.floor((target.pairs ? 16 : 8) / M / 2) * 2;
  const whole = { K, N, vectors, tiles: 1, steps: K };
  if (4 * K * N <= CACHED_BYTES) return whole;
  const columns = Math.min(STRIP, Math.ceil(N / STRIPS));
  const tiles = Math.floor(columns / (4 * vectors));
  return tiles > 1 ? { ...whole, tiles, steps: Math.min(K, STEPS) } : whole;
}

function emitThin(c: KernelContext, node: Node, plan: ThinPlan): void {
  const { f, m } = c;
  const { K, N, steps } = plan;
  const [a, b] = node.inputs;
  const epilogue = epilogueOf(node, 2);
  const unit = f.local('i32', 'unit');
  /** Of the strip, and of the tile, in bytes from the start of a row. */
  const start = f.local('i32', 'start');
  const offset = f.local('i32', 'offset');
  const sums = f.local('i32', 'sums');
  const rowA = f.local('i32', 'rowA');
  const rowB = f.local('i32', 'rowB');
  const ptrA = f.local('i32', 'ptrA');
  const ptrB = f.local('i32', 'ptrB');
  const stripBytes = 4 * stripColumns(plan);
  /** Adds some rows of B to all sums of the strip. */
  const pass = (rows: number, { isFirst = false, isLast = false }): void => {
    f.set(sums, c.scratch);
    f.set(offset, start);
    eachTile(c, node, plan, { start, offset, sums }, (acc, columns) => {
      if (isFirst) zeroTile(f, acc);
      else moveSums(c, acc, sums, stripBytes, 'load');
      f.set(ptrA, rowA);
      f.set(ptrB, i32.add(rowB, offset));
      const advances = { advanceA: 4, advanceB: 4 * N, offsetA: (r: number) => r * K * 4 };
      tileLoop(f, m, acc, { ptrA, ptrB, steps: rows, ...advances });
      if (!isLast) return moveSums(c, acc, sums, stripBytes, 'store');
      const place = { offset, rowBytes: 4 * N, columnOffset: offset };
      storeTile(c, acc, epilogue, { ...place, columns, result: c.address(node) });
    });
    advance(f, rowA, 4 * rows);
    advance(f, rowB, 4 * N * rows);
  };
  const passes = Math.ceil(K / steps);
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    f.set(start, i32.mul(unit, stripBytes));
    f.set(rowA, i32.const(c.address(a)));
    f.set(rowB, i32.const(c.address(b)));
    if (passes > 1) pass(steps, { isFirst: true });
    times(f, passes - 2, () => pass(steps, {}));
    pass(K - (passes - 1) * steps, { isFirst: passes === 1, isLast: true });
  });
}

interface TilePlace {
  readonly start: Local<'i32'>;
  readonly offset: Local<'i32'>;
  readonly sums: Local<'i32'>;
}

/** Tiles of the strip from left to right; the last one of all has the columns that are left. */
function eachTile(
  { f }: KernelContext,
  node: Node,
  plan: ThinPlan,
  { start, offset, sums }: TilePlace,
  body: (acc: Accumulators, columns: number) => void,
): void {
  const [M] = node.shape;
  const { N, vectors } = plan;
  const rest = N % (4 * vectors);
  const end = f.reuse('i32', 'end');
  const tile = (columns: number): void => {
    const acc = tileLocals(f, { rows: M, vectors: Math.ceil(columns / 4) });
    withinTurn(f, () => body(acc, columns));
    advance(f, sums, 4 * columns);
    advance(f, offset, 4 * columns);
  };
  const whole = i32.const(4 * (N - rest));
  const stripEnd = i32.add(start, 4 * stripColumns(plan));
  f.set(end, i32.min(stripEnd, whole));
  forRange(f, offset, end, 0, () => tile(4 * vectors));
  if (rest > 0) f.if(i32.lessThan(whole, stripEnd), () => tile(rest));
}

/** The sums of a tile between registers and the thread's scratch. */
function moveSums(
  { f }: KernelContext,
  acc: Accumulators,
  sums: Pointer,
  rowBytes: number,
  way: 'load' | 'store',
): void {
  acc.forEach((row, r) => {
    row.forEach((sum, v) => {
      const at = r * rowBytes + 16 * v;
      if (way === 'load') f.set(sum, f32x4.load(sums, at));
      else f.run(f32x4.store(sums, at, sum));
    });
  });
}
