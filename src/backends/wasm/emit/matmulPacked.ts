/**
 * @file Matrix product of large matrices: B in packed panels, blocks that stay in the second cache.
 *
 *   for each block of columns               a unit of the partition
 *     for each block of steps k             B's block is packed: panels of one tile's width, steps inside
 *       for each tile of rows, each panel   sums += A rows x packed panel
 *     finish the block's sums               epilogue, store
 *
 * B is read from memory once, in whole cache lines, whether it is stored as B or transposed; no transposed
 * copy of it is ever made. Sums wait in the thread's scratch between blocks of k, in a fixed order.
 * Small matrices stay with `matmul.ts`; A transposed is `matmulOuter.ts`.
 */
import type { Node } from '../../../graph/node.ts';
import type { MatmulAttrs } from '../../../ops/matmul.ts';
import type { Local, Value } from '../assembler/function.ts';
import { f32x4, i32, memory } from '../assembler/lanes.ts';
import { type Kernel, type KernelContext, mostRows, type PlanContext } from '../kernel.ts';
import { epilogueOf, storeTile } from './epilogue.ts';
import { advance, forRange, times } from './loops.ts';
import { tileLocals, tileLoop } from './tile.ts';

/** Columns per block: rows of B are read in runs of this many numbers. */
const BLOCK_COLUMNS = 64;
const MOST_STEPS = 512;
const MOST_ROWS = 192;

export interface PackedPlan {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly transposeB: boolean;
  /** Vectors per panel. */
  readonly vectors: number;
  readonly panels: number;
  readonly panelsPerBlock: number;
  /** Columns of the last panel where it is not whole, else 0. */
  readonly rest: number;
  readonly rows: number;
  readonly blockRows: number;
  readonly blockSteps: number;
}

export function planMatmulPacked(node: Node, { target }: PlanContext): PackedPlan {
  const { transposeB = false } = node.attrs as MatmulAttrs;
  const [M, N] = node.shape;
  const K = node.inputs[0].shape[1];
  const vectors = target.pairs ? 4 : 2;
  const rows = Math.min(M, mostRows(vectors, target));
  // As even as possible, in multiples of four steps for the transposing copy.
  const blocks = Math.ceil(K / MOST_STEPS);
  return {
    M,
    K,
    N,
    transposeB,
    vectors,
    panels: Math.ceil(N / (4 * vectors)),
    panelsPerBlock: BLOCK_COLUMNS / (4 * vectors),
    rest: N % (4 * vectors),
    rows,
    blockRows: Math.min(M, rows * Math.floor(MOST_ROWS / rows)),
    blockSteps: Math.min(K, 4 * Math.ceil(K / blocks / 4)),
  };
}

export function matmulPackedKernel(node: Node, context: PlanContext): Kernel {
  const plan = planMatmulPacked(node, context);
  const { M, K, N } = plan;
  return {
    family: 'matmulPacked',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: Math.ceil(plan.panels / plan.panelsPerBlock) },
    scratchBytes: packedBytes(plan) + sumsBytes(plan),
    multiplyAdds: M * K * N,
    plan: { ...plan },
    emit: (c) => emitMatmulPacked(c, node, plan),
  };
}

const panelBytes = ({ blockSteps, vectors }: PackedPlan): number => (blockSteps + 4) * 16 * vectors;
const packedBytes = (plan: PackedPlan): number => plan.panelsPerBlock * panelBytes(plan);
const sumsBytes = ({ blockRows }: PackedPlan): number => blockRows * BLOCK_COLUMNS * 4;
/** Bytes of one row of sums in scratch. */
const SUM_ROW = BLOCK_COLUMNS * 4;

function emitMatmulPacked(c: KernelContext, node: Node, plan: PackedPlan): void {
  const { f } = c;
  const block = f.local('i32', 'block');
  const firstPanel = f.local('i32', 'firstPanel');
  const panels = f.local('i32', 'panelsHere');
  const firstRow = f.local('i32', 'firstRow');
  const rowsHere = f.local('i32', 'rowsHere');
  const sums = f.local('i32', 'sums');
  const step = f.local('i32', 'step');
  const position: Position = { firstPanel, panels, firstRow, rowsHere, sums, step };
  f.set(sums, i32.add(c.scratch, packedBytes(plan)));
  f.set(block, c.begin);
  forRange(f, block, c.end, 1, () => {
    f.set(firstPanel, i32.mul(block, plan.panelsPerBlock));
    f.set(panels, i32.min(i32.sub(plan.panels, firstPanel), plan.panelsPerBlock));
    f.set(firstRow, i32.const(0));
    times(f, Math.ceil(plan.M / plan.blockRows), () => {
      f.set(rowsHere, i32.min(i32.sub(plan.M, firstRow), plan.blockRows));
      f.run(memory.fill(sums, 0, i32.mul(rowsHere, SUM_ROW)));
      f.set(step, i32.const(0));
      const whole = Math.floor(plan.K / plan.blockSteps);
      times(f, whole, () => {
        emitBlock(c, node, plan, position, plan.blockSteps);
        advance(f, step, plan.blockSteps);
      });
      if (plan.K % plan.blockSteps > 0)
        emitBlock(c, node, plan, position, plan.K % plan.blockSteps);
      emitFinish(c, node, plan, position);
      advance(f, firstRow, plan.blockRows);
    });
  });
}

