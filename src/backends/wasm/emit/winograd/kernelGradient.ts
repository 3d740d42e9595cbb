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
import type { Node } from '../../../../graph/node.ts';
import type { Local } from '../../assembler/function.ts';
import { f32x4, i32, memory } from '../../assembler/lanes.ts';
import { defineKernel } from '../../defineKernel.ts';
import type { KernelContext } from '../../kernel.ts';
import { advance, forRange, times } from '../language/loops.ts';
import { tileLocals, tileLoop, zeroTile } from '../language/tile.ts';
import {
  type Position,
  planWinogradGradient,
  scratchOf,
  type WinogradGradientPlan,
} from './gradientPlan.ts';
import { emitTilesOfDy, emitWeights } from './gradientTiles.ts';
import { storeVectors } from './linear.ts';
import { winogradKernelGradient } from './ops.ts';
import { emitTilesIn } from './tiles.ts';

export const winogradGradientKernel = defineKernel({
  op: winogradKernelGradient,
  plan: (node, attrs, context) => {
    const plan = planWinogradGradient(node, attrs, context);
    const [N] = plan.y;
    const [, , CG, O] = plan.w;
    const { perImage, side } = plan.tiling;
    return {
      partition: { units: plan.groups * plan.channelBlocks * plan.filterBlocks },
      scratchBytes: scratchOf(plan).bytes,
      multiplyAdds: N * perImage * side ** 2 * CG * O,
      plan,
      shown: { reason: attrs.reason, ...plan },
    };
  },
  emit: emitGradient,
});

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
  const sizes = scratchOf(plan);
  const { atV, atD, bytes } = sizes;
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
      emitTilesIn(c, {
        ...plan,
        address: c.address(node.inputs[0]),
        offset: at.blockX,
        channels: at.channels,
        firstTile: at.firstTile,
        tiles: at.tiles,
        at: sizes.atV,
        rowBytes: sizes.rowV,
        productBytes: sizes.productV,
      });
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
