/**
 * @file Convolution without im2col: a tile is a few neighbouring pixels of one output row by a few filters.
 *
 *   y[n,oh,ow+r,o+v] += x[n, oh*sh + kh*dh, (ow+r)*sw + kw*dw, c] * w[kh,kw,c,o+v]
 *
 * Where the filters do not fill whole lanes, a row is stored raw in the thread's scratch, each pixel's spare
 * lanes overwritten by the next pixel, and finished from there: bias and activation then run over a compact row.
 * x holds its padding already (`lowering/lower.ts` inserts it). With one group and no dilation the taps (kw, c) of one
 * kernel row are one run of memory in x and in w alike, so a kernel of any width is KH runs.
 * One unit is one output row (n, oh). Previous stop: `lowering/lower.ts`.
 * Next stops: `backends/wasm/program/plan.ts`, `../language/tile.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import { align } from '../../../../compile/memoryPlan.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { i32, memory, type Pointer } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import { imagesOf, type KernelContext } from '../../kernel.ts';
import { type Epilogue, epilogueOf, finishRow, storeTile } from '../language/epilogue.ts';
import { advance, forRange, times } from '../language/loops.ts';
import {
  type Accumulators,
  runsOfEqual,
  tileLocals,
  tileLoop,
  zeroTile,
} from '../language/tile.ts';
import { directConv2d } from './ops.ts';
import { type Conv2dPlan, panelBytesPerGroup, panelStep, planConv2d, tapBytes } from './plan.ts';

const PIXELS_PER_RANGE = 64;

export const directConv2dKernel = defineKernel({
  op: directConv2d,
  plan: (node, attrs, context) => {
    const plan = planConv2d(node, attrs, context);
    const [N, OH, OW] = node.shape;
    const [KH, KW, CG] = plan.w;
    return {
      partition: {
        units: N * OH,
        // All weights are read for every range: it should hold some pixels to use them on.
        grain: Math.ceil(PIXELS_PER_RANGE / OW),
        ...imagesOf(node, context),
      },
      scratchBytes: plan.rowBuffer ? rowBufferBytes(node, plan) : 0,
      multiplyAdds: sizeOf(node.shape) * KH * KW * CG,
      plan,
    };
  },
  emit: emitConv2d,
});

function emitConv2d(c: KernelContext, node: Node, plan: Conv2dPlan): void {
  const { f } = c;
  const { groups } = plan;
  const epilogue = epilogueOf(node, 2);
  const perGroup = plan.w[3] / groups;
  if (plan.rowBuffer) {
    emitBufferedRows(c, node, plan, epilogue);
    return;
  }
  for (let group = 0; group < groups; group++) {
    forColumnTiles(c, node, plan, group * perGroup, group * panelBytesPerGroup(plan), (tile) => {
      const columnBytes = f.reuse('i32', 'columnBytes');
      f.set(columnBytes, i32.mul(tile.firstColumn, 4));
      forOutputRows(c, plan, (rowX, unit) => {
        const offset = f.reuse('i32', 'offsetY');
        f.set(offset, i32.add(i32.mul(unit, 4 * plan.y[2] * plan.y[3]), columnBytes));
        emitRow(c, node, plan, group, tile, rowX, offset, (acc) =>
          storeTile(c, acc, epilogue, {
            offset,
            rowBytes: 4 * plan.y[3],
            columnOffset: columnBytes,
            columns: tile.count,
            result: c.address(node),
          }),
        );
      });
    });
  }
}

/** A tile of filters. */
interface ColumnTile {
  readonly vectors: number;
  /** Real filters of it. */
  readonly count: number;
  readonly firstColumn: Local<'i32'>;
  /** Address of its weights. */
  readonly panel: Pointer;
}

/** Whole tiles of filters in a loop, then the narrower last one. */
function forColumnTiles(
  c: KernelContext,
  node: Node,
  plan: Conv2dPlan,
  first: number,
  panelOffset: number,
  body: (tile: ColumnTile) => void,
): void {
  const { f } = c;
  const { columns } = plan;
  const firstColumn = f.reuse('i32', 'firstColumn');
  const panel = f.reuse('i32', 'panel');
  f.set(firstColumn, i32.const(first));
  f.set(panel, i32.const(weightsOf(c, node) + panelOffset));
  times(f, columns.full, () => {
    body({ vectors: columns.vectors, count: 4 * columns.vectors, firstColumn, panel });
    advance(f, firstColumn, 4 * columns.vectors);
    advance(f, panel, panelStep(plan));
  });
  if (columns.rest > 0)
    body({ vectors: columns.restVectors, count: columns.rest, firstColumn, panel });
}

/** Every output row of the range: `rowX` is the byte offset of its first window in x. */
function forOutputRows(
  c: KernelContext,
  plan: Conv2dPlan,
  body: (rowX: Local<'i32'>, unit: Local<'i32'>) => void,
): void {
  const { f } = c;
  const [, OH] = plan.y;
  const [, H, W, C] = plan.x;
  const unit = f.reuse('i32', 'unit');
  const rowX = f.reuse('i32', 'rowX');
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    const n = i32.op('div_u', unit, i32.const(OH));
    const oh = i32.op('rem_u', unit, i32.const(OH));
    f.set(rowX, i32.mul(i32.add(i32.mul(n, H), i32.mul(oh, plan.strides[0])), 4 * W * C));
    body(rowX, unit);
  });
}

