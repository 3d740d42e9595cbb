/**
 * @file Winograd's transforms as dispatches: one invocation per tile and channel, or per kernel.
 *
 *   squares of a picture  ->  (a x a positions, groups, tiles, channels)       as a factor of a product
 *   kernels               ->  (a x a positions, groups, from, to)              as the other factor
 *   the product           ->  squares of a picture, or kernels                 finished and stored
 *
 * Each position is a product of its own, so positions and groups together are a product's groups.
 */
import { unreachable } from '../../../../base/errors.ts';
import { range } from '../../../../base/lists.ts';
import type { Matrix } from '../../../../compile/winograd/variants.ts';
import type { Node } from '../../../../graph/node.ts';
import {
  type Dispatch,
  isStoredHalf,
  type Read,
  scalars,
  type Target,
  vectors,
  type Write,
} from '../../kernel.ts';
import { besidesOf, type Epilogue } from '../../language/epilogue.ts';
import { flat } from '../../language/indexing.ts';
import { inShares } from '../../language/reach.ts';
import { QUAD } from '../product/factor.ts';
import { finishFunction } from '../product/finish.ts';
import { finishFour, finishOne } from '../product/maps.ts';
import { cell, sandwich } from './linear.ts';

/** Squares that cover a picture (N, height, width, channels), side by side or overlapping. */
export interface Squares {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly groups: number;
  /** Squares along each axis; the first one begins `before` pixels outside, the next `step` pixels further. */
  readonly down: number;
  readonly across: number;
  readonly before: readonly [number, number];
  readonly step: number;
}

export const tilesOf = ({ images, down, across }: Squares): number => images * down * across;

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');

/** `c`, `h` and `w` (i32, where the square begins), `picture` and `slot`, of invocation i: channels run fastest. */
function place(squares: Squares): string[] {
  const { height, width, channels, groups, down, across, before, step } = squares;
  const perGroup = channels / groups;
  const tiles = tilesOf(squares);
  return [
    `let c = i % ${channels}u;`,
    `let tile = i / ${channels}u;`,
    `let w = i32(tile % ${across}u) * ${step} - ${before[1]};`,
    `let h = i32(tile / ${across}u % ${down}u) * ${step} - ${before[0]};`,
    `let picture = i32(tile / ${across * down}u * ${height * width * channels}u + c);`,
    groups === 1
      ? `let slot = tile * ${channels}u + c;`
      : `let slot = (c / ${perGroup}u * ${tiles}u + tile) * ${perGroup}u + c % ${perGroup}u;`,
  ];
}

const pixel = ({ width, channels }: Squares, row: number, column: number): string =>
  `picture + ((h + ${row}) * ${width} + w + ${column}) * ${channels}`;

const inside = ({ height, width }: Squares, row: number, column: number): string =>
  `u32(h + ${row}) < ${height}u && u32(w + ${column}) < ${width}u`;

/** Squares of a picture, transformed: zeros beyond its edge. */
export function squaresIn(
  picture: Node,
  to: Node,
  squares: Squares,
  matrix: Matrix,
  target: Target,
): Dispatch {
  const total = tilesOf(squares) * squares.channels;
  const work = flat(total, target);
  const side = range(matrix[0]?.length ?? 0);
  return {
    inputs: [scalars(picture, inShares(total, picture, squares.images))],
    outputs: [scalars(to)],
    work,
    code: ({ inputs: [x = unreachable], outputs: [v = unreachable], items }) => {
      const loads = side.flatMap((row) =>
        side.flatMap((column) => [
          `var ${cell('x', row, column)} = 0f;`,
          `if (${inside(squares, row, column)}) { ${cell('x', row, column)} = ${x(pixel(squares, row, column))}; }`,
        ]),
      );
      const stores = stacked(matrix.length, v, total);
      return `${work.open(items)}
${indented([...place(squares), ...loads, ...sandwich(matrix, 'x', 'y'), ...stores])}
}
`;
    },
  };
}

/** Stores the square `y`, a number per position, `distance` numbers apart. */
function stacked(side: number, to: Write, distance: number): string[] {
  return range(side * side).map((p) =>
    to(`${p * distance}u + slot`, cell('y', Math.floor(p / side), p % side)),
  );
}

/** Of a product, what the positions of one square hold. */
function product(side: number, from: Read, distance: number): string[] {
  return range(side * side).map(
    (p) => `let ${cell('x', Math.floor(p / side), p % side)} = ${from(`${p * distance}u + slot`)};`,
  );
}

