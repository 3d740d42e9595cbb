/**
 * @file The kernel gradient by Winograd: dw = G^T [ sum over tiles of (A dy A^T) . (B^T x B) ] G.
 *
 *   for each block of channels x filters    one unit: no two units share a sum
 *     for each chunk of tiles, in order     of all images
 *       V[i,j][tile][c] = B^T x B,  Y[i,j][tile][o] = A dy A^T
 *       D[i,j][c][o]   += V[i,j]^T Y[i,j]   36 (or 16) products
 *     dw = G^T D G
 *
 * A block meets all tiles in the same order whatever the threads, so the bits are the same, and no partial sum
 * is ever kept but the block's own. Tiles of x and dy are transformed again for every block they meet: blocks
 * are wide enough that this costs little. Previous stop: `conv2d.ts`.
 */
import { align } from '../../../../compile/memoryPlan.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { f32x4, i32, memory } from '../../assembler/lanes.ts';
import { type Kernel, type KernelContext, mostRows, type PlanContext } from '../../kernel.ts';
import { storeTile } from '../epilogue.ts';
import { advance, forRange, times, withinTurn } from '../loops.ts';
import { type Accumulators, tileLocals, tileLoop, zeroTile } from '../tile.ts';
import { tileCoordinates, tileStart } from './conv2d.ts';
import { fusedVectors } from './kernel.ts';
import { emitTransform, overLanes, squareBytes, storeVectors, type Vectors } from './linear.ts';
import { type Tiling, tilingOf } from './plan.ts';
import { transformsOf, transpose, type VariantName, variantOf } from './variants.ts';

/** The most a block takes of each; it takes even shares. */
const MOST_CHANNELS = 192;
const MOST_FILTERS = 192;
const MOST_TILES = 64;
/** So that two threads share even a small gradient. */
const FEWEST_UNITS = 2;

export interface WinogradGradientAttrs {
  readonly variant: VariantName;
  readonly groups: number;
  /** (KH, KW, C/groups, O) */
  readonly kernelShape: readonly number[];
  readonly reason: string;
}

export interface WinogradGradientPlan {
  readonly variant: VariantName;
  readonly tiling: Tiling;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly w: readonly number[];
  readonly groups: number;
  /** Vectors of a panel of filters, and side by side in a transform. */
  readonly vectors: number;
  readonly width: number;
  /** Channels per register tile, per block, and blocks. */
  readonly rows: number;
  readonly channels: number;
  readonly channelBlocks: number;
  /** Panels of filters per block, and blocks. */
  readonly panels: number;
  readonly filterBlocks: number;
  /** Tiles per chunk, and chunks. */
  readonly tiles: number;
  readonly chunks: number;
}

export function planWinogradGradient(node: Node, { target }: PlanContext): WinogradGradientPlan {
  const { variant, groups, kernelShape } = node.attrs as unknown as WinogradGradientAttrs;
  const [x, dy] = node.inputs;
  const [, , CG, O] = kernelShape;
  const tiling = tilingOf(dy.shape, variantOf(variant));
  const vectors = target.pairs ? 4 : 2;
  const rows = mostRows(vectors, target);
  const panels = Math.ceil(O / groups / (4 * vectors));
  const total = dy.shape[0] * tiling.perImage;
  const channels = evenShare(CG, MOST_CHANNELS, rows);
  const channelBlocks = Math.ceil(CG / channels);
  const filterBlocks = Math.max(
    Math.ceil(panels / (MOST_FILTERS / (4 * vectors))),
    Math.min(panels, Math.ceil(FEWEST_UNITS / (groups * channelBlocks))),
  );
  const panelShare = Math.ceil(panels / filterBlocks);
  const tiles = evenShare(total, MOST_TILES, 1);
  return {
    variant,
    tiling,
    x: x.shape,
    y: dy.shape,
    w: kernelShape,
    groups,
    vectors,
    width: fusedVectors(target),
    rows,
    channels,
    channelBlocks,
    panels: panelShare,
    filterBlocks: Math.ceil(panels / panelShare),
    tiles,
    chunks: Math.ceil(total / tiles),
  };
}

/** `total` in as few shares of at most `most` as will do, each a multiple of `step`. */
function evenShare(total: number, most: number, step: number): number {
  return step * Math.ceil(total / Math.ceil(total / most) / step);
}

