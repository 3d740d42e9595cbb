/**
 * @file The way out of a Winograd convolution: y = A^T M A, bias and activation, stored.
 *
 * Tiles at the border keep what is inside the image. Previous stop: `conv2d.ts`.
 */

import { transformsOf, variantOf } from '../../../../compile/winograd/variants.ts';
import type { Node } from '../../../../graph/node.ts';
import type { Local } from '../../assembler/function.ts';
import { i32 } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { epilogueOf, storeTile } from '../language/epilogue.ts';
import { advance, forRange, withinTurn } from '../language/loops.ts';
import type { Accumulators } from '../language/tile.ts';
import { type Position, scratchOf, type WinogradConv2dPlan } from './conv2dPlan.ts';
import { emitColumns, emitRow, squareBytes } from './linear.ts';
import { tileCoordinates, tileStart } from './tiles.ts';

/** y = A^T M A for one run of panels, with the epilogue; tiles at the border keep what is inside. */
export function emitTilesOut(
  c: KernelContext,
  node: Node,
  plan: WinogradConv2dPlan,
  at: Position,
): void {
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
  const place: TilePlace = { from, column, corner, rowsHere, tileColumn };
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
      withinTurn(f, () => emitTileOut(c, node, plan, place, lanes));
      advance(f, from, 4 * lanes);
    });
    if (filters % lanes > 0)
      f.if(i32.lessThan(column, lastColumn), () =>
        withinTurn(f, () => emitTileOut(c, node, plan, place, filters % lanes)),
      );
  });
}

/** Where a tile goes out, for some filters. */
interface TilePlace {
  /** Address of its first product in M. */
  readonly from: Local<'i32'>;
  /** Byte offsets of the first filter in a pixel, and of the tile's first pixel in y. */
  readonly column: Local<'i32'>;
  readonly corner: Local<'i32'>;
  /** Rows of it that are inside the image, and its place along the row of tiles. */
  readonly rowsHere: Local<'i32'>;
  readonly tileColumn: Local<'i32'>;
}

/** The way out of one tile: `columns` filters. */
function emitTileOut(
  c: KernelContext,
  node: Node,
  plan: WinogradConv2dPlan,
  { from, column, corner, rowsHere, tileColumn }: TilePlace,
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
    pointer: from,
    offset: (i: number, j: number) => (i * side + j) * productM,
  };
  emitColumns(c, outputs, square, c.scratch);
  f.set(offset, i32.add(corner, column));
  f.set(wait, c.scratch);
  f.set(row, i32.const(0));
  const pixels = (count: number) =>
    withinTurn(f, () => emitPixels(c, node, plan, { count, columns, column, offset, wait }));
  const isLast = i32.op('eq', tileColumn, i32.const(tiling.across - 1));
  forRange(f, row, rowsHere, 1, () => {
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
  /** Byte offsets of the first filter in a pixel, and of the first number in y. */
  readonly column: Local<'i32'>;
  readonly offset: Local<'i32'>;
  /** Address of the row that waits for its second step. */
  readonly wait: Local<'i32'>;
}

function emitPixels(
  c: KernelContext,
  node: Node,
  plan: WinogradConv2dPlan,
  { count, columns, column, offset, wait }: Pixels,
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
    columnOffset: column,
    columns,
    result: c.address(node),
  });
}
