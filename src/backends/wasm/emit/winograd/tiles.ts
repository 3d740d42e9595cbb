/**
 * @file Tiles of the image: where they lie, and their way in, V = B^T x B.
 *
 * Previous stop: `linear.ts`. Next stops: `conv2d.ts` and `kernelGradient.ts`, which both read V.
 */

import {
  transformsOf,
  type VariantName,
  variantOf,
} from '../../../../compile/winograd/variants.ts';
import type { Value } from '../../assembler/function.ts';
import { i32 } from '../../assembler/lanes.ts';
import type { KernelContext } from '../../kernel.ts';
import { forRange } from '../language/loops.ts';
import { emitTransform, overLanes, storeVectors } from './linear.ts';
import type { Tiling } from './plan.ts';

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

export interface TilesIn {
  readonly variant: VariantName;
  readonly tiling: Tiling;
  /** (N, H, W, C), with its padding up to whole tiles, and its address. */
  readonly x: readonly number[];
  readonly address: number;
  /** Byte offset of the first channel in a pixel, and how many. */
  readonly offset: Value<'i32'>;
  readonly channels: Value<'i32'>;
  readonly firstTile: Value<'i32'>;
  readonly tiles: Value<'i32'>;
  /** Vectors side by side. */
  readonly width: number;
  /** V: bytes from the thread's scratch, of a tile, and of all tiles of one product. */
  readonly at: number;
  readonly rowBytes: number;
  readonly productBytes: number;
}

/** V[i,j][tile][c], channels in lanes; lanes past the last one hold what follows it, and are never read. */
export function emitTilesIn(c: KernelContext, from: TilesIn): void {
  const { f } = c;
  const { tiling, width } = from;
  const { side } = tiling;
  const [, H, W, C] = from.x;
  const { inputs } = transformsOf(variantOf(from.variant));
  const [tile, pixel, to] = ['tile', 'from', 'to'].map((name) => f.reuse('i32', name));
  f.set(tile, i32.const(0));
  forRange(f, tile, from.tiles, 1, () => {
    const start = tileStart(tiling, i32.add(from.firstTile, tile), H, W);
    f.set(pixel, i32.add(i32.add(i32.mul(start, 4 * C), from.offset), from.address));
    f.set(to, i32.add(i32.add(i32.mul(tile, from.rowBytes), c.scratch), from.at));
    overLanes(f, from.channels, width, [pixel, to], () => {
      const square = {
        rows: side,
        columns: side,
        width,
        pointer: pixel,
        offset: (i: number, j: number) => (i * W + j) * C * 4,
      };
      emitTransform(c, inputs, square, c.scratch, (i, j, value) =>
        storeVectors(c, to, (i * side + j) * from.productBytes, value),
      );
    });
  });
}