/** Where the walk over blocks is. */
interface Position {
  readonly firstPanel: Local<'i32'>;
  readonly panels: Local<'i32'>;
  readonly firstRow: Local<'i32'>;
  readonly rowsHere: Local<'i32'>;
  readonly sums: Local<'i32'>;
  readonly step: Local<'i32'>;
}

/** Packs B's block and adds `steps` products to every sum of the block. */
function emitBlock(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  const { f, m } = c;
  if (plan.transposeB) packTransposed(c, node, plan, at, steps);
  else packRows(c, node, plan, at, steps);
  const panel = f.reuse('i32', 'panel');
  const packed = f.reuse('i32', 'packed');
  const row = f.reuse('i32', 'row');
  const ptrA = f.reuse('i32', 'ptrA');
  const ptrB = f.reuse('i32', 'ptrB');
  const to = f.reuse('i32', 'sumsAt');
  const oneTile = (rows: number): void => {
    const acc = tileLocals(f, { rows, vectors: plan.vectors });
    acc.forEach((line, r) => {
      line.forEach((sum, v) => {
        f.set(sum, f32x4.load(to, r * SUM_ROW + 16 * v));
      });
    });
    const index = i32.add(i32.mul(i32.add(at.firstRow, row), plan.K), at.step);
    f.set(ptrA, i32.add(i32.mul(index, 4), c.address(node.inputs[0])));
    f.set(ptrB, packed);
    tileLoop(f, m, acc, {
      ptrA,
      ptrB,
      steps,
      advanceA: 4,
      advanceB: 16 * plan.vectors,
      offsetA: (r) => r * plan.K * 4,
    });
    acc.forEach((line, r) => {
      line.forEach((sum, v) => {
        f.run(f32x4.store(to, r * SUM_ROW + 16 * v, sum));
      });
    });
    advance(f, to, rows * SUM_ROW);
  };
  f.set(panel, i32.const(0));
  f.set(packed, c.scratch);
  forRange(f, panel, at.panels, 1, () => {
    f.set(to, i32.add(at.sums, i32.mul(panel, 16 * plan.vectors)));
    forRowTiles(c, plan, at, row, oneTile);
    advance(f, packed, panelBytes(plan));
  });
}

/** Whole tiles of rows, then one of exactly what is left. */
function forRowTiles(
  c: KernelContext,
  plan: PackedPlan,
  at: Position,
  row: Local<'i32'>,
  tile: (rows: number) => void,
): void {
  const { f } = c;
  const whole = f.reuse('i32', 'wholeRows');
  const left = f.reuse('i32', 'rowsLeft');
  f.set(row, i32.const(0));
  f.set(left, i32.op('rem_u', at.rowsHere, i32.const(plan.rows)));
  f.set(whole, i32.sub(at.rowsHere, left));
  forRange(f, row, whole, plan.rows, () => tile(plan.rows));
  const lastBlock = plan.M % plan.blockRows || plan.blockRows;
  const rest = lastBlock % plan.rows;
  if (rest > 0) f.if(i32.op('eq', left, i32.const(rest)), () => tile(rest));
}

/** Rows of B to panels: each row's run of columns is spread over the panels. */
function packRows(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  const { f } = c;
  const width = 16 * plan.vectors;
  const from = f.reuse('i32', 'from');
  const to = f.reuse('i32', 'to');
  const panel = f.reuse('i32', 'packPanel');
  const line = f.reuse('i32', 'packLine');
  const packed = f.reuse('i32', 'packTo');
  const firstColumn = i32.mul(at.firstPanel, width);
  f.set(
    line,
    i32.add(i32.add(i32.mul(at.step, plan.N * 4), firstColumn), c.address(node.inputs[1])),
  );
  f.set(packed, c.scratch);
  times(f, steps, () => {
    f.set(from, line);
    f.set(to, packed);
    f.set(panel, i32.const(0));
    // The last panel may read past the row: those lanes are never stored.
    forRange(f, panel, at.panels, 1, () => {
      for (let v = 0; v < plan.vectors; v++)
        f.run(f32x4.store(to, 16 * v, f32x4.load(from, 16 * v)));
      advance(f, from, width);
      advance(f, to, panelBytes(plan));
    });
    advance(f, line, plan.N * 4);
    advance(f, packed, width);
  });
}

