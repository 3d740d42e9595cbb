/**
 * @file A transposed times B for large results: the kernel gradient of a dense layer.
 *
 *   y[i,j] = sum over k of A[k,i] B[k,j]          (M, N) with few k: the batch
 *
 * Every result is a sum of few products, so the cost is in reaching memory: A and B, whose rows are far apart,
 * and y itself. A block of rows of y is one unit: its columns of A are packed once, tile by tile; then B a
 * group of panels at a time, wide enough that y (and what the epilogue reads) is met in long runs.
 */
import type { Node } from '../../../../graph/node.ts';
import type { Value } from '../../assembler/function.ts';
import { f32x4, i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { type KernelContext, mostRows, type PlanContext, tileColumns } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../language/epilogue.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { forRowTiles, tileLocals, tileLoop, zeroTile } from '../language/tile.ts';
import { matmulOuter } from './ops.ts';
import { spreadRows } from './packedPanels.ts';

const TILES_PER_BLOCK = 32;

interface OuterPlan {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly vectors: number;
  /** Whole panels, and the columns of the last one where it is not whole. */
  readonly panels: number;
  readonly rest: number;
  /** Rows per tile; stored eight apart so that a tile's numbers of one k are read as two vectors. */
  readonly rows: number;
  readonly blockRows: number;
  /** Panels of B packed together. */
  readonly groupPanels: number;
}

/** Bytes of a group of packed panels: half of a common second cache, or less. */
const GROUP_BYTES = 128 * 1024;
const MOST_GROUP_PANELS = 32;

export const matmulOuterKernel = defineKernel({
  op: matmulOuter,
  finishesInPlace: true,
  plan: (node, _attrs, context) => {
    const plan = planOuter(node, context);
    const { M, K, N } = plan;
    return {
      partition: { units: Math.ceil(M / plan.blockRows) },
      scratchBytes: packedABytes(plan) + plan.groupPanels * panelBytes(plan),
      multiplyAdds: M * K * N,
      plan,
    };
  },
  emit: emitOuter,
});

export function planOuter(node: Node, context: PlanContext): OuterPlan {
  const [M, N] = node.shape;
  const K = node.inputs[0].shape[0];
  const { full, vectors, rest } = tileColumns(N, context.target);
  const rows = mostRows(vectors, context.target);
  return {
    M,
    K,
    N,
    vectors,
    panels: full,
    rest,
    rows,
    blockRows: rows * TILES_PER_BLOCK,
    groupPanels: Math.max(
      1,
      Math.min(MOST_GROUP_PANELS, Math.floor(GROUP_BYTES / (K * 16 * vectors))),
    ),
  };
}

/** Bytes of one k of a packed tile of A: its rows, rounded up to two vectors. */
const PACKED_ROW = 32;
const tileBytes = ({ K }: OuterPlan): number => K * PACKED_ROW;
const panelBytes = ({ K, vectors }: OuterPlan): number => K * 16 * vectors;
const packedABytes = (plan: OuterPlan): number => TILES_PER_BLOCK * tileBytes(plan);

function emitOuter(c: KernelContext, node: Node, plan: OuterPlan): void {
  const { f } = c;
  const block = f.local('i32', 'block');
  const firstRow = f.local('i32', 'firstRow');
  const rowsHere = f.local('i32', 'rowsHere');
  const groupColumn = f.local('i32', 'groupColumn');
  const position: Position = { firstRow, rowsHere, groupColumn };
  f.set(block, c.begin);
  forRange(f, block, c.end, 1, () => {
    f.set(firstRow, i32.mul(block, plan.blockRows));
    f.set(rowsHere, i32.min(i32.sub(plan.M, firstRow), plan.blockRows));
    packColumnsOfA(c, node, plan, firstRow);
    f.set(groupColumn, i32.const(0));
    times(f, Math.floor(plan.panels / plan.groupPanels), () => {
      emitGroup(c, node, plan, position, plan.groupPanels, 4 * plan.vectors);
      advance(f, groupColumn, plan.groupPanels * 16 * plan.vectors);
    });
    const left = plan.panels % plan.groupPanels;
    if (left > 0) {
      emitGroup(c, node, plan, position, left, 4 * plan.vectors);
      advance(f, groupColumn, left * 16 * plan.vectors);
    }
    if (plan.rest > 0) emitGroup(c, node, plan, position, 1, plan.rest);
  });
}

interface Position {
  readonly firstRow: Value<'i32'>;
  readonly rowsHere: Value<'i32'>;
  /** Byte offset in a row of the group's first column. */
  readonly groupColumn: Value<'i32'>;
}

/** Packs a group of panels of B: (panel, k, lanes). */
function packGroup(
  c: KernelContext,
  node: Node,
  plan: OuterPlan,
  at: Position,
  panels: number,
): void {
  const { f } = c;
  const line = f.reuse('i32', 'lineB');
  const start = f.reuse('i32', 'startB');
  f.set(line, i32.add(at.groupColumn, c.address(node.inputs[1])));
  f.set(start, i32.add(c.scratch, packedABytes(plan)));
  spreadRows(
    f,
    {
      line,
      lineBytes: plan.N * 4,
      packed: start,
      panelBytes: panelBytes(plan),
      steps: plan.K,
      vectors: plan.vectors,
    },
    (onePanel) => times(f, panels, onePanel),
  );
}

/** The block's columns of A: (tile, k, rows). Reads past the last column; those rows are never stored. */
function packColumnsOfA(
  c: KernelContext,
  node: Node,
  plan: OuterPlan,
  firstRow: Value<'i32'>,
): void {
  const { f } = c;
  const line = f.local('i32', 'lineA');
  const from = f.local('i32', 'fromA');
  const to = f.local('i32', 'toA');
  const start = f.local('i32', 'startA');
  f.set(line, i32.add(i32.mul(firstRow, 4), c.address(node.inputs[0])));
  f.set(start, c.scratch);
  times(f, plan.K, () => {
    f.set(from, line);
    f.set(to, start);
    times(f, TILES_PER_BLOCK, () => {
      f.run(f32x4.store(to, 0, f32x4.load(from)));
      f.run(f32x4.store(to, 16, f32x4.load(from, 16)));
      advance(f, from, plan.rows * 4);
      advance(f, to, tileBytes(plan));
    });
    advance(f, line, plan.M * 4);
    advance(f, start, PACKED_ROW);
  });
}

/** All tiles of the block, each against all panels of one group. */
function emitGroup(
  c: KernelContext,
  node: Node,
  plan: OuterPlan,
  at: Position,
  panels: number,
  columns: number,
): void {
  const { f, m } = c;
  const epilogue = epilogueOf(node, 2);
  const packed = f.reuse('i32', 'packedTile');
  const panel = f.reuse('i32', 'packedPanel');
  const rowOffset = f.reuse('i32', 'rowOffset');
  const offset = f.reuse('i32', 'offsetY');
  const columnBytes = f.reuse('i32', 'columnBytes');
  const ptrA = f.reuse('i32', 'ptrA');
  const ptrB = f.reuse('i32', 'ptrB');
  packGroup(c, node, plan, at, panels);
  const tile = (rows: number): void => {
    f.set(columnBytes, at.groupColumn);
    f.set(panel, i32.add(c.scratch, packedABytes(plan)));
    times(f, panels, () => {
      const acc = tileLocals(f, { rows, vectors: plan.vectors });
      zeroTile(f, acc);
      f.set(ptrA, packed);
      f.set(ptrB, panel);
      tileLoop(f, m, acc, {
        ptrA,
        ptrB,
        steps: plan.K,
        advanceA: PACKED_ROW,
        advanceB: 16 * plan.vectors,
        offsetA: (r) => r * 4,
      });
      f.set(offset, i32.add(rowOffset, columnBytes));
      storeTile(c, acc, epilogue, {
        offset,
        rowBytes: plan.N * 4,
        columnOffset: columnBytes,
        columns,
        result: c.address(node),
      });
      advance(f, columnBytes, 16 * plan.vectors);
      advance(f, panel, panelBytes(plan));
    });
    advance(f, packed, tileBytes(plan));
    advance(f, rowOffset, rows * plan.N * 4);
  };
  f.set(packed, c.scratch);
  f.set(rowOffset, i32.mul(at.firstRow, plan.N * 4));
  forRowTiles(f, plan, at.rowsHere, f.reuse('i32', 'row'), tile);
}
