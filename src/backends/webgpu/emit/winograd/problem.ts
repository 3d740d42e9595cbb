/**
 * @file Convolutions of stride 1 as Winograd's: which squares are transformed, and which product lies between.
 *
 *   forward          squares of x  . kernels                     -> squares of y
 *   input gradient   squares of dy . kernels, turned             -> squares of dx
 *   kernel gradient  squares of x  . squares of dy, over tiles   -> kernels
 *
 * A product per position of a square and group; sums run over channels, or over tiles.
 * Next stops: `transforms.ts`, `plan.ts`.
 */
import { fourAxes, type Shape } from '../../../../base/shape.ts';
import type { Pair } from '../../../../base/window.ts';
import { tileSide, type Variant } from '../../../../compile/winograd/variants.ts';
import type { Conv2dAttrs } from '../../../../ops/windows/conv2d.ts';
import type { Shapes } from '../product/convolution.ts';
import { type Factor, type Product, QUAD, runOf } from '../product/factor.ts';
import { type Kernels, type Squares, tilesOf } from './transforms.ts';

export type Direction = 'forward' | 'input' | 'kernel';

export interface Problem {
  readonly direction: Direction;
  /** Read whole, overlapping; and those of the other picture, side by side. */
  readonly wide: Squares;
  readonly narrow: Squares;
  readonly kernels: Kernels;
  readonly product: Product;
  /** Numbers of the factors and of the product. */
  readonly sizes: { readonly left: number; readonly right: number; readonly result: number };
}

/** Undefined where the convolution is none that the variant computes. */
export function problemOf(
  direction: Direction,
  shapes: Shapes,
  attrs: Conv2dAttrs,
  variant: Variant,
): Problem | undefined {
  const { strides, dilation, pads, groups } = attrs;
  const [KH, KW, perGroup, filters] = fourAxes(shapes.w);
  const isPlain = [...strides, ...dilation].every((n) => n === 1);
  if (!isPlain || KH !== variant.r || KW !== variant.r) return undefined;
  const before: Pair = [pads[0][0], pads[1][0]];
  const kernels = { side: variant.r, perGroup, filters, groups, turned: direction === 'input' };
  if (direction === 'input') {
    const around: Pair = [variant.r - 1 - before[0], variant.r - 1 - before[1]];
    return assembled(
      direction,
      squaresOf(shapes.y, shapes.x, around, groups, variant),
      kernels,
      variant,
    );
  }
  return assembled(
    direction,
    squaresOf(shapes.x, shapes.y, before, groups, variant),
    kernels,
    variant,
  );
}

interface Pictures {
  readonly wide: Squares;
  readonly narrow: Squares;
}

function squaresOf(from: Shape, to: Shape, before: Pair, groups: number, { m }: Variant): Pictures {
  const [N, H, W, C] = fourAxes(from);
  const [, OH, OW, O] = fourAxes(to);
  const tiles = { images: N, groups, down: Math.ceil(OH / m), across: Math.ceil(OW / m), step: m };
  return {
    wide: { ...tiles, height: H, width: W, channels: C, before },
    narrow: { ...tiles, height: OH, width: OW, channels: O, before: [0, 0] },
  };
}

function assembled(
  direction: Direction,
  { wide, narrow }: Pictures,
  kernels: Kernels,
  variant: Variant,
): Problem {
  const { groups } = wide;
  const products = tileSide(variant) ** 2 * groups;
  const [from, to] = [wide.channels / groups, narrow.channels / groups];
  const tiles = tilesOf(wide);
  const overTiles = direction === 'kernel';
  const [rows, columns, depth] = overTiles ? [from, to, tiles] : [tiles, to, from];
  return {
    direction,
    wide,
    narrow,
    kernels,
    product: {
      rows,
      columns,
      depth,
      groups: products,
      left: stacked(rows, depth, overTiles ? 'line' : 'depth'),
      right: stacked(columns, depth, 'line'),
      result: {
        quads: columns % QUAD === 0,
        at: `return (group * ${rows}u + row) * ${columns}u;`,
        reach: (_rows, some) => runOf(some, rows * columns),
      },
    },
    sizes: {
      left: products * rows * depth,
      right: products * columns * depth,
      result: products * rows * columns,
    },
  };
}

/** A stored matrix per group, one behind the other. */
function stacked(lines: number, depth: number, along: Factor['along']): Factor {
  const start = `i32(group * ${lines * depth}u)`;
  const neighbours = along === 'depth' ? depth : lines;
  return {
    along,
    quads: neighbours % QUAD === 0,
    gaps: false,
    place: `return vec4i(${start} + i32(line)${along === 'depth' ? ` * ${depth}` : ''}, 0, 0, 0);`,
    at: `return place.x + i32(depth)${along === 'line' ? ` * ${lines}` : ''};`,
    reach: (_lines, _depth, groups) => runOf(groups, lines * depth),
  };
}
