/**
 * @file Matrix product: a tile is a few rows of A by a few columns of B. A may be read transposed.
 *
 *   y[i,j] = sum over k of A[i,k] B[k,j]
 *
 * B is read in place; B transposed is `lowering/lower.ts`'s affair (a transposed copy).
 * One unit is one row of y. Previous stop: `lowering/lower.ts`. Next stop: `../language/tile.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import { type MatmulAttrs, matmul } from '../../../../ops/matmul.ts';
import type { Local } from '../../assembler/function.ts';
import { i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import {
  type ColumnTiles,
  imagesOf,
  type KernelContext,
  mostRows,
  type PlanContext,
  tileColumns,
} from '../../kernel.ts';
import { lowerMatmul } from '../../lowering/product.ts';
import { type Epilogue, epilogueOf, storeTile } from '../language/epilogue.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { tileLocals, tileLoop, zeroTile } from '../language/tile.ts';

export interface MatmulPlan {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly transposeA: boolean;
  readonly columns: ColumnTiles;
  readonly rows: number;
}

export function planMatmul(
  node: Node,
  { transposeA = false }: MatmulAttrs,
  context: PlanContext,
): MatmulPlan {
  const [a] = node.inputs;
  const [M, N] = node.shape;
  const columns = tileColumns(N, context.target);
  const widest = columns.full > 0 ? columns.vectors : columns.restVectors;
  return {
    M,
    K: transposeA ? a.shape[0] : a.shape[1],
    N,
    transposeA,
    columns,
    rows: Math.min(M, mostRows(widest, context.target)),
  };
}

export const matmulKernel = defineKernel({
  op: matmul,
  lower: lowerMatmul,
  finishesInPlace: true,
  plan: (node, attrs, context) => {
    const plan = planMatmul(node, attrs, context);
    const { M, K, N } = plan;
    return {
      partition: { units: M, ...imagesOf(node, context) },
      multiplyAdds: M * K * N,
      plan,
    };
  },
  emit: emitMatmul,
});

function emitMatmul(c: KernelContext, node: Node, plan: MatmulPlan): void {
  const { f } = c;
  const { columns } = plan;
  const epilogue = epilogueOf(node, 2);
  const columnBytes = f.reuse('i32', 'columnBytes');
  f.set(columnBytes, i32.const(0));
  times(f, columns.full, () => {
    emitColumnTile(c, node, plan, {
      epilogue,
      columnBytes,
      vectors: columns.vectors,
      count: 4 * columns.vectors,
    });
    advance(f, columnBytes, 16 * columns.vectors);
  });
  if (columns.rest > 0)
    emitColumnTile(c, node, plan, {
      epilogue,
      columnBytes,
      vectors: columns.restVectors,
      count: columns.rest,
    });
}

interface ColumnTile {
  readonly epilogue: Epilogue | undefined;
  /** Bytes from a row's start to its first column. */
  readonly columnBytes: Local<'i32'>;
  readonly vectors: number;
  /** Real columns of it. */
  readonly count: number;
}

/** All rows of the range for one tile of columns: whole tiles, then what is left in one of its exact size. */
function emitColumnTile(c: KernelContext, node: Node, plan: MatmulPlan, column: ColumnTile): void {
  const { f } = c;
  const row = f.reuse('i32', 'row');
  const whole = f.reuse('i32', 'whole');
  const left = f.reuse('i32', 'rowsLeft');
  f.set(row, c.begin);
  f.set(left, i32.op('rem_u', i32.sub(c.end, c.begin), i32.const(plan.rows)));
  f.set(whole, i32.sub(c.end, left));
  forRange(f, row, whole, plan.rows, () =>
    emitTile(c, node, plan, column, { row, rows: plan.rows }),
  );
  for (let rows = 1; rows < plan.rows; rows++) {
    f.if(i32.op('eq', left, i32.const(rows)), () => emitTile(c, node, plan, column, { row, rows }));
  }
}

function emitTile(
  c: KernelContext,
  node: Node,
  plan: MatmulPlan,
  { epilogue, columnBytes, vectors, count }: ColumnTile,
  { row, rows }: { readonly row: Local<'i32'>; readonly rows: number },
): void {
  const { f, m } = c;
  const { K, M, N, transposeA } = plan;
  const [a, b] = node.inputs;
  const ptrA = f.reuse('i32', 'ptrA');
  const ptrB = f.reuse('i32', 'ptrB');
  const offsetY = f.reuse('i32', 'offsetY');
  const acc = tileLocals(f, { rows, vectors });
  zeroTile(f, acc);
  f.set(ptrA, i32.add(i32.mul(row, transposeA ? 4 : 4 * K), c.address(a)));
  f.set(ptrB, i32.add(columnBytes, c.address(b)));
  tileLoop(f, m, acc, {
    ptrA,
    ptrB,
    steps: K,
    advanceA: transposeA ? 4 * M : 4,
    advanceB: 4 * N,
    offsetA: (r) => r * (transposeA ? 4 : 4 * K),
  });
  f.set(offsetY, i32.add(i32.mul(row, 4 * N), columnBytes));
  storeTile(c, acc, epilogue, {
    offset: offsetY,
    rowBytes: 4 * N,
    columnOffset: columnBytes,
    columns: count,
    result: c.address(node),
  });
}
