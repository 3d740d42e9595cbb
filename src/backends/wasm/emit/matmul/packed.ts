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
 * Small matrices stay with `matmul.ts`; A transposed is `outer.ts`. Next stops: `packedPlan.ts`,
 * `packedPanels.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import { f32x4, i32, memory } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../language/epilogue.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { forRowTiles, tileLocals, tileLoop } from '../language/tile.ts';
import { matmulPacked } from './ops.ts';
import { forPanels, packBlock } from './packedPanels.ts';
import {
  type PackedPlan,
  type Position,
  packedBytes,
  panelBytes,
  planMatmulPacked,
  SUM_ROW,
  sumsBytes,
} from './packedPlan.ts';

export const matmulPackedKernel = defineKernel({
  op: matmulPacked,
  finishesInPlace: true,
  plan: (node, attrs, context) => {
    const plan = planMatmulPacked(node, attrs, context);
    const { M, K, N } = plan;
    return {
      partition: { units: Math.ceil(plan.panels / plan.panelsPerBlock) },
      scratchBytes: packedBytes(plan) + sumsBytes(plan),
      multiplyAdds: M * K * N,
      plan,
    };
  },
  emit: emitMatmulPacked,
});

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

/** Packs B's block and adds `steps` products to every sum of the block. */
function emitBlock(
  c: KernelContext,
  node: Node,
  plan: PackedPlan,
  at: Position,
  steps: number,
): void {
  const { f, m } = c;
  packBlock(c, node, plan, at, steps);
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
    forRowTiles(f, plan, at.rowsHere, row, oneTile);
    advance(f, packed, panelBytes(plan));
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
  forPanels(c, plan, at, panel, onePanel);
}