export function winogradGradientKernel(node: Node, context: PlanContext): Kernel {
  const plan = planWinogradGradient(node, context);
  const [N] = plan.y;
  const [, , CG, O] = plan.w;
  const { reason } = node.attrs as unknown as WinogradGradientAttrs;
  return {
    family: 'winogradKernelGradient',
    name: node.name,
    inputs: node.inputs,
    outputs: [node],
    partition: { units: plan.groups * plan.channelBlocks * plan.filterBlocks },
    scratchBytes: scratchOf(plan).bytes,
    multiplyAdds: N * plan.tiling.perImage * plan.tiling.side ** 2 * CG * O,
    plan: { reason, ...plan },
    emit: (c) => emitGradient(c, node, plan),
  };
}

/** The thread's scratch: the square of a transform, V, Y in panels, D. */
function scratchOf({ tiling, width, channels, panels, vectors, tiles }: WinogradGradientPlan) {
  const products = tiling.side ** 2;
  // An odd number of cache lines, so that a column of V is not all in one set.
  const rowV = align(channels * 4, 128) + 64;
  const panelY = tiles * 16 * vectors + 64;
  const rowD = panels * vectors * 16;
  const productD = channels * rowD + 64;
  const atV = align(squareBytes(tiling.side, width));
  const productV = tiles * rowV + 64;
  const atY = atV + products * productV;
  const atD = atY + products * panels * panelY;
  const bytes = atD + products * productD;
  return {
    rowV,
    panelY,
    rowD,
    productV,
    productY: panels * panelY,
    productD,
    atV,
    atY,
    atD,
    bytes,
  };
}

interface Position {
  /** Byte offsets of the block's first channel in x and filter in dy. */
  readonly blockX: Local<'i32'>;
  readonly blockY: Local<'i32'>;
  /** Byte offset of its first weight in dw. */
  readonly blockW: Local<'i32'>;
  readonly channels: Local<'i32'>;
  readonly filters: Local<'i32'>;
  readonly firstTile: Local<'i32'>;
  readonly tiles: Local<'i32'>;
}

function emitGradient(c: KernelContext, node: Node, plan: WinogradGradientPlan): void {
  const { f } = c;
  const local = (name: string): Local<'i32'> => f.local('i32', name);
  const at: Position = {
    blockX: local('blockX'),
    blockY: local('blockY'),
    blockW: local('blockW'),
    channels: local('channelsHere'),
    filters: local('filtersHere'),
    firstTile: local('firstTile'),
    tiles: local('tilesHere'),
  };
  const { atV, atD, bytes } = scratchOf(plan);
  const total = plan.y[0] * plan.tiling.perImage;
  const unit = local('unit');
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    setBlock(c, plan, unit, at);
    f.run(memory.fill(i32.add(c.scratch, atD), 0, bytes - atD));
    f.set(at.firstTile, i32.const(0));
    times(f, plan.chunks, () => {
      f.set(at.tiles, i32.min(i32.sub(total, at.firstTile), plan.tiles));
      // A chunk that is not full: what is missing of it counts as zeros.
      if (total % plan.tiles > 0)
        f.if(i32.op('ne', at.tiles, i32.const(plan.tiles)), () =>
          f.run(memory.fill(i32.add(c.scratch, atV), 0, atD - atV)),
        );
      emitTilesOfX(c, node, plan, at);
      emitTilesOfDy(c, node, plan, at);
      emitProducts(c, plan, at);
      advance(f, at.firstTile, plan.tiles);
    });
    emitWeights(c, node, plan, at);
  });
}

/** A unit is (group, block of channels, block of filters). */
function setBlock(
  { f }: KernelContext,
  plan: WinogradGradientPlan,
  unit: Local<'i32'>,
  at: Position,
): void {
  const { groups, channels, channelBlocks, filterBlocks, vectors, panels } = plan;
  const [, , CG, O] = plan.w;
  const filters = O / groups;
  const panelFilters = 4 * vectors * panels;
  const [group, channel, filter] = ['group', 'channel', 'filter'].map((n) => f.reuse('i32', n));
  f.set(group, i32.op('div_u', unit, i32.const(channelBlocks * filterBlocks)));
  const channelBlock = i32.op(
    'rem_u',
    i32.op('div_u', unit, i32.const(filterBlocks)),
    channelBlocks,
  );
  f.set(channel, i32.mul(channelBlock, channels));
  f.set(filter, i32.mul(i32.op('rem_u', unit, i32.const(filterBlocks)), panelFilters));
  f.set(at.channels, i32.min(i32.sub(CG, channel), channels));
  f.set(at.filters, i32.min(i32.sub(filters, filter), panelFilters));
  f.set(at.blockX, i32.mul(i32.add(i32.mul(group, CG), channel), 4));
  f.set(at.blockY, i32.mul(i32.add(i32.mul(group, filters), filter), 4));
  f.set(at.blockW, i32.add(i32.mul(channel, 4 * O), at.blockY));
}

