/**
 * @file The faces of one part of a figure: a stack of maps, a block, a bar, a mark; and where on them a pixel is.
 *
 *   maps   .--.            block     /----/|     The far side of a block is up and to the right; its maps stand
 *          | .--.                   /----/ |     one behind the other along its length, so a window on one of
 *          '-| .--.                 |    | /     them is drawn on the slanted side.
 *            '-|  |                 |____|/
 *              '--'
 */
import { first, last } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import type { Box, Face, Form, NetworkFigure, Point } from './figure.ts';

/** Thinner lines than this would not be seen. */
const LEAST = 2;
/** Of a map's width, along and across: how a block's depth is foreshortened. */
const SLANT = 0.35;
/** From one plane of a stack to the next at most, and of all planes together. */
const STEP = 6;
const STACK = 36;
const BAR_WIDTH = 10;
const MARK = 10;

/** Without its place: the corner at the top left is (0, 0). */
export interface Solid {
  readonly width: number;
  readonly height: number;
  readonly faces: readonly Face[];
  /** Where the place (row, column) of a map's pixels is on the part's foremost map. */
  at(row: number, column: number): Point;
  /** Where lines to the output at (row, column) end. */
  entry(row: number, column: number): Point;
}

export function solidOf(form: Form, shape: Shape, scale: NetworkFigure['scale']): Solid {
  const [H = 1, W = 1] = shape;
  const n = last(shape, 'axis');
  const [height, width] = [Math.max(LEAST, H * scale.pixel), Math.max(LEAST, W * scale.pixel)];
  switch (form) {
    case 'maps':
      return stackOf(n, [height, width], [H, W]);
    case 'block':
      return blockOf(Math.max(LEAST, n * scale.map), [height, width], [H, W]);
    case 'bar':
      return plainOf('bar', BAR_WIDTH, Math.max(LEAST, n * scale.unit));
    case 'mark':
      return plainOf('mark', MARK, MARK);
  }
}

type Size = readonly [height: number, width: number];

const rectangle = (x: number, y: number, [height, width]: Size): Point[] => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];

function stackOf(planes: number, size: Size, [H, W]: Size): Solid {
  const [height, width] = size;
  const step = planes === 1 ? 0 : Math.min(STEP, STACK / (planes - 1));
  const reach = step * (planes - 1);
  const at = (row: number, column: number): Point => [
    reach + (column / W) * width,
    reach + (row / H) * height,
  ];
  return {
    width: width + reach,
    height: height + reach,
    faces: Array.from({ length: planes }, (_, i) => ({
      role: 'map',
      corners: rectangle(i * step, i * step, size),
    })),
    at,
    entry: at,
  };
}

function blockOf(length: number, [height, width]: Size, [H, W]: Size): Solid {
  const slant = SLANT * width;
  const far = ([x, y]: Point): Point => [x + slant, y - slant];
  const front = rectangle(0, slant, [height, length]);
  const [a, b, c] = front as [Point, Point, Point, Point];
  return {
    width: length + slant,
    height: height + slant,
    faces: [
      { role: 'top', corners: [a, far(a), far(b), b] },
      { role: 'side', corners: [b, far(b), far(c), c] },
      { role: 'front', corners: front },
    ],
    at: (row, column) => [
      length + (column / W) * slant,
      slant + (row / H) * height - (column / W) * slant,
    ],
    entry: (row) => [0, slant + (row / H) * height],
  };
}

function plainOf(role: 'bar' | 'mark', width: number, height: number): Solid {
  return {
    width,
    height,
    faces: [{ role, corners: rectangle(0, 0, [height, width]) }],
    at: () => [width, height / 2],
    entry: () => [0, height / 2],
  };
}

/** The faces at a place. */
export function placed(faces: readonly Face[], { x, y }: Pick<Box, 'x' | 'y'>): Face[] {
  return faces.map(({ role, corners }) => ({
    role,
    corners: corners.map(([left, top]): Point => [x + left, y + top]),
  }));
}

/** The box around boxes. */
export function around(boxes: readonly Box[]): Box {
  const start = first(boxes, 'box');
  const [x, y] = [
    boxes.reduce((least, box) => Math.min(least, box.x), start.x),
    boxes.reduce((least, box) => Math.min(least, box.y), start.y),
  ];
  const right = boxes.reduce((most, box) => Math.max(most, box.x + box.width), x);
  const bottom = boxes.reduce((most, box) => Math.max(most, box.y + box.height), y);
  return { x, y, width: right - x, height: bottom - y };
}
