/**
 * @file A Winograd convolution: tiles of the image in, a^2 matrix products, tiles of the result out.
 *
 *   for each block of tiles                 as many as the second cache and the register tile like
 *     V[i,j][tile][c]  = B^T x B            in the thread's scratch
 *     for each run of panels of filters
 *       M[i,j][tile][o] = V[i,j] U[i,j]     36 (or 16) products, each (tiles, C) times (C, filters)
 *       y = A^T M A                         bias and activation, stored
 *
 * x holds its padding, up to whole tiles. A sum is made in the order of its channels, whichever block a tile
 * is in, so the bits do not depend on who computes it. A unit is an image where a slice of the batch fills a
 * block, else a block. Previous stop: `kernel.ts`, the weights. Next stop: `kernelGradient.ts`.
 */
import { align } from '../../../../compile/memoryPlan.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { i32 } from '../../assembler/lanes.ts';
import { type Kernel, type KernelContext, mostRows, type PlanContext } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../epilogue.ts';
import { advance, forRange, times, withinTurn } from '../loops.ts';
import { type Accumulators, tileLocals, tileLoop, zeroTile } from '../tile.ts';
import { fusedVectors, type PanelLayout, panelLayout } from './kernel.ts';
import {
  emitColumns,
  emitRow,
  emitTransform,
  overLanes,
  squareBytes,
  storeVectors,
} from './linear.ts';
import { type Tiling, tilingOf } from './plan.ts';
import { transformsOf, type VariantName, variantOf } from './variants.ts';

/** About so many tiles share what is read of the weights. */
const TILES_PER_BLOCK = 64;
/** Filters whose products wait together for their way out. */
const COLUMNS_PER_RUN = 128;

export interface WinogradConv2dAttrs {
  readonly variant: VariantName;
  readonly groups: number;
  /** (KH, KW, C/groups, O) */
  readonly kernelShape: readonly number[];
  readonly reason: string;
}

export interface WinogradConv2dPlan {
  readonly variant: VariantName;
  readonly tiling: Tiling;
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly groups: number;
  readonly layout: PanelLayout;
  /** Vectors side by side in a transform. */
  readonly width: number;
  /** Tiles per block: whole register tiles of `rows`. */
  readonly block: number;
  readonly rows: number;
  readonly panelsPerRun: number;
  /** Units are images, else blocks of tiles. */
  readonly byImage: boolean;
}

export function planWinogradConv2d(node: Node, context: PlanContext): WinogradConv2dPlan {
  const { target, slicing } = context;
  const { variant, groups, kernelShape } = node.attrs as unknown as WinogradConv2dAttrs;
  const tiling = tilingOf(node.shape, variantOf(variant));
  const layout = panelLayout(kernelShape, groups, tiling.side, target);
  const byImage =
    context.isBatched(node) &&
    slicing !== undefined &&
    slicing.imagesPerSlice * tiling.perImage >= TILES_PER_BLOCK;
  const tiles = tiling.perImage * (byImage ? slicing.imagesPerSlice : node.shape[0]);
  const rows = Math.min(tiles, mostRows(layout.vectors, target));
  const even = tiles / Math.round(Math.max(1, tiles / TILES_PER_BLOCK));
  return {
    variant,
    tiling,
    x: node.inputs[0].shape,
    w: kernelShape,
    y: node.shape,
    groups,
    layout,
    width: fusedVectors(target),
    block: rows * Math.ceil(even / rows),
    rows,
    panelsPerRun: Math.min(layout.panels, COLUMNS_PER_RUN / (4 * layout.vectors)),
    byImage,
  };
}

export function winogradConv2dKernel(node: Node, context: PlanContext): Kernel {
  const plan = planWinogradConv2d(node, context);
  const [N] = node.shape;
  const [, , CG] = plan.w;
  const { perImage, side } = plan.tiling;
  const { reason } = node.attrs as unknown as WinogradConv2dAttrs;
  return {
    family: 'winogradConv2d',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: plan.byImage
      ? { units: N, images: N }
      : { units: Math.ceil((N * perImage) / plan.block) },
    scratchBytes: scratchOf(plan).bytes,
    multiplyAdds: N * perImage * side ** 2 * CG * node.shape[3],
    plan: { reason, ...plan },
    emit: (c) => emitWinograd(c, node, plan),
  };
}

