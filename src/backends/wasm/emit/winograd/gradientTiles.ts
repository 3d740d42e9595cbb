/**
 * @file The kernel gradient's other transforms: tiles of dy in, Y = A dy A^T, and weights out, dw = G^T D G.
 *
 * Previous stop: `kernelGradient.ts`.
 */

import { transformsOf, transpose, variantOf } from '../../../../compile/winograd/variants.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local, Value } from '../../assembler/function.ts';
import { i32, type Pointer } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { storeTile } from '../language/epilogue.ts';
import { advance, forRange, withinTurn } from '../language/loops.ts';
import type { Accumulators } from '../language/tile.ts';
import { type Position, scratchOf, type WinogradGradientPlan } from './gradientPlan.ts';
import { emitTransform, storeVectors, type Vectors } from './linear.ts';
import { tileCoordinates, tileStart } from './tiles.ts';

/** Y = A dy A^T, panel by panel; pixels past the border are zeros. */
export function emitTilesOfDy(
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
  const [tile, line, row, column, from] = ['tile', 'line', 'tileRow', 'tileColumn', 'from'].map(
    (name) => f.reuse('i32', name),
  );
  const [restH, restW] = [OH % m, OW % m];
  const byColumn = (rows: number): void => {
    const tileOf = (columns: number) => () =>
      emitTileOfDy(c, plan, at, { from, line }, rows, columns);
    const isLast = i32.op('eq', column, i32.const(across - 1));
    if (restW === 0) tileOf(m)();
    else f.if(isLast, tileOf(restW), tileOf(m));
  };
  f.set(tile, i32.const(0));
  forRange(f, tile, at.tiles, 1, () => {
    const index = i32.add(at.firstTile, tile);
    const coordinates = tileCoordinates(tiling, index);
    f.set(row, coordinates.row);
    f.set(column, coordinates.column);
    const start = i32.mul(tileStart(tiling, index, OH, OW), 4 * O);
    f.set(from, i32.add(i32.add(start, at.blockY), c.address(node.inputs[1])));
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

/** Addresses of a tile's first pixel in dy, and of its line in the first panel. */
interface DyPlace {
  readonly from: Local<'i32'>;
  readonly line: Pointer;
}

/** One tile with so many real rows and columns. */
function emitTileOfDy(
  c: KernelContext,
  plan: WinogradGradientPlan,
  at: Position,
  { from, line }: DyPlace,
  rows: number,
  columns: number,
): void {
  const { f } = c;
  const { tiling, width, vectors } = plan;
  const [, , OW, O] = plan.y;
  const { panelY, productY } = scratchOf(plan);
  const { outputs } = transformsOf(variantOf(plan.variant));
  const to = f.reuse('i32', 'to');
  const filter = f.reuse('i32', 'filterOfPanel');
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

/** dw = G^T D G for the block's weights. */
export function emitWeights(
  c: KernelContext,
  node: Node,
  plan: WinogradGradientPlan,
  at: Position,
): void {
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
      withinTurn(f, () => emitWeightLanes(c, node, plan, { from, offset }, lanes));
      advance(f, from, 4 * lanes);
      advance(f, offset, 4 * lanes);
    });
    const rest = (O / plan.groups) % lanes;
    if (rest > 0)
      f.if(i32.lessThan(filter, at.filters), () =>
        withinTurn(f, () => emitWeightLanes(c, node, plan, { from, offset }, rest)),
      );
    advance(f, line, rowD);
  });
}

function emitWeightLanes(
  c: KernelContext,
  node: Node,
  plan: WinogradGradientPlan,
  { from, offset }: { readonly from: Local<'i32'>; readonly offset: Local<'i32'> },
  columns: number,
): void {
  const { tiling, width } = plan;
  const { side } = tiling;
  const [r, , CG, O] = plan.w;
  const { productD } = scratchOf(plan);
  const { kernel } = transformsOf(variantOf(plan.variant));
  const square = {
    rows: side,
    columns: side,
    width,
    pointer: from,
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