/** One output row for one tile of filters, pixels a few at a time; moves `rowX` and `offset` along. */
function emitRow(
  c: KernelContext,
  node: Node,
  plan: Conv2dPlan,
  group: number,
  { vectors, panel }: ColumnTile,
  rowX: Local<'i32'>,
  offset: Local<'i32'>,
  store: (acc: Accumulators) => void,
): void {
  const { f } = c;
  const C = plan.x[3];
  const O = plan.y[3];
  for (const { rows, count } of runsOfEqual(plan.rowTiles)) {
    times(f, count, () => {
      emitTile(c, node, plan, group, { rows, vectors }, { rowX, panel }, store);
      advance(f, rowX, rows * plan.strides[1] * C * 4);
      advance(f, offset, rows * O * 4);
    });
  }
}

/** Scratch: one raw output row, then each input read by column, repeated along a row. */
function rowBufferBytes(node: Node, plan: Conv2dPlan): number {
  const columnInputs = epilogueOf(node, 2)?.inputs.filter((i) => i.reading === 'column') ?? [];
  return (1 + columnInputs.length) * bufferStride(plan);
}

function bufferStride({ y }: Conv2dPlan): number {
  return align(y[2] * y[3] * 4 + 32);
}

function emitBufferedRows(
  c: KernelContext,
  node: Node,
  plan: Conv2dPlan,
  epilogue: Epilogue | undefined,
): void {
  const { f } = c;
  const [, , OW, O] = plan.y;
  const rowBytes = 4 * OW * O;
  const stride = bufferStride(plan);
  const byColumn = epilogue?.inputs.filter((i) => i.reading === 'column') ?? [];
  byColumn.forEach(({ node: input }, i) => {
    const to = f.reuse('i32', 'repeated');
    f.set(to, i32.add(c.scratch, (1 + i) * stride));
    times(f, OW, () => {
      f.run(memory.copy(to, c.address(input), 4 * O));
      advance(f, to, 4 * O);
    });
  });
  forOutputRows(c, plan, (rowX, unit) => {
    const start = f.reuse('i32', 'startX');
    const offset = f.reuse('i32', 'offsetY');
    f.set(start, rowX);
    forColumnTiles(c, node, plan, 0, 0, (tile) => {
      f.set(rowX, start);
      f.set(offset, i32.add(c.scratch, i32.mul(tile.firstColumn, 4)));
      // One tile across: all lanes of a pixel are stored, the next pixel overwrites the spare ones.
      emitRow(c, node, plan, 0, tile, rowX, offset, (acc) =>
        storeTile(c, acc, undefined, {
          offset,
          rowBytes: 4 * O,
          columnOffset: offset,
          columns: plan.columns.full === 0 ? 4 * tile.vectors : tile.count,
          result: 0,
        }),
      );
    });
    const to = f.reuse('i32', 'offsetRow');
    f.set(to, i32.mul(unit, rowBytes));
    finishRow(c, {
      epilogue,
      raw: c.scratch,
      to,
      result: c.address(node),
      bytes: rowBytes,
      columnStride: stride,
    });
  });
}

const weightsOf = (c: KernelContext, node: Node): number => c.address(node.inputs[1]);

/** One tile's sum over all taps, handed to `store`. */
function emitTile(
  c: KernelContext,
  node: Node,
  plan: Conv2dPlan,
  group: number,
  shape: { rows: number; vectors: number },
  { rowX, panel }: { rowX: Value<'i32'>; panel: Value<'i32'> },
  store: (acc: Accumulators) => void,
): void {
  const { f, m } = c;
  const [, , W, C] = plan.x;
  const [KH, , CG] = plan.w;
  const ptrA = f.reuse('i32', 'ptrX');
  const ptrB = f.reuse('i32', 'ptrW');
  const acc = tileLocals(f, shape);
  zeroTile(f, acc);
  f.set(ptrA, i32.add(rowX, c.address(node.inputs[0]) + group * CG * 4));
  f.set(ptrB, panel);
  const oneRun = () =>
    tileLoop(f, m, acc, {
      ptrA,
      ptrB,
      steps: plan.run,
      advanceA: 4,
      advanceB: tapBytes(plan, shape.vectors),
      offsetA: (r) => r * plan.strides[1] * C * 4,
    });
  const kernelRow = () => {
    times(f, plan.runsPerRow, () => {
      oneRun();
      if (plan.runsPerRow > 1) advance(f, ptrA, (plan.dilation[1] * C - plan.run) * 4);
    });
    const passed = plan.runsPerRow > 1 ? plan.runsPerRow * plan.dilation[1] * C : plan.run;
    advance(f, ptrA, (plan.dilation[0] * W * C - passed) * 4);
  };
  times(f, KH, kernelRow);
  store(acc);
}