/** The thread's scratch: the square of a transform, V and M. */
function scratchOf({ tiling, w, layout, width, block, panelsPerRun }: WinogradConv2dPlan) {
  const { side } = tiling;
  const rowV = align(w[2] * 4);
  const rowM = panelsPerRun * layout.vectors * 16;
  const atV = align(squareBytes(side, width));
  // One more line than the tiles fill: else all products of a tile would share one set of a cache.
  const productV = block * rowV + 64;
  const productM = block * rowM + 64;
  const atM = atV + side ** 2 * productV;
  return { rowV, rowM, productV, productM, atV, atM, bytes: atM + side ** 2 * productM };
}

/** Where the walk is; all locals. */
interface Position {
  readonly firstTile: Local<'i32'>;
  readonly tiles: Local<'i32'>;
  /** Byte offsets of the group's first channel and filter, address of its weights. */
  readonly groupX: Local<'i32'>;
  readonly groupY: Local<'i32'>;
  readonly groupU: Local<'i32'>;
  /** Byte offset of the run's first filter in its group, its panels' address, their number. */
  readonly runY: Local<'i32'>;
  readonly runU: Local<'i32'>;
  readonly panels: Local<'i32'>;
}

function emitWinograd(c: KernelContext, node: Node, plan: WinogradConv2dPlan): void {
  const { f } = c;
  const { layout, groups, tiling, block } = plan;
  const local = (name: string): Local<'i32'> => f.local('i32', name);
  const at: Position = {
    firstTile: local('firstTile'),
    tiles: local('tilesHere'),
    groupX: local('groupX'),
    groupY: local('groupY'),
    groupU: local('groupU'),
    runY: local('runY'),
    runU: local('runU'),
    panels: local('panelsHere'),
  };
  const end = local('endTile');
  const perUnit = plan.byImage ? tiling.perImage : block;
  f.set(at.firstTile, i32.mul(c.begin, perUnit));
  f.set(end, i32.min(i32.mul(c.end, perUnit), plan.y[0] * tiling.perImage));
  forRange(f, at.firstTile, end, block, () => {
    f.set(at.tiles, i32.min(i32.sub(end, at.firstTile), block));
    f.set(at.groupX, i32.const(0));
    f.set(at.groupY, i32.const(0));
    f.set(at.groupU, i32.const(c.address(node.inputs[1])));
    times(f, groups, () => {
      emitTilesIn(c, node, plan, at);
      const panel = local('panel');
      f.set(panel, i32.const(0));
      f.set(at.runY, i32.const(0));
      f.set(at.runU, at.groupU);
      forRange(f, panel, i32.const(layout.panels), plan.panelsPerRun, () => {
        f.set(at.panels, i32.min(i32.sub(layout.panels, panel), plan.panelsPerRun));
        emitProducts(c, plan, at);
        emitTilesOut(c, node, plan, at);
        advance(f, at.runY, plan.panelsPerRun * layout.vectors * 16);
        advance(f, at.runU, plan.panelsPerRun * layout.panelBytes);
      });
      advance(f, at.groupX, plan.w[2] * 4);
      advance(f, at.groupY, (plan.w[3] / groups) * 4);
      advance(f, at.groupU, layout.groupBytes);
    });
  });
}

/** Image, row and column of a tile. */
export function tileCoordinates(
  { down, across, perImage }: Tiling,
  tile: Value<'i32'>,
): { n: Value<'i32'>; row: Value<'i32'>; column: Value<'i32'> } {
  return {
    n: i32.op('div_u', tile, i32.const(perImage)),
    row: i32.op('rem_u', i32.op('div_u', tile, i32.const(across)), i32.const(down)),
    column: i32.op('rem_u', tile, i32.const(across)),
  };
}

/** Element index of a tile's first pixel in images of H x W, tiles `m` apart. */
export function tileStart(tiling: Tiling, tile: Value<'i32'>, H: number, W: number): Value<'i32'> {
  const { n, row, column } = tileCoordinates(tiling, tile);
  const line = i32.add(i32.mul(n, H), i32.mul(row, tiling.m));
  return i32.add(i32.mul(line, W), i32.mul(column, tiling.m));
}

