/**
 * @file The decisions of a Winograd kernel gradient: its blocks of weights, its chunks of tiles, its scratch.
 *
 * Previous stop: `backends/wasm/program/plan.ts`. Next stop: `kernelGradient.ts`.
 */
import { align } from '../../../../compile/memoryPlan.ts';
import { type VariantName, variantOf } from '../../../../compile/winograd/variants.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local } from '../../assembler/function.ts';
import { mostRows, type PlanContext } from '../../kernel.ts';
import { squareBytes } from './linear.ts';
import type { WinogradGradientAttrs } from './ops.ts';
import { fusedVectors } from './panels.ts';
import { type Tiling, tilingOf } from './plan.ts';

/** The most a block takes of each; it takes even shares. */
const MOST_CHANNELS = 192;
const MOST_FILTERS = 192;
const MOST_TILES = 64;
/** So that two threads share even a small gradient. */
const FEWEST_UNITS = 2;

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

export function planWinogradGradient(
  node: Node,
  { variant, groups, kernelShape }: WinogradGradientAttrs,
  { target }: PlanContext,
): WinogradGradientPlan {
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

/** The thread's scratch: the square of a transform, V, Y in panels, D. */
export function scratchOf({
  tiling,
  width,
  channels,
  panels,
  vectors,
  tiles,
}: WinogradGradientPlan) {
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

export interface Position {
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