/** V = B^T x B. */
function emitTilesOfX(
  c: KernelContext,
  node: Node,
  plan: WinogradGradientPlan,
  at: Position,
): void {
  const { f } = c;
  const { tiling, width } = plan;
  const { side } = tiling;
  const [, H, W, C] = plan.x;
  const { rowV, productV, atV } = scratchOf(plan);
  const { inputs } = transformsOf(variantOf(plan.variant));
  const [tile, from, to] = ['tile', 'from', 'to'].map((name) => f.reuse('i32', name));
  f.set(tile, i32.const(0));
  forRange(f, tile, at.tiles, 1, () => {
    const start = tileStart(tiling, i32.add(at.firstTile, tile), H, W);
    f.set(from, i32.add(i32.add(i32.mul(start, 4 * C), at.blockX), c.address(node.inputs[0])));
    f.set(to, i32.add(i32.add(i32.mul(tile, rowV), c.scratch), atV));
    overLanes(f, at.channels, width, [from, to], () => {
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

/** Y = A dy A^T, panel by panel; pixels past the border are zeros. */
function emitTilesOfDy(
  c: KernelContext,
  node: Node,
  plan: WinogradGradientPlan,
  at: Position,
): void {
  const { f } = c;
  const { tiling } = plan;
  const { m, down, across } = tiling;
  const [, OH, OW, O] = plan.y;
  const { atY } = scratchOf(plan);
  const [tile, line, row, column] = ['tile', 'line', 'tileRow', 'tileColumn'].map((name) =>
    f.reuse('i32', name),
  );
  const [restH, restW] = [OH % m, OW % m];
  const byColumn = (rows: number): void => {
    const whole = () => emitTileOfDy(c, plan, at, rows, m);
    const isLast = i32.op('eq', column, i32.const(across - 1));
    if (restW === 0) whole();
    else f.if(isLast, () => emitTileOfDy(c, plan, at, rows, restW), whole);
  };
  f.set(tile, i32.const(0));
  forRange(f, tile, at.tiles, 1, () => {
    const index = i32.add(at.firstTile, tile);
    const coordinates = tileCoordinates(tiling, index);
    f.set(row, coordinates.row);
    f.set(column, coordinates.column);
    const start = i32.mul(tileStart(tiling, index, OH, OW), 4 * O);
    f.set(f.reuse('i32', 'from'), i32.add(i32.add(start, at.blockY), c.address(node.inputs[1])));
    f.set(line, i32.add(i32.add(i32.mul(tile, 16 * plan.vectors), c.scratch), atY));
    const isLast = i32.op('eq', row, i32.const(down - 1));
    if (restH === 0) byColumn(m);
    else
      f.if(
        isLast,
        () => byColumn(restH),
        () => byColumn(m),
      );
  });
}

/** One tile with so many real rows and columns, from `from` to the panels at `line`. */
function emitTileOfDy(
  c: KernelContext,
  plan: WinogradGradientPlan,
  at: Position,
  rows: number,
  columns: number,
): void {
  const { f } = c;
  const { tiling, width, vectors } = plan;
  const [, , OW, O] = plan.y;
  const { panelY, productY } = scratchOf(plan);
  const { outputs } = transformsOf(variantOf(plan.variant));
  const [from, to, line, filter] = ['from', 'to', 'line', 'filterOfPanel'].map((name) =>
    f.reuse('i32', name),
  );
  f.set(filter, i32.const(0));
  f.set(to, line);
  forRange(f, filter, at.filters, 4 * vectors, () => {
    for (let first = 0; first < vectors; first += width) {
      const square = {
        rows,
        columns,
        width,
        pointer: from,
        offset: (i: number, j: number) => ((i * OW + j) * O + 4 * first) * 4,
      };
      withinTurn(f, () =>
        emitTransform(c, transpose(outputs), square, c.scratch, (i, j, value) =>
          storeVectors(c, to, (i * tiling.side + j) * productY + 16 * first, value),
        ),
      );
    }
    advance(f, from, 16 * vectors);
    advance(f, to, panelY);
  });
}

/** D += V^T Y: product by product, panel by panel, a register tile at a time. */
function emitProducts(c: KernelContext, plan: WinogradGradientPlan, at: Position): void {
  const { f, m } = c;
  const { tiling, rows, vectors } = plan;
  const { rowV, panelY, rowD, productV, productY, productD, atV, atY, atD } = scratchOf(plan);
  const [fromV, fromY, toD, channel, filter, panel, columnD] = [
    'productV',
    'productY',
    'productD',
    'channelOfTile',
    'filterOfPanel',
    'panelY',
    'columnD',
  ].map((name) => f.reuse('i32', name));
  const [ptrA, ptrB, to] = ['ptrV', 'ptrY', 'to'].map((name) => f.reuse('i32', name));
  const registerTile = (): void => {
    const acc = tileLocals(f, { rows, vectors });
    f.set(to, i32.add(i32.mul(channel, rowD), columnD));
    if (plan.chunks === 1) zeroTile(f, acc);
    else
      acc.forEach((line, r) => {
        line.forEach((sum, v) => {
          f.set(sum, f32x4.load(to, r * rowD + 16 * v));
        });
      });
    f.set(ptrA, i32.add(i32.mul(channel, 4), fromV));
    f.set(ptrB, panel);
    tileLoop(f, m, acc, {
      ptrA,
      ptrB,
      steps: plan.tiles,
      advanceA: rowV,
      advanceB: 16 * vectors,
      offsetA: (r) => 4 * r,
    });
    acc.forEach((line, r) => {
      storeVectors(c, to, r * rowD, line);
    });
  };
  f.set(fromV, i32.add(c.scratch, atV));
  f.set(fromY, i32.add(c.scratch, atY));
  f.set(toD, i32.add(c.scratch, atD));
  times(f, tiling.side ** 2, () => {
    f.set(panel, fromY);
    f.set(columnD, toD);
    f.set(filter, i32.const(0));
    forRange(f, filter, at.filters, 4 * vectors, () => {
      f.set(channel, i32.const(0));
      forRange(f, channel, at.channels, rows, registerTile);
      advance(f, panel, panelY);
      advance(f, columnD, 16 * vectors);
    });
    advance(f, fromV, productV);
    advance(f, fromY, productY);
    advance(f, toD, productD);
  });
}

/** dw = G^T D G for the block's weights. */
function emitWeights(c: KernelContext, node: Node, plan: WinogradGradientPlan, at: Position): void {
  const { f } = c;
  const { width } = plan;
  const [, , , O] = plan.w;
  const { rowD, atD } = scratchOf(plan);
  const lanes = 4 * width;
  const [channel, from, line, offset, filter, whole] = [
    'channel',
    'from',
    'line',
    'offsetW',
    'filterBytes',
    'wholeFilters',
  ].map((name) => f.reuse('i32', name));
  f.set(line, i32.add(c.scratch, atD));
  f.set(channel, i32.const(0));
  forRange(f, channel, at.channels, 1, () => {
    f.set(from, line);
    f.set(filter, i32.const(0));
    f.set(offset, i32.add(at.blockW, i32.mul(channel, 4 * O)));
    f.set(whole, i32.sub(at.filters, lanes - 1));
    forRange(f, filter, whole, lanes, () => {
      withinTurn(f, () => emitWeightLanes(c, node, plan, offset, lanes));
      advance(f, from, 4 * lanes);
      advance(f, offset, 4 * lanes);
    });
    const rest = (O / plan.groups) % lanes;
    if (rest > 0)
      f.if(i32.lessThan(filter, at.filters), () =>
        withinTurn(f, () => emitWeightLanes(c, node, plan, offset, rest)),
      );
    advance(f, line, rowD);
  });
}

function emitWeightLanes(
  c: KernelContext,
  node: Node,
  plan: WinogradGradientPlan,
  offset: Local<'i32'>,
  columns: number,
): void {
  const { f } = c;
  const { tiling, width } = plan;
  const { side } = tiling;
  const [r, , CG, O] = plan.w;
  const { productD } = scratchOf(plan);
  const { kernel } = transformsOf(variantOf(plan.variant));
  const square = {
    rows: side,
    columns: side,
    width,
    pointer: f.reuse('i32', 'from'),
    offset: (i: number, j: number) => (i * side + j) * productD,
  };
  emitTransform(c, transpose(kernel), square, c.scratch, (kh, kw, value) =>
    storeTile(c, [inLocals(c, value)], undefined, {
      offset,
      rowBytes: 0,
      columnOffset: offset as Value<'i32'>,
      columns,
      result: c.address(node) + (kh * r + kw) * CG * O * 4,
    }),
  );
}

/** Values a partial store may repeat. */
function inLocals({ f }: KernelContext, vectors: Vectors): Accumulators[number] {
  return vectors.map((value, v) => {
    const local = f.reuse('f32x4', `stored${v}`);
    f.set(local, value);
    return local;
  });
}
