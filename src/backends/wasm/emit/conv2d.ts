/**
 * @file Convolution without im2col: a tile is a few neighbouring pixels of one output row by a few filters.
 *
 *   y[n,oh,ow+r,o+v] += x[n, oh*sh + kh*dh, (ow+r)*sw + kw*dw, c] * w[kh,kw,c,o+v]
 *
 * x holds its padding already (`lower.ts` inserts it). With one group and no dilation the taps (kw, c) of one
 * kernel row are one run of memory in x and in w alike, so a kernel of any width is KH runs.
 * One unit is one output row (n, oh). Previous stop: `lower.ts`. Next stop: `tile.ts`.
 */
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import type { Conv2dAttrs } from '../../../ops/conv2d.ts';
import type { Local, Value } from '../assembler/function.ts';
import { i32 } from '../assembler/lanes.ts';
import {
  type ColumnTiles,
  type Kernel,
  type KernelContext,
  mostRows,
  type PlanContext,
  tileColumns,
} from '../kernel.ts';
import { type Epilogue, epilogueOf, storeTile } from './epilogue.ts';
import { advance, forRange, times } from './loops.ts';
import { evenTiles, tileLocals, tileLoop, zeroTile } from './tile.ts';

export interface Conv2dPlan {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  /** Taps that are neighbours in memory, and how many such runs a kernel row has. */
  readonly run: number;
  readonly runsPerRow: number;
  readonly columns: ColumnTiles;
  /** Pixels per tile along one output row. */
  readonly rowTiles: readonly number[];
  /** Filters' weights in panels of one tile's width (packed), or in place. */
  readonly packed: boolean;
}

export function planConv2d(node: Node, context: PlanContext): Conv2dPlan {
  const [x, w] = node.inputs;
  const { strides, dilation, groups } = node.attrs as unknown as Conv2dAttrs;
  const [, KW, CG, O] = (node.attrs.kernelShape ?? w.shape) as readonly number[];
  const contiguous = groups === 1 && dilation[1] === 1;
  const columns = tileColumns(O / groups, context.target);
  const widest = columns.full > 0 ? columns.vectors : columns.restVectors;
  return {
    x: x.shape,
    w: (node.attrs.kernelShape ?? w.shape) as readonly number[],
    y: node.shape,
    strides,
    dilation,
    groups,
    run: contiguous ? KW * CG : CG,
    runsPerRow: contiguous ? 1 : KW,
    columns,
    rowTiles: evenTiles(node.shape[2], mostRows(widest, context.target)),
    packed: node.attrs.packed === true,
  };
}

export function conv2dKernel(node: Node, context: PlanContext): Kernel {
  const plan = planConv2d(node, context);
  const [N, OH] = node.shape;
  const [KH, KW, CG] = plan.w;
  return {
    family: 'conv2d',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: N * OH, ...(context.isBatched(node) ? { images: N } : {}) },
    scratchBytes: 0,
    multiplyAdds: sizeOf(node.shape) * KH * KW * CG,
    plan: { ...plan },
    emit: (c) => emitConv2d(c, node, plan),
  };
}

function emitConv2d(c: KernelContext, node: Node, plan: Conv2dPlan): void {
  const { f } = c;
  const { columns, groups } = plan;
  const epilogue = epilogueOf(node, 2);
  const perGroup = plan.w[3] / groups;
  for (let group = 0; group < groups; group++) {
    const firstColumn = f.reuse('i32', 'firstColumn');
    f.set(firstColumn, i32.const(group * perGroup));
    const panel = f.reuse('i32', 'panel');
    f.set(panel, i32.const(weightsOf(c, node) + group * panelBytesPerGroup(plan)));
    times(f, columns.full, () => {
      emitColumnTile(c, node, plan, epilogue, group, columns.vectors, 4 * columns.vectors);
      advance(f, firstColumn, 4 * columns.vectors);
      advance(f, panel, panelStep(plan));
    });
    if (columns.rest > 0)
      emitColumnTile(c, node, plan, epilogue, group, columns.restVectors, columns.rest);
  }
}

const weightsOf = (c: KernelContext, node: Node): number => c.address(node.inputs[1]);

/** Bytes between the taps of one filter: the whole row of filters, or one panel's width. */
function tapBytes(plan: Conv2dPlan, vectors: number): number {
  return plan.packed ? 16 * vectors : 4 * plan.w[3];
}

function panelStep({ packed, w, columns }: Conv2dPlan): number {
  const [KH, KW, CG] = w;
  return packed ? KH * KW * CG * 16 * columns.vectors : 16 * columns.vectors;
}

function panelBytesPerGroup(plan: Conv2dPlan): number {
  const { packed, w, columns, groups } = plan;
  const [KH, KW, CG, O] = w;
  if (!packed) return (4 * O) / groups;
  return KH * KW * CG * 16 * (columns.full * columns.vectors + columns.restVectors);
}

/** All output rows of the range for one tile of filters. */
function emitColumnTile(
  c: KernelContext,
  node: Node,
  plan: Conv2dPlan,
  epilogue: Epilogue | undefined,
  group: number,
  vectors: number,
  count: number,
): void {
  const { f } = c;
  const [, OH, OW, O] = plan.y;
  const [, H, W, C] = plan.x;
  const [strideH, strideW] = plan.strides;
  const unit = f.reuse('i32', 'unit');
  const firstColumn = f.reuse('i32', 'firstColumn');
  const rowX = f.reuse('i32', 'rowX');
  const offsetY = f.reuse('i32', 'offsetY');
  const columnBytes = f.reuse('i32', 'columnBytes');
  f.set(columnBytes, i32.mul(firstColumn, 4));
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    // rowX = ((n * H + oh * stride) * W * C + group's first channel) * 4
    const n = i32.op('div_u', unit, i32.const(OH));
    const oh = i32.op('rem_u', unit, i32.const(OH));
    f.set(rowX, i32.mul(i32.add(i32.mul(n, H), i32.mul(oh, strideH)), 4 * W * C));
    f.set(offsetY, i32.add(i32.mul(unit, 4 * OW * O), columnBytes));
    for (const { rows, count: tiles } of runsOfEqual(plan.rowTiles)) {
      times(f, tiles, () => {
        emitTile(c, node, plan, group, { rows, vectors }, rowX, (acc) =>
          storeTile(c, acc, epilogue, {
            offset: offsetY,
            rowBytes: 4 * O,
            columnOffset: columnBytes,
            columns: count,
            result: c.address(node),
          }),
        );
        advance(f, rowX, rows * strideW * C * 4);
        advance(f, offsetY, rows * O * 4);
      });
    }
  });
}

/** One tile's sum over all taps, handed to `store`. */
function emitTile(
  c: KernelContext,
  node: Node,
  plan: Conv2dPlan,
  group: number,
  shape: { rows: number; vectors: number },
  rowX: Value<'i32'>,
  store: (acc: ReturnType<typeof tileLocals>) => void,
): void {
  const { f, m } = c;
  const [, , W, C] = plan.x;
  const [KH, , CG] = plan.w;
  const ptrA = f.reuse('i32', 'ptrX');
  const ptrB = f.reuse('i32', 'ptrW');
  const acc = tileLocals(f, shape);
  zeroTile(f, acc);
  f.set(ptrA, i32.add(rowX, c.address(node.inputs[0]) + group * CG * 4));
  f.set(ptrB, f.reuse('i32', 'panel') as Local<'i32'>);
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
