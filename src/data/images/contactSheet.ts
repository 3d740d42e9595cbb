/**
 * @file Many pictures on one sheet, as PNG: one row per class, or a grid with a caption below each.
 */
import { encode } from 'fast-png';
import { FoveaError } from '../../base/errors.ts';
import { shortened } from '../../base/printable.ts';
import type { Split } from '../dataset.ts';
import { drawText, LETTER_HEIGHT, textWidth } from './font.ts';

export interface ContactSheetOptions {
  /** (H, W, C) of one picture. */
  readonly imageShape: readonly [number, number, number];
  /** With class names: one row per class, its name in front. */
  readonly classes?: readonly string[];
  /** One caption per picture, in the order of the split: a plain grid. Lines are split at "\n". */
  readonly captions?: readonly string[];
  /** Most rows; default: the first 100 classes, or as many as the pictures need. */
  readonly rows?: number;
  /** Pictures in a row; default 10. */
  readonly columns?: number;
}

/** Side of a picture on the sheet that is aimed at, in pixels. */
const CELL = 56;
const MOST_PIXELS = 2 ** 27;
/** Of a sheet that is not told how many: 1,000 classes would make a picture of 60,000 pixels height. */
const MOST_ROWS = 100;
/** Of a class in front of its row. */
const MOST_LETTERS = 40;
const GAP = 6;
const MARGIN = 16;
/** Between the picture and its caption, and from line to line of that. */
const [CAPTION_GAP, LINE] = [4, LETTER_HEIGHT - 1];
type Colour = readonly [number, number, number];
const PAPER: Colour = [24, 27, 33];
const INK: Colour = [205, 210, 220];

/** A picture in colour: red, green and blue of each pixel, rows from the top. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** PNG bytes. */
export function contactSheet(split: Split, options: ContactSheetOptions): Uint8Array {
  const { width, height, pixels } = drawnSheet(split, options);
  return encode({ width, height, data: pixels, channels: 3 });
}

/** The same before it is packed. */
export function drawnSheet(split: Split, options: ContactSheetOptions): Sheet {
  return options.captions === undefined ? byClass(split, options) : asGrid(split, options);
}

/** One picture alone as PNG, enlarged without smoothing. */
export function pictureToPng(
  pixels: Uint8Array,
  imageShape: readonly [number, number, number],
  scale = 1,
): Uint8Array {
  const [height, width] = imageShape;
  const sheet = new Canvas(width * scale, height * scale);
  sheet.picture(pixels, imageShape, 0, 0, scale);
  return encode({ width: sheet.width, height: sheet.height, data: sheet.pixels, channels: 3 });
}

function byClass(
  split: Split,
  { imageShape, classes, rows, columns = 10 }: ContactSheetOptions,
): Canvas {
  const highest = Math.max(0, ...split.labels);
  const names = classes ?? Array.from({ length: highest + 1 }, (_, label) => String(label));
  const shown = names.slice(0, rows ?? MOST_ROWS).map((name) => shortened(name, MOST_LETTERS));
  const cell = cellOf(imageShape);
  const nameWidth = Math.max(...shown.map(textWidth));
  const left = MARGIN + nameWidth + 2 * GAP;
  const sheet = new Canvas(
    left + columns * (cell.width + GAP) - GAP + MARGIN,
    2 * MARGIN + shown.length * (cell.height + GAP) - GAP,
  );
  shown.forEach((name, label) => {
    const y = MARGIN + label * (cell.height + GAP);
    const textX = left - 2 * GAP - textWidth(name);
    sheet.text(name, textX, y + (cell.height - LETTER_HEIGHT) / 2);
    firstOfClass(split, label, columns).forEach((index, column) => {
      const pixels = pixelsOf(split, index);
      sheet.picture(pixels, imageShape, left + column * (cell.width + GAP), y, cell.scale);
    });
  });
  return sheet;
}

