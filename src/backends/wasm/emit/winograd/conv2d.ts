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
 * block, else a part of a block's filters. Previous stop: `weights.ts`, the weights. Next stop: `kernelGradient.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { i32 } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext } from '../../kernel.ts';
import { emitFetch } from '../language/fetch.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { runsOfEqual, tileLocals, tileLoop, zeroTile } from '../language/tile.ts';
import {
  type Position,
  planWinogradConv2d,
  scratchOf,
  type WinogradConv2dPlan,
} from './conv2dPlan.ts';
import { storeVectors } from './linear.ts';
import { winogradConv2d } from './ops.ts';
import { emitTilesIn } from './tiles.ts';
import { emitTilesOut } from './tilesOut.ts';

export const winogradConv2dKernel = defineKernel({
  op: winogradConv2d,
  plan: (node, attrs, context) => {
    const plan = planWinogradConv2d(node, attrs, context);
    const [N] = node.shape;
    const [, , CG, O] = plan.w;
    const { perImage, side } = plan.tiling;
    return {
      partition: plan.byImage
        ? { units: N, images: N }
        : {
            units: Math.ceil((N * perImage) / plan.block) * plan.parts,
            // Tiles go in once for neighbouring parts of a block.
            grain: Math.min(2, plan.parts),
          },
      scratchBytes: scratchOf(plan).bytes,
      multiplyAdds: N * perImage * side ** 2 * CG * O,
      plan,
      shown: { reason: attrs.reason, ...plan },
    };
  },
  emit: emitWinograd,
});

function emitWinograd(c: KernelContext, node: Node, plan: WinogradConv2dPlan): void {
  const { f } = c;
  const { layout, tiling, block, parts } = plan;
  const local = (name: string): Local<'i32'> => f.local('i32', name);
  const at: Position = {
    firstTile: local('firstTile'),
    tiles: local('tilesHere'),
    firstPanel: local('firstPanel'),
    endPanel: local('endPanel'),
    groupX: local('groupX'),
    groupY: local('groupY'),
    groupU: local('groupU'),
    runY: local('runY'),
    runU: local('runU'),
    panels: local('panelsHere'),
  };
  const total = plan.y[0] * tiling.perImage;
  f.set(at.firstPanel, i32.const(0));
  f.set(at.endPanel, i32.const(layout.panels));
  if (plan.byImage) {
    const end = local('endTile');
    f.set(at.firstTile, i32.mul(c.begin, tiling.perImage));
    f.set(end, i32.mul(c.end, tiling.perImage));
    forRange(f, at.firstTile, end, block, () => {
      f.set(at.tiles, i32.min(i32.sub(end, at.firstTile), block));
      emitBlock(c, node, plan, at, i32.const(1));
    });
    return;
  }
  const unit = local('unit');
  f.set(unit, c.begin);
  forRange(f, unit, c.end, 1, () => {
    const part = i32.op('rem_u', unit, i32.const(parts));
    f.set(at.firstTile, i32.mul(i32.op('div_u', unit, i32.const(parts)), block));
    f.set(at.tiles, i32.min(i32.sub(total, at.firstTile), block));
    f.set(at.firstPanel, i32.mul(part, plan.panelsPerPart));
    f.set(at.endPanel, i32.min(i32.add(at.firstPanel, plan.panelsPerPart), layout.panels));
    // V stays for the next part of the same block.
    const isFirst = i32.op('eq', unit, c.begin);
    emitBlock(c, node, plan, at, i32.op('or', isFirst, i32.op('eq', part, i32.const(0))));
  });
}