/** B stored transposed, (N, K): four rows at a time, four steps at a time, turned in registers. */
function packTransposed(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  const { f } = c;
  const columns = 4 * plan.vectors;
  const from = f.reuse('i32', 'from');
  const to = f.reuse('i32', 'to');
  const panel = f.reuse('i32', 'packPanel');
  const start = f.reuse('i32', 'packFrom');
  const packed = f.reuse('i32', 'packTo');
  const onePanel = (count: number): void => {
    for (let group = 0; group < count; group += 4) {
      f.set(from, i32.add(start, group * plan.K * 4));
      f.set(to, i32.add(packed, group * 4));
      times(f, Math.ceil(steps / 4), () => {
        // Columns past the last one repeat it; their lanes are never stored.
        const rows = [0, 1, 2, 3].map((r) => Math.min(r, count - 1 - group));
        storeTransposed(
          c,
          from,
          rows.map((r) => r * plan.K * 4),
          to,
          16 * plan.vectors,
        );
        advance(f, from, 16);
        advance(f, to, 4 * 16 * plan.vectors);
      });
    }
  };
  const firstRow = i32.mul(at.firstPanel, columns);
  f.set(
    start,
    i32.add(i32.mul(i32.add(i32.mul(firstRow, plan.K), at.step), 4), c.address(node.inputs[1])),
  );
  f.set(packed, c.scratch);
  f.set(panel, i32.const(0));
  forRange(f, panel, at.panels, 1, () => {
    if (plan.rest === 0) onePanel(columns);
    else {
      const isLast = i32.op('eq', i32.add(at.firstPanel, panel), i32.const(plan.panels - 1));
      f.if(
        isLast,
        () => onePanel(plan.rest),
        () => onePanel(columns),
      );
    }
    advance(f, start, columns * plan.K * 4);
    advance(f, packed, panelBytes(plan));
  });
}

/** A 4x4 block: rows at `from + offsets` become columns, `step` bytes apart. */
export function storeTransposed(
  { f }: KernelContext,
  from: Value<'i32'>,
  offsets: readonly number[],
  to: Value<'i32'>,
  step: number,
): void {
  const [a, b, c, d] = offsets.map((offset, i) => {
    const row = f.reuse('f32x4', `row${i}`);
    f.set(row, f32x4.load(from, offset));
    return row;
  });
  const mixes = [
    f32x4.shuffle(a, b, [0, 4, 1, 5]),
    f32x4.shuffle(a, b, [2, 6, 3, 7]),
    f32x4.shuffle(c, d, [0, 4, 1, 5]),
    f32x4.shuffle(c, d, [2, 6, 3, 7]),
  ].map((mix, i) => {
    const local = f.reuse('f32x4', `mix${i}`);
    f.set(local, mix);
    return local;
  });
  const columns = [
    f32x4.shuffle(mixes[0], mixes[2], [0, 1, 4, 5]),
    f32x4.shuffle(mixes[0], mixes[2], [2, 3, 6, 7]),
    f32x4.shuffle(mixes[1], mixes[3], [0, 1, 4, 5]),
    f32x4.shuffle(mixes[1], mixes[3], [2, 3, 6, 7]),
  ];
  columns.forEach((column, i) => {
    f.run(f32x4.store(to, i * step, column));
  });
}

/** The block's finished sums: epilogue and store, tile by tile. */
function emitFinish(c: KernelContext, node: Node, plan: PackedPlan, at: Position): void {
  const { f } = c;
  const epilogue = epilogueOf(node, 2);
  const row = f.reuse('i32', 'row');
  const panel = f.reuse('i32', 'panel');
  const from = f.reuse('i32', 'sumsAt');
  const columnBytes = f.reuse('i32', 'columnBytes');
  const offset = f.reuse('i32', 'offsetY');
  const onePanel = (columns: number): void => {
    f.set(from, i32.add(at.sums, i32.mul(panel, 16 * plan.vectors)));
    f.set(columnBytes, i32.mul(i32.add(at.firstPanel, panel), 16 * plan.vectors));
    f.set(offset, i32.add(i32.mul(at.firstRow, plan.N * 4), columnBytes));
    f.set(row, i32.const(0));
    forRange(f, row, at.rowsHere, 1, () => {
      const acc = tileLocals(f, { rows: 1, vectors: plan.vectors });
      acc[0].forEach((sum, v) => {
        f.set(sum, f32x4.load(from, 16 * v));
      });
      storeTile(c, acc, epilogue, {
        offset,
        rowBytes: plan.N * 4,
        columnOffset: columnBytes,
        columns,
        result: c.address(node),
      });
      advance(f, from, SUM_ROW);
      advance(f, offset, plan.N * 4);
    });
  };
  f.set(panel, i32.const(0));
  forRange(f, panel, at.panels, 1, () => {
    const columns = 4 * plan.vectors;
    if (plan.rest === 0) onePanel(columns);
    else {
      const isLast = i32.op('eq', i32.add(at.firstPanel, panel), i32.const(plan.panels - 1));
      f.if(
        isLast,
        () => onePanel(plan.rest),
        () => onePanel(columns),
      );
    }
  });
}