function asGrid(split: Split, options: ContactSheetOptions): Canvas {
  const { imageShape, captions = [], columns = 10 } = options;
  const rows = Math.min(options.rows ?? Infinity, Math.ceil(split.count / columns));
  const shown = Math.min(split.count, rows * columns);
  const lines = captions.slice(0, shown).map((caption) => caption.split('\n'));
  const cell = cellOf(imageShape);
  const textHeight = Math.max(0, ...lines.map((l) => l.length)) * LINE + CAPTION_GAP;
  const widest = Math.max(0, ...lines.flat().map(textWidth));
  const stepX = Math.max(cell.width, widest) + 3 * GAP;
  const stepY = cell.height + textHeight + 2 * GAP;
  const sheet = new Canvas(
    2 * MARGIN + Math.min(columns, shown) * stepX - 3 * GAP,
    2 * MARGIN + Math.ceil(shown / columns) * stepY - 2 * GAP,
  );
  for (let i = 0; i < shown; i++) {
    const x = MARGIN + (i % columns) * stepX;
    const y = MARGIN + Math.floor(i / columns) * stepY;
    const middle = x + (stepX - 3 * GAP) / 2;
    sheet.picture(pixelsOf(split, i), imageShape, middle - cell.width / 2, y, cell.scale);
    lines[i]?.forEach((line, n) => {
      const textY = y + cell.height + CAPTION_GAP + n * LINE;
      sheet.text(line, middle - textWidth(line) / 2, textY);
    });
  }
  return sheet;
}

/** A picture keeps whole pixels: it is enlarged by a whole number or shown as it is. */
function cellOf([height, width]: readonly [number, number, number]) {
  const scale = Math.max(1, Math.round(CELL / Math.max(height, width)));
  return { width: width * scale, height: height * scale, scale };
}

function pixelsOf(split: Split, index: number): Uint8Array {
  const pixels = split.images.length / split.count;
  return split.images.subarray(index * pixels, (index + 1) * pixels);
}

function firstOfClass(split: Split, label: number, most: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < split.count && found.length < most; i++) {
    if (split.labels[i] === label) found.push(i);
  }
  return found;
}

/** An RGB canvas. */
class Canvas implements Sheet {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  constructor(width: number, height: number) {
    this.width = Math.ceil(width);
    this.height = Math.ceil(height);
    if (this.width < 1 || this.height < 1) throw new FoveaError('no pictures to show');
    if (this.width * this.height > MOST_PIXELS) {
      throw new FoveaError({
        problem: `a sheet of ${this.width} x ${this.height} pixels`,
        expected: `at most ${MOST_PIXELS} pixels`,
        fix: 'ask for fewer pictures in a row',
      });
    }
    this.pixels = new Uint8Array(3 * this.width * this.height);
    const [red, green, blue] = PAPER;
    for (let i = 0; i < this.pixels.length; i += 3) {
      this.pixels[i] = red;
      this.pixels[i + 1] = green;
      this.pixels[i + 2] = blue;
    }
  }

  picture(
    pixels: Uint8Array,
    [height, width, channels]: readonly [number, number, number],
    x: number,
    y: number,
    scale: number,
  ): void {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    for (let row = 0; row < height * scale; row++) {
      const line = Math.floor(row / scale) * width;
      for (let column = 0; column < width * scale; column++) {
        const from = (line + Math.floor(column / scale)) * channels;
        const red = pixels[from] ?? 0;
        if (channels < 3) this.#set(left + column, top + row, red, red, red);
        else this.#set(left + column, top + row, red, pixels[from + 1] ?? 0, pixels[from + 2] ?? 0);
      }
    }
  }

  text(text: string, x: number, y: number): void {
    drawText(text, (dotX, dotY, share) => {
      const mixed = PAPER.map((paper, c) => Math.round(paper + share * ((INK[c] ?? 0) - paper)));
      const [red = 0, green = 0, blue = 0] = mixed;
      this.#set(Math.floor(x + dotX), Math.floor(y + dotY), red, green, blue);
    });
  }

  #set(column: number, row: number, red: number, green: number, blue: number): void {
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    const to = 3 * (row * this.width + column);
    this.pixels[to] = red;
    this.pixels[to + 1] = green;
    this.pixels[to + 2] = blue;
  }
}