/** One block of tiles, one part of the filters of every group. With one group, V is made where `fresh` is not 0. */
function emitBlock(
  c: KernelContext,
  node: Node,
  plan: WinogradConv2dPlan,
  at: Position,
  fresh: Value<'i32'>,
): void {
  const { f } = c;
  const { layout, groups, parts } = plan;
  const sizes = scratchOf(plan);
  const panel = f.reuse('i32', 'panel');
  const transform = (): void =>
    emitTilesIn(c, {
      ...plan,
      address: c.address(node.inputs[0]),
      offset: at.groupX,
      channels: i32.const(plan.w[2]),
      firstTile: at.firstTile,
      tiles: at.tiles,
      at: sizes.atV,
      rowBytes: sizes.rowV,
      productBytes: sizes.productV,
    });
  f.set(at.groupX, i32.const(0));
  f.set(at.groupY, i32.const(0));
  f.set(at.groupU, i32.const(c.address(node.inputs[1])));
  times(f, groups, () => {
    if (groups === 1 && parts > 1) f.if(fresh, transform);
    else transform();
    f.set(panel, at.firstPanel);
    f.set(at.runY, i32.mul(panel, layout.vectors * 16));
    f.set(at.runU, i32.add(i32.mul(panel, layout.panelBytes), at.groupU));
    forRange(f, panel, at.endPanel, plan.panelsPerRun, () => {
      f.set(at.panels, i32.min(i32.sub(at.endPanel, panel), plan.panelsPerRun));
      emitProducts(c, plan, at);
      emitTilesOut(c, node, plan, at);
      advance(f, at.runY, plan.panelsPerRun * layout.vectors * 16);
      advance(f, at.runU, plan.panelsPerRun * layout.panelBytes);
    });
    advance(f, at.groupX, plan.w[2] * 4);
    advance(f, at.groupY, (plan.w[3] / groups) * 4);
    advance(f, at.groupU, layout.groupBytes);
  });
}

/** M = V U for one run of panels: product by product, panel by panel, a register tile at a time. */
function emitProducts(c: KernelContext, plan: WinogradConv2dPlan, at: Position): void {
  const { f } = c;
  const { layout, tiling, rows, rowTiles } = plan;
  const sizes = scratchOf(plan);
  const [productV, productM, productU, tile, panel, panelU, panelM] = [
    'productV',
    'productM',
    'productU',
    'tile',
    'panelInRun',
    'panelU',
    'panelM',
  ].map((name) => f.reuse('i32', name));
  const rowTile = (height: number): void =>
    emitRowTile(c, plan, height, { tile, productV, panelU, panelM });
  f.set(productV, i32.add(c.scratch, sizes.atV));
  f.set(productM, i32.add(c.scratch, sizes.atM));
  f.set(productU, at.runU);
  times(f, tiling.side ** 2, () => {
    if (plan.fetches) emitFetch(f, productU, i32.mul(at.panels, layout.panelBytes), c.scratch);
    f.set(panelU, productU);
    f.set(panelM, productM);
    f.set(panel, i32.const(0));
    forRange(f, panel, at.panels, 1, () => {
      f.set(tile, i32.const(0));
      if (rowTiles === undefined) forRange(f, tile, at.tiles, rows, () => rowTile(rows));
      else
        for (const { rows: height, count } of runsOfEqual(rowTiles))
          times(f, count, () => {
            rowTile(height);
            advance(f, tile, height);
          });
      advance(f, panelU, layout.panelBytes);
      advance(f, panelM, 16 * layout.vectors);
    });
    advance(f, productV, sizes.productV);
    advance(f, productM, sizes.productM);
    advance(f, productU, layout.productBytes);
  });
}

/** Where a register tile is: its first tile of the image; addresses of V, of U, and of the panel's M. */
interface RowTilePlace {
  readonly tile: Local<'i32'>;
  readonly productV: Local<'i32'>;
  readonly panelU: Local<'i32'>;
  readonly panelM: Local<'i32'>;
}

/** The products of `rows` tiles with a panel, left in M. */
function emitRowTile(
  c: KernelContext,
  plan: WinogradConv2dPlan,
  rows: number,
  { tile, productV, panelU, panelM }: RowTilePlace,
): void {
  const { f, m } = c;
  const { vectors } = plan.layout;
  const { rowV, rowM } = scratchOf(plan);
  const [ptrA, ptrB, to] = ['ptrV', 'ptrU', 'to'].map((name) => f.reuse('i32', name));
  const acc = tileLocals(f, { rows, vectors });
  zeroTile(f, acc);
  f.set(ptrA, i32.add(i32.mul(tile, rowV), productV));
  f.set(ptrB, panelU);
  tileLoop(f, m, acc, {
    ptrA,
    ptrB,
    steps: plan.w[2],
    advanceA: 4,
    advanceB: 16 * vectors,
    offsetA: (r) => r * rowV,
  });
  f.set(to, i32.add(i32.mul(tile, rowM), panelM));
  acc.forEach((line, r) => {
    storeVectors(c, to, r * rowM, line);
  });
}