/** V = B^T x B for the block's tiles, channel by channel in lanes. */
function emitTilesIn(c: KernelContext, node: Node, plan: WinogradConv2dPlan, at: Position): void {
  const { f } = c;
  const { tiling, width } = plan;
  const { side } = tiling;
  const [, H, W, C] = plan.x;
  const { rowV, productV, atV } = scratchOf(plan);
  const tile = f.reuse('i32', 'tile');
  const from = f.reuse('i32', 'from');
  const to = f.reuse('i32', 'to');
  const { inputs } = transformsOf(variantOf(plan.variant));
  f.set(tile, i32.const(0));
  forRange(f, tile, at.tiles, 1, () => {
    const start = tileStart(tiling, i32.add(at.firstTile, tile), H, W);
    f.set(from, i32.add(i32.add(i32.mul(start, 4 * C), at.groupX), c.address(node.inputs[0])));
    f.set(to, i32.add(i32.add(i32.mul(tile, rowV), c.scratch), atV));
    // Lanes past the last channel hold the next one's, and are never read.
    overLanes(f, i32.const(plan.w[2]), width, [from, to], () => {
      const square = {
        rows: side,
        columns: side,
        width,
        pointer: from,
        offset: (i: number, j: number) => (i * W + j) * C * 4,
      };
      emitTransform(c, inputs, square, c.scratch, (i, j, value) =>
        storeVectors(c, to, (i * side + j) * productV, value),
      );
    });
  });
}

/** M = V U for one run of panels: product by product, panel by panel, a register tile at a time. */
function emitProducts(c: KernelContext, plan: WinogradConv2dPlan, at: Position): void {
  const { f, m } = c;
  const { layout, tiling, rows } = plan;
  const sizes = scratchOf(plan);
  const { rowV, rowM, atV, atM } = sizes;
  const [productV, productM, productU, tile, panel, panelU, panelM] = [
    'productV',
    'productM',
    'productU',
    'tile',
    'panelInRun',
    'panelU',
    'panelM',
  ].map((name) => f.reuse('i32', name));
  const ptrA = f.reuse('i32', 'ptrV');
  const ptrB = f.reuse('i32', 'ptrU');
  const to = f.reuse('i32', 'to');
  const rowTile = (): void => {
    const acc = tileLocals(f, { rows, vectors: layout.vectors });
    zeroTile(f, acc);
    f.set(ptrA, i32.add(i32.mul(tile, rowV), productV));
    f.set(ptrB, panelU);
    tileLoop(f, m, acc, {
      ptrA,
      ptrB,
      steps: plan.w[2],
      advanceA: 4,
      advanceB: 16 * layout.vectors,
      offsetA: (r) => r * rowV,
    });
    f.set(to, i32.add(i32.mul(tile, rowM), panelM));
    acc.forEach((line, r) => {
      storeVectors(c, to, r * rowM, line);
    });
  };
  f.set(productV, i32.add(c.scratch, atV));
  f.set(productM, i32.add(c.scratch, atM));
  f.set(productU, at.runU);
  times(f, tiling.side ** 2, () => {
    f.set(panelU, productU);
    f.set(panelM, productM);
    f.set(panel, i32.const(0));
    forRange(f, panel, at.panels, 1, () => {
      f.set(tile, i32.const(0));
      forRange(f, tile, at.tiles, rows, rowTile);
      advance(f, panelU, layout.panelBytes);
      advance(f, panelM, 16 * layout.vectors);
    });
    advance(f, productV, sizes.productV);
    advance(f, productM, sizes.productM);
    advance(f, productU, layout.productBytes);
  });
}

