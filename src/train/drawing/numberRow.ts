/**
 * @file A row of numbers as a strip of cells; few numbers are written into them. A row of 84, which the 1998 network
 * compares with letters of 7x12, is drawn as that letter.
 */
import { cellColours } from '../../draw/dark.ts';
import { element, RULE_DARK, text } from '../../draw/svg.ts';
import { BITMAP_HEIGHT, BITMAP_WIDTH } from '../../nn/bitmaps.ts';
import { valuePicture } from './valuePicture.ts';

/** Up to so many numbers are written out. */
const MOST_WRITTEN = 20;
const [CELL_WIDTH, CELL_HEIGHT] = [52, 26];
/** Side of a square, and squares in a line, for up to so many numbers. */
const SQUARES = [
  { most: 256, side: 12, across: 64 },
  { most: 1024, side: 6, across: 128 },
  { most: Number.POSITIVE_INFINITY, side: 3, across: 256 },
] as const;

/** `isCode`: 84 numbers are a letter. */
export function rowDrawing(
  values: ArrayLike<number>,
  limit: number,
  isCode: boolean,
): { drawing: string; height: number } {
  const count = values.length;
  if (count <= MOST_WRITTEN) {
    const cells = Array.from(values, (value, i) => writtenCell(value, limit, i * CELL_WIDTH));
    return { drawing: cells.join(''), height: CELL_HEIGHT };
  }
  const { height, width, side } = rowSize(count, isCode);
  const box = { x: 0, y: 0, width: width * side, height: height * side };
  const data = Float32Array.from({ length: height * width }, (_, i) => values[i] ?? 0);
  return { drawing: valuePicture({ data, height, width, limit }, box), height: box.height };
}

/** Rows, columns and side of the squares that show so many numbers; lines are alike where that can be. */
export function rowSize(
  numbers: number,
  isCode: boolean,
): { readonly height: number; readonly width: number; readonly side: number } {
  if (isCode && numbers === BITMAP_WIDTH * BITMAP_HEIGHT) {
    return { height: BITMAP_HEIGHT, width: BITMAP_WIDTH, side: 8 };
  }
  const { side, across } = SQUARES.find(({ most }) => numbers <= most) ?? SQUARES[2];
  const most = Math.min(numbers, across);
  const even = Array.from({ length: Math.floor(most / 2) }, (_, i) => most - i);
  const width = even.find((n) => numbers % n === 0) ?? most;
  return { height: Math.ceil(numbers / width), width, side };
}

function writtenCell(value: number, limit: number, x: number): string {
  const colours = cellColours(value / limit);
  const box = { x, y: 0, width: CELL_WIDTH, height: CELL_HEIGHT };
  return [
    element('rect', { ...box, ...colours.cell, stroke: RULE_DARK }),
    text(x + CELL_WIDTH / 2, CELL_HEIGHT / 2 + 4, numberWords(value), {
      'font-size': 10,
      'text-anchor': 'middle',
      ...colours.ink,
    }),
  ].join('');
}

/** Three digits, whatever the size. */
export function numberWords(value: number): string {
  const size = Math.abs(value);
  const words =
    size !== 0 && (size < 0.001 || size >= 1e5)
      ? size.toExponential(1)
      : String(+size.toPrecision(3));
  return value < 0 ? `−${words}` : words;
}
