/**
 * @file A layer's numbers as maps to be drawn: which number is where, how large a pixel is drawn, where arrow keys lead.
 *
 * A row of numbers is one map, wrapped: 84 as the 7 x 12 bitmap that LeNet-5's codes are.
 */
import type { Stage } from 'fovea/web';

export interface MapsLayout {
  readonly maps: number;
  readonly rows: number;
  readonly columns: number;
  /** Pixels of the page per number. */
  readonly zoom: number;
  /** Whether the numbers are one row that was wrapped. */
  readonly isRow: boolean;
}

/** Pixels of the page a side may have, by how many maps share the width. */
const SIDES: readonly (readonly [most: number, side: number])[] = [
  [1, 140],
  [8, 112],
  [16, 72],
  [32, 56],
  [Number.POSITIVE_INFINITY, 40],
];
/** Numbers of a row that stand beside each other at most. */
const WRAP = 42;
const BITMAP = { numbers: 84, columns: 7 };
const ROW_ZOOM = 12;
/** More maps than this are not drawn one by one. */
export const MOST_MAPS = 256;

export function layoutOf({ shape }: Pick<Stage, 'shape'>): MapsLayout {
  const [H = 1, W = 1, C = 1] = shape;
  if (shape.length === 3 && H * W > 1) {
    const side = SIDES.find(([most]) => C <= most)?.[1] ?? 40;
    const zoom = Math.max(1, Math.floor(side / Math.max(H, W)));
    return { maps: C, rows: H, columns: W, zoom, isRow: false };
  }
  const numbers = shape.reduce((product, n) => product * n, 1);
  const columns = numbers === BITMAP.numbers ? BITMAP.columns : Math.min(numbers, WRAP);
  return { maps: 1, rows: Math.ceil(numbers / columns), columns, zoom: ROW_ZOOM, isRow: true };
}

/** The numbers of one map, row by row; what is left of a wrapped row is not a number. */
export function mapOf({ values, shape }: Stage, map: number): Float32Array {
  const { maps, rows, columns, isRow } = layoutOf({ shape });
  return Float32Array.from({ length: rows * columns }, (_, i) =>
    isRow ? (values[i] ?? Number.NaN) : (values[i * maps + map] ?? 0),
  );
}

/** Which number of a stage stands at a place of a map; undefined behind the end of a row. */
export function indexAt(
  shape: readonly number[],
  map: number,
  row: number,
  column: number,
): number | undefined {
  const { maps, columns, isRow } = layoutOf({ shape });
  const place = row * columns + column;
  const numbers = shape.reduce((product, n) => product * n, 1);
  const index = isRow ? place : place * maps + map;
  return index < numbers ? index : undefined;
}

export interface MapPlace {
  readonly map: number;
  readonly row: number;
  readonly column: number;
}

export function placeOf(shape: readonly number[], index: number): MapPlace {
  const { maps, columns, isRow } = layoutOf({ shape });
  const place = isRow ? index : Math.floor(index / maps);
  return {
    map: isRow ? 0 : index % maps,
    row: Math.floor(place / columns),
    column: place % columns,
  };
}

/** [row, column, channel] of an image's number, [index] of a row's. */
export function coordinatesOf(shape: readonly number[], index: number): readonly number[] {
  if (shape.length !== 3) return [index];
  const [, W = 1, C = 1] = shape;
  return [Math.floor(index / (W * C)), Math.floor(index / C) % W, index % C];
}

/** Where a key leads: arrows by a number, page keys by a map, Home and End to the ends of a map. */
export function keyTo(shape: readonly number[], from: number, key: string): number | undefined {
  const { maps, rows, columns } = layoutOf({ shape });
  const { map, row, column } = placeOf(shape, from);
  const at = (m: number, r: number, c: number) => {
    const within = (n: number, most: number) => Math.min(most - 1, Math.max(0, n));
    return indexAt(shape, within(m, maps), within(r, rows), within(c, columns)) ?? from;
  };
  switch (key) {
    case 'ArrowUp':
      return at(map, row - 1, column);
    case 'ArrowDown':
      return at(map, row + 1, column);
    case 'ArrowLeft':
      return at(map, row, column - 1);
    case 'ArrowRight':
      return at(map, row, column + 1);
    case 'PageUp':
      return at(map - 1, row, column);
    case 'PageDown':
      return at(map + 1, row, column);
    case 'Home':
      return at(map, 0, 0);
    case 'End':
      return at(map, rows - 1, columns - 1);
    default:
      return undefined;
  }
}