/** The product, transformed to the squares of a node's picture. */
export function squaresOut(
  from: Node,
  node: Node,
  squares: Squares,
  matrix: Matrix,
  epilogue: Epilogue | undefined,
  target: Target,
): Dispatch {
  const total = tilesOf(squares) * squares.channels;
  // Half precision is stored by fours: an invocation makes four channels.
  const byFours = isStoredHalf(node);
  const work = byFours
    ? flat(total / QUAD, target, target.workgroupSize, 'four')
    : flat(total, target);
  const inPictures = inShares(work.items, node, squares.images);
  const [rows, side] = [matrix.length, matrix[0]?.length ?? 0];
  const [bound, finished] = byFours ? [vectors, finishFour] : ([scalars, finishOne] as const);
  const index = (number: string): string => (byFours ? `(${number}) >> 2u` : number);
  return {
    inputs: [bound(from), ...besidesOf(epilogue, node, inPictures, byFours)],
    outputs: [bound(node, inPictures)],
    work,
    code: ({ inputs: [m = unreachable, ...besides], outputs: [y = unreachable], items }) => {
      const finish = {
        epilogue: epilogue === undefined ? undefined : finishFunction(node, epilogue, besides),
      };
      const stores = range(rows).flatMap((row) =>
        range(rows).flatMap((column) => [
          `if (${inside(squares, row, column)}) {`,
          `  let at = ${index(`u32(${pixel(squares, row, column)})`)};`,
          `  let sum = ${cell('y', row, column)};`,
          ...finished(finish, { to: y, at: 'at' }),
          '}',
        ]),
      );
      return `${finish.epilogue?.text ?? ''}
${work.open(items)}
${indented([...(byFours ? ['let i = four * 4u;'] : []), ...place(squares), ...product(side, (at) => m(index(at)), total), ...sandwich(matrix, 'x', 'y'), ...stores])}
}
`;
    },
  };
}

/** Kernels (r, r, per group, filters), and how a factor of a product holds them. */
export interface Kernels {
  readonly side: number;
  readonly perGroup: number;
  readonly filters: number;
  readonly groups: number;
  /** Read from filters to channels, each kernel turned by half a turn: what an input gradient multiplies by. */
  readonly turned: boolean;
}

/** Where the kernel of invocation i stands in the factor: filters run fastest. */
function kernelPlace({ perGroup, filters, groups, turned }: Kernels): string[] {
  const own = filters / groups;
  const inside = turned ? `o * ${perGroup}u + c` : `c * ${own}u + o`;
  return [
    `let c = i / ${filters}u;`,
    `let o = i % ${own}u;`,
    `let slot = i % ${filters}u / ${own}u * ${perGroup * own}u + ${inside};`,
  ];
}

/** Number i of (per group, filters) of the tap. */
const tap = ({ side, perGroup, filters, turned }: Kernels, row: number, column: number): string => {
  const at = turned ? (side - 1 - row) * side + (side - 1 - column) : row * side + column;
  return `${at * perGroup * filters}u + i`;
};

export function kernelsIn(
  kernel: Node,
  to: Node,
  kernels: Kernels,
  matrix: Matrix,
  target: Target,
): Dispatch {
  const total = kernels.perGroup * kernels.filters;
  const work = flat(total, target);
  return {
    inputs: [scalars(kernel)],
    outputs: [scalars(to)],
    work,
    code: ({ inputs: [w = unreachable], outputs: [u = unreachable], items }) => {
      const loads = range(kernels.side).flatMap((row) =>
        range(kernels.side).map(
          (column) => `let ${cell('x', row, column)} = ${w(tap(kernels, row, column))};`,
        ),
      );
      const stores = stacked(matrix.length, u, total);
      return `${work.open(items)}
${indented([...kernelPlace(kernels), ...loads, ...sandwich(matrix, 'x', 'y'), ...stores])}
}
`;
    },
  };
}

/** The product, transformed to a node's kernels: a kernel gradient. */
export function kernelsOut(
  from: Node,
  node: Node,
  kernels: Kernels,
  matrix: Matrix,
  target: Target,
): Dispatch {
  const total = kernels.perGroup * kernels.filters;
  const work = flat(total, target);
  const [rows, side] = [matrix.length, matrix[0]?.length ?? 0];
  return {
    inputs: [scalars(from)],
    outputs: [scalars(node)],
    work,
    code: ({ inputs: [m = unreachable], outputs: [w = unreachable], items }) => {
      const stores = range(rows).flatMap((row) =>
        range(rows).map((column) => w(tap(kernels, row, column), cell('y', row, column))),
      );
      return `${work.open(items)}
${indented([...kernelPlace(kernels), ...product(side, m, total), ...sandwich(matrix, 'x', 'y'), ...stores])}
}
`;
    },
  };
}
