/**
 * @file Matrix product: a tile is a few rows of A by a few columns of B. A may be read transposed.
 *
 *   y[i,j] = sum over k of A[i,k] B[k,j]
 *
 * B is read in place; B transposed is `lowering/lower.ts`'s affair (a transposed copy).
 * One unit is one row of y. Previous stop: `lowering/lower.ts`. Next stop: `../language/tile.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import type { MatmulAttrs } from '../../../../ops/matmul.ts';
import { i32 } from '../../assembler/lanes.ts';
import {
  type ColumnTiles,
  type Kernel,
  type KernelContext,
  mostRows,
  type PlanContext,
  tileColumns,
} from '../../kernel.ts';
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

export function planMatmul(node: Node, context: PlanContext): MatmulPlan {
  const { transposeA = false } = node.attrs as MatmulAttrs;
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

export function matmulKernel(node: Node, context: PlanContext): Kernel {
  const plan = planMatmul(node, context);
  const { M, K, N } = plan;
  return {
    family: 'matmul',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: M, ...(context.isBatched(node) ? { images: M } : {}) },
    scratchBytes: 0,
    multiplyAdds: M * K * N,
    plan: { ...plan },
    emit: (c) => emitMatmul(c, node, plan),
  };
}

function emitMatmul(c: KernelContext, node: Node, plan: MatmulPlan): void {
  const { f } = c;
  const { columns } = plan;
  const epilogue = epilogueOf(node, 2);
  const columnBytes = f.reuse('i32', 'columnBytes');
  f.set(columnBytes, i32.const(0));
  times(f, columns.full, () => {
    emitColumnTile(c, node, plan, epilogue, columns.vectors, 4 * columns.vectors);
    advance(f, columnBytes, 16 * columns.vectors);
  });
  if (columns.rest > 0) emitColumnTile(c, node, plan, epilogue, columns.restVectors, columns.rest);
}

/** All rows of the range for one tile of columns: whole tiles, then what is left in one of its exact size. */
function emitColumnTile(
  c: KernelContext,
  node: Node,
  plan: MatmulPlan,
  epilogue: Epilogue | undefined,
  vectors: number,
  count: number,
): void {
  const { f } = c;
  const row = f.reuse('i32', 'row');
  const whole = f.reuse('i32', 'whole');
  const left = f.reuse('i32', 'rowsLeft');
  f.set(row, c.begin);
  f.set(left, i32.op('rem_u', i32.sub(c.end, c.begin), i32.const(plan.rows)));
  f.set(whole, i32.sub(c.end, left));
  forRange(f, row, whole, plan.rows, () =>
    emitTile(c, node, plan, epilogue, { rows: plan.rows, vectors }, count),
  );
  for (let rows = 1; rows < plan.rows; rows++) {
    f.if(i32.op('eq', left, i32.const(rows)), () =>
      emitTile(c, node, plan, epilogue, { rows, vectors }, count),
    );
  }
}

function emitTile(
  c: KernelContext,
  node: Node,
  plan: MatmulPlan,
  epilogue: Epilogue | undefined,
  shape: { rows: number; vectors: number },
  count: number,
): void {
  const { f, m } = c;
  const { K, M, N, transposeA } = plan;
  const [a, b] = node.inputs;
  const row = f.reuse('i32', 'row');
  const columnBytes = f.reuse('i32', 'columnBytes');
  const ptrA = f.reuse('i32', 'ptrA');
  const ptrB = f.reuse('i32', 'ptrB');
  const offsetY = f.reuse('i32', 'offsetY');
  const acc = tileLocals(f, shape);
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