/** y = A^T M A for one run of panels, with the epilogue; tiles at the border keep what is inside. */
function emitTilesOut(c: KernelContext, node: Node, plan: WinogradConv2dPlan, at: Position): void {
  const { f } = c;
  const { tiling, layout, width } = plan;
  const [, OH, OW, O] = plan.y;
  const { rowM, atM } = scratchOf(plan);
  const filters = O / plan.groups;
  const tile = f.reuse('i32', 'tile');
  const from = f.reuse('i32', 'from');
  const column = f.reuse('i32', 'columnBytes');
  const lastColumn = f.reuse('i32', 'lastColumn');
  const corner = f.reuse('i32', 'cornerY');
  const rowsHere = f.reuse('i32', 'rowsHere');
  const tileColumn = f.reuse('i32', 'tileColumn');
  const lanes = 4 * width;
  f.set(tile, i32.const(0));
  forRange(f, tile, at.tiles, 1, () => {
    const index = i32.add(at.firstTile, tile);
    const { row, column: across } = tileCoordinates(tiling, index);
    f.set(tileColumn, across);
    f.set(rowsHere, i32.min(i32.sub(OH, i32.mul(row, tiling.m)), tiling.m));
    f.set(corner, i32.mul(tileStart(tiling, index, OH, OW), 4 * O));
    f.set(from, i32.add(i32.add(i32.mul(tile, rowM), c.scratch), atM));
    f.set(column, i32.add(at.groupY, at.runY));
    const runEnd = i32.add(at.runY, i32.mul(at.panels, 16 * layout.vectors));
    f.set(lastColumn, i32.add(at.groupY, i32.min(runEnd, 4 * filters)));
    const whole = i32.sub(lastColumn, 4 * lanes - 4);
    forRange(f, column, whole, 4 * lanes, () => {
      withinTurn(f, () => emitTileOut(c, node, plan, lanes));
      advance(f, from, 4 * lanes);
    });
    if (filters % lanes > 0)
      f.if(i32.lessThan(column, lastColumn), () =>
        withinTurn(f, () => emitTileOut(c, node, plan, filters % lanes)),
      );
  });
}

/** The way out of one tile: `columns` filters from M at `from` to y at `cornerY` + `columnBytes`. */
function emitTileOut(
  c: KernelContext,
  node: Node,
  plan: WinogradConv2dPlan,
  columns: number,
): void {
  const { f } = c;
  const { tiling, width } = plan;
  const { productM } = scratchOf(plan);
  const { side, m } = tiling;
  const [, , OW, O] = plan.y;
  const { outputs } = transformsOf(variantOf(plan.variant));
  const offset = f.reuse('i32', 'offsetY');
  const wait = f.reuse('i32', 'waitingRow');
  const row = f.reuse('i32', 'outputRow');
  const square = {
    rows: side,
    columns: side,
    width,
    pointer: f.reuse('i32', 'from'),
    offset: (i: number, j: number) => (i * side + j) * productM,
  };
  emitColumns(c, outputs, square, c.scratch);
  f.set(offset, i32.add(f.reuse('i32', 'cornerY'), f.reuse('i32', 'columnBytes')));
  f.set(wait, c.scratch);
  f.set(row, i32.const(0));
  const pixels = (count: number) =>
    withinTurn(f, () => emitPixels(c, node, plan, { count, columns, offset, wait }));
  const isLast = i32.op('eq', f.reuse('i32', 'tileColumn'), i32.const(tiling.across - 1));
  forRange(f, row, f.reuse('i32', 'rowsHere'), 1, () => {
    if (OW % m === 0) pixels(m);
    else
      f.if(
        isLast,
        () => pixels(OW % m),
        () => pixels(m),
      );
    advance(f, wait, squareBytes(side, width) / side);
    advance(f, offset, OW * O * 4);
  });
}

interface Pixels {
  /** Pixels of one output row, and filters of each. */
  readonly count: number;
  readonly columns: number;
  /** Byte offset of the first in y. */
  readonly offset: Local<'i32'>;
  /** Address of the row that waits for its second step. */
  readonly wait: Local<'i32'>;
}

function emitPixels(
  c: KernelContext,
  node: Node,
  plan: WinogradConv2dPlan,
  { count, columns, offset, wait }: Pixels,
): void {
  const { f } = c;
  const outputs = transformsOf(variantOf(plan.variant)).outputs.slice(0, count);
  const from = { columns: plan.tiling.side, width: plan.width };
  const acc: Accumulators = emitRow(c, outputs, from, wait, 0).map((vectors, q) =>
    vectors.map((value, v) => {
      const local = f.reuse('f32x4', `y${q}_${v}`);
      f.set(local, value);
      return local;
    }),
  );
  storeTile(c, acc, epilogueOf(node, 2), {
    offset,
    rowBytes: 4 * plan.y[3],
    columnOffset: f.reuse('i32', 'columnBytes'),
    columns,
    result: c.address(node),
  });
}
