/**
 * @file The decisions of a Winograd convolution: its blocks, its panels and its thread's scratch.
 *
 * Previous stop: `backends/wasm/program/plan.ts`. Next stop: `conv2d.ts`.
 */
import { align } from '../../../../compile/memoryPlan.ts';
import { type VariantName, variantOf } from '../../../../compile/winograd/variants.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local } from '../../assembler/function.ts';
import { mostRows, type PlanContext } from '../../kernel.ts';
import { CACHED_BYTES } from '../language/fetch.ts';
import { evenTiles } from '../language/tile.ts';
import { squareBytes } from './linear.ts';
import type { WinogradConv2dAttrs } from './ops.ts';
import { fusedVectors, type PanelLayout } from './panels.ts';
import { type Tiling, tilingOf } from './plan.ts';

/** About so many tiles share what is read of the weights. */
const TILES_PER_BLOCK = 64;
/** A weight is used for so few tiles that it takes as long to come as to use. */
const FEW_TILES = 24;
/** Filters whose products wait together for their way out. */
const COLUMNS_PER_RUN = 128;
/** Where there are fewer blocks, each is computed in parts, by filters; its tiles go in once per part. */
const FEWEST_UNITS = 4;

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
  /** Where there are few tiles: the register tiles they make, as even as can be. */
  readonly rowTiles?: readonly number[];
  /** Each product's weights are read from far memory before they are used. */
  readonly fetches: boolean;
  /** Parts of a block, and panels of each group in a part and in a run. */
  readonly parts: number;
  readonly panelsPerPart: number;
  readonly panelsPerRun: number;
  /** Units are images, else parts of blocks of tiles. */
  readonly byImage: boolean;
}

export function planWinogradConv2d(
  node: Node,
  { variant, groups, kernelShape, layout }: WinogradConv2dAttrs,
  context: PlanContext,
): WinogradConv2dPlan {
  const { target, slicing } = context;
  const tiling = tilingOf(node.shape, variantOf(variant));
  const byImage =
    context.isBatched(node) &&
    slicing !== undefined &&
    slicing.imagesPerSlice * tiling.perImage >= TILES_PER_BLOCK;
  const tiles = tiling.perImage * (byImage ? slicing.imagesPerSlice : node.shape[0]);
  const rows = Math.min(tiles, mostRows(layout.vectors, target));
  const even = tiles / Math.round(Math.max(1, tiles / TILES_PER_BLOCK));
  const block = rows * Math.ceil(even / rows);
  const blocks = Math.ceil((node.shape[0] * tiling.perImage) / block);
  const isFew = !byImage && blocks === 1 && tiles <= FEW_TILES;
  const wanted = byImage ? 1 : Math.min(layout.panels, Math.ceil(FEWEST_UNITS / blocks));
  const panelsPerPart = Math.ceil(layout.panels / wanted);
  return {
    variant,
    tiling,
    x: node.inputs[0].shape,
    w: kernelShape,
    y: node.shape,
    groups,
    layout,
    width: fusedVectors(target),
    block,
    rows,
    ...(isFew ? { rowTiles: evenTiles(tiles, rows) } : {}),
    fetches: isFew && groups * layout.groupBytes > CACHED_BYTES,
    parts: Math.ceil(layout.panels / panelsPerPart),
    panelsPerPart,
    panelsPerRun: Math.min(panelsPerPart, COLUMNS_PER_RUN / (4 * layout.vectors)),
    byImage,
  };
}

/** The thread's scratch: the square of a transform, V and M. */
export function scratchOf({ tiling, w, layout, width, block, panelsPerRun }: WinogradConv2dPlan) {
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
export interface Position {
  readonly firstTile: Local<'i32'>;
  readonly tiles: Local<'i32'>;
  /** The part's panels of each group. */
  readonly firstPanel: Local<'i32'>;
  readonly endPanel: Local<'i32'>;
  /** Byte offsets of the group's first channel and filter, address of its weights. */
  readonly groupX: Local<'i32'>;
  readonly groupY: Local<'i32'>;
  readonly groupU: Local<'i32'>;
  /** Byte offset of the run's first filter in its group, its panels' address, their number. */
  readonly runY: Local<'i32'>;
  readonly runU: Local<'i32'>;
  readonly panels: Local<'i32'>;
}
