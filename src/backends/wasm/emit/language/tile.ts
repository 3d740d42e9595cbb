/**
 * @file The heart of every convolution and matrix product: one register tile.
 *
 *   acc[r][v] += splat(A at row r, step k) * B[k][lanes 4v .. 4v+3]        r < rows, v < vectors
 *
 * A is read one number at a time and repeated over the lanes, B in whole vectors; both advance by constant
 * distances per step, so the same tile serves convolution (rows are neighbouring pixels), its gradients and
 * matrix products with either operand transposed. The accumulators are locals: on a machine with 16
 * registers 6 rows x 2 vectors of 128 bits fit, or 6 x 4 when V8 fuses neighbouring pairs to 256 bits.
 * Before: `../conv2d/conv2d.ts`, `../matmul/matmul.ts`.
 * Next stop: `assembler/opcodes.ts`, what an instruction is in bytes.
 */
import type { FunctionBuilder, Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, type Pointer } from '../../assembler/lanes.ts';
import { forRange } from './loops.ts';
import type { Arithmetic } from './math.ts';

export interface TileShape {
  readonly rows: number;
  /** Vectors of four lanes across. */
  readonly vectors: number;
}

export type Accumulators = readonly (readonly Local<'f32x4'>[])[];

/** The accumulators of a tile, to be set by `zeroTile` or a load. */
export function tileLocals(f: FunctionBuilder, { rows, vectors }: TileShape): Accumulators {
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: vectors }, (_, v) => f.reuse('f32x4', `acc${r}_${v}`)),
  );
}

export function zeroTile(f: FunctionBuilder, acc: Accumulators): void {
  for (const row of acc) for (const a of row) f.set(a, f32x4.splat(0));
}

export interface TileStep {
  readonly ptrA: Pointer;
  readonly ptrB: Pointer;
  /** Byte offset of row r of A at this step. */
  readonly offsetA: (row: number) => number;
  /** Byte offset of this step's vectors of B. */
  readonly offsetB: number;
}

/** One step of the sum: loads `vectors` of B, then one number of A per row. */
export function tileStep(
  f: FunctionBuilder,
  m: Arithmetic,
  acc: Accumulators,
  step: TileStep,
): void {
  const vectors = acc[0].map((_, v) => {
    const b = f.reuse('f32x4', `b${v}`);
    f.set(b, f32x4.load(step.ptrB, step.offsetB + 16 * v));
    return b;
  });
  acc.forEach((row, r) => {
    const a = f.reuse('f32x4', `a${r}`);
    f.set(a, f32x4.loadSplat(step.ptrA, step.offsetA(r)));
    row.forEach((sum, v) => {
      f.set(sum, m.madd(a, vectors[v], sum));
    });
  });
}

export interface TileLoop {
  readonly ptrA: Pointer;
  readonly ptrB: Pointer;
  readonly steps: number;
  /** Bytes from one step to the next. */
  readonly advanceA: number;
  readonly advanceB: number;
  readonly offsetA: (row: number) => number;
  readonly offsetB?: number;
}

/** Steps written out per turn of the loop: enough to hide its own cost. */
const UNROLL = 4;

/**
 * `steps` steps in a loop; moves both pointers past what was read. Up to `2 * UNROLL` steps are written out
 * without a loop.
 */
export function tileLoop(
  f: FunctionBuilder,
  m: Arithmetic,
  acc: Accumulators,
  loop: TileLoop,
): void {
  const { ptrA, ptrB, steps, advanceA, advanceB, offsetA, offsetB = 0 } = loop;
  const straight = (count: number) => {
    for (let k = 0; k < count; k++) {
      tileStep(f, m, acc, {
        ptrA,
        ptrB,
        offsetA: (r) => offsetA(r) + k * advanceA,
        offsetB: offsetB + k * advanceB,
      });
    }
    if (count > 0) {
      f.set(ptrA, i32.add(ptrA, count * advanceA));
      f.set(ptrB, i32.add(ptrB, count * advanceB));
    }
  };
  if (steps <= 2 * UNROLL) {
    straight(steps);
    return;
  }
  const turns = Math.floor(steps / UNROLL);
  f.scratch('i32', 'turns', (left) => {
    f.set(left, i32.const(turns));
    f.repeatWhile(() => {
      straight(UNROLL);
      f.set(left, i32.sub(left, 1));
      return left;
    });
  });
  straight(steps % UNROLL);
}

/** Splits `total` rows into tiles of at most `most`, as even as possible: 25 by 12 gives 9, 8, 8. */
export function evenTiles(total: number, most: number): number[] {
  const count = Math.ceil(total / most);
  return Array.from({ length: count }, (_, i) => Math.floor((total + count - 1 - i) / count));
}

/** Whole tiles of rows, then one of exactly what is left; `rowsHere` of M rows are this block's. */
export function forRowTiles(
  f: FunctionBuilder,
  { M, blockRows, rows }: { readonly M: number; readonly blockRows: number; readonly rows: number },
  rowsHere: Value<'i32'>,
  row: Local<'i32'>,
  tile: (rows: number) => void,
): void {
  const whole = f.reuse('i32', 'wholeRows');
  const left = f.reuse('i32', 'rowsLeft');
  f.set(row, i32.const(0));
  f.set(left, i32.op('rem_u', rowsHere, i32.const(rows)));
  f.set(whole, i32.sub(rowsHere, left));
  forRange(f, row, whole, rows, () => tile(rows));
  const rest = (M % blockRows || blockRows) % rows;
  if (rest > 0) f.if(i32.op('eq', left, i32.const(rest)), () => tile(rest));
}

/** [6, 6, 5] -> 2 of 6, 1 of 5. */
export function runsOfEqual(tiles: readonly number[]): { rows: number; count: number }[] {
  const runs: { rows: number; count: number }[] = [];
  for (const rows of tiles) {
    const last = runs.at(-1);
    if (last !== undefined && last.rows === rows) last.count++;
    else runs.push({ rows, count: 1 });
  }
  return runs;
}
