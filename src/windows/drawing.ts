/**
 * @file The explanation of a window as a picture (SVG): input with padding and windows, output, coverage.
 *
 * Orange is the first window and the output cell it gives, the dashed frame its neighbour; the darker a
 * cell of the coverage map, the more windows see it. `words.ts` is the same as text.
 */
import { encode } from 'fast-png';
import { advice, FoveaError, setting } from '../base/errors.ts';
import { nonEmpty } from '../base/lists.ts';
import { pngAddress } from '../draw/letters.ts';
import {
  element,
  INK,
  MONO,
  MONO_ADVANCE,
  QUIET,
  RULE_DARK,
  svgDocument,
  text,
} from '../draw/svg.ts';
import { type AxisAnswer, cellOf, type WindowAnswer } from './explain.ts';
import { coverageSentence, formatNumber, isInside, windowSummary } from './words.ts';

const MARGIN = 28;
const GAP = 44;
const LINE = 19;
/** Pixels that the longest side of a grid aims for, and the bounds of one cell. */
const GRID = 300;
const CELL_MIN = 2;
const CELL_MAX = 44;
/** Below this, cells have no frames and no labels. */
const CELL_READABLE = 8;
const LETTERS_MIN = 4.5;
const SIDE_MAX = 2048;
/** Pixels that a grid of more cells than fit at the least size has, a part of a pixel for each. */
const GRID_MAX = 1024;

const WINDOW = '#f4a340';
const WINDOW_DARK = '#b86a07';
const PADDING = '#eef1f4';

interface Cell {
  readonly fill: string;
  readonly label?: string;
  readonly ink?: string;
  /** Gray of its value, 0 to 255: what is drawn of it where there is no room for the label. */
  readonly tone?: number | undefined;
}

interface Panel {
  readonly title: string;
  /** Of its numbers, least and largest, where they are drawn as grays. */
  readonly range?: string;
  readonly rows: number;
  readonly columns: number;
  readonly cell: (row: number, column: number) => Cell;
  /** More marks, in cell units from the panel's corner. */
  readonly marks?: (cellSize: number) => string[];
}

export function drawWindowAnswer(answer: WindowAnswer): string {
  const { lines, worked, table } = windowSummary(answer);
  const panels = [inputPanel(answer), outputPanel(answer), coveragePanel(answer)];
  const side = Math.max(...panels.map((p) => Math.max(p.rows, p.columns)));
  if (side > SIDE_MAX) {
    throw new FoveaError({
      problem: `a drawing of ${side} cells a side`,
      expected: `at most ${SIDE_MAX}`,
      fix: advice`give a smaller picture, or leave ${setting('svg')} and ${setting('png')} out: ${setting('json')} prints every number`,
    });
  }
  const least = Math.min(CELL_MIN, GRID_MAX / side);
  const cellSize = Math.min(CELL_MAX, Math.max(least, GRID / side));
  const [title, ...formulas] = nonEmpty(lines, 'lines');
  const below = [
    ...(worked === undefined ? [] : [worked, '']),
    coverageSentence(answer),
    '',
    ...table,
  ];

  const gridTop = MARGIN + 34 + formulas.length * LINE + 34;
  const gridHeight = Math.max(...panels.map((p) => p.rows)) * cellSize;
  const belowTop = gridTop + gridHeight + 34;
  const parts: string[] = [
    text(MARGIN, MARGIN + 14, title, { 'font-size': 19, 'font-weight': 'bold', fill: INK }),
    ...textLines(formulas, MARGIN + 34 + 8),
  ];
  let left = MARGIN;
  for (const panel of panels) {
    parts.push(drawPanel(panel, left, gridTop, cellSize));
    left += Math.max(panel.columns * cellSize, titleOf(panel, cellSize).length * 7.8) + GAP;
  }
  parts.push(...textLines(below, belowTop));
  const longest = Math.max(...formulas.map((l) => l.length), ...below.map((l) => l.length));
  const width =
    Math.max(left - GAP, MARGIN + longest * 13 * MONO_ADVANCE, title.length * 11.5) + MARGIN;
  const height = belowTop + below.length * LINE + MARGIN - 10;
  const paper = element('rect', { width, height, fill: '#ffffff' });
  return svgDocument(Math.ceil(width), Math.ceil(height), paper, ...parts);
}

function textLines(lines: readonly string[], top: number): string[] {
  return lines.map((line, i) =>
    text(MARGIN, top + i * LINE, line, { 'font-family': MONO, 'font-size': 13, fill: INK }),
  );
}

function inputPanel({ question, axes }: WindowAnswer): Panel {
  const [rows, columns] = axes;
  const values = question.compute?.values;
  const tone = tonesOf(values ?? []);
  return {
    title: question.padding === 'valid' ? 'input' : 'input and padding',
    ...(values === undefined ? {} : { range: rangeWords(values) }),
    rows: rows.pads[0] + rows.n + rows.pads[1],
    columns: columns.pads[0] + columns.n + columns.pads[1],
    cell: (row, column) => {
      const inside = isInside(row, rows) && isInside(column, columns);
      const seen = isTap(row, rows) && isTap(column, columns);
      const value = values?.[(row - rows.pads[0]) * columns.n + column - columns.pads[0]];
      return {
        fill: seen ? (inside ? WINDOW : '#fbe0bd') : inside ? '#ffffff' : PADDING,
        ...(inside && value !== undefined ? { label: formatNumber(value), tone: tone(value) } : {}),
      };
    },
    marks: (size) => {
      const frame = (right: number, extra: Record<string, string | number>) =>
        element('rect', {
          x: right * size,
          y: 0,
          width: columns.reach * size,
          height: rows.reach * size,
          fill: 'none',
          stroke: WINDOW_DARK,
          'stroke-width': 2.5,
          ...extra,
        });
      const next =
        columns.output > 1
          ? [frame(columns.stride, { 'stroke-dasharray': '5 4', 'stroke-width': 1.5 })]
          : [];
      return [...next, frame(0, {})];
    },
  };
}

/** Whether a padded position is a tap of the first window. */
function isTap(padded: number, { reach, dilation }: AxisAnswer): boolean {
  return padded < reach && padded % dilation === 0;
}

function outputPanel({ output, values }: WindowAnswer): Panel {
  const all = values?.flat() ?? [];
  const tone = tonesOf(all);
  return {
    title: `output ${output.join('x')}`,
    ...(values === null ? {} : { range: rangeWords(all) }),
    rows: output[0],
    columns: output[1],
    cell: (row, column) => {
      const fill = row === 0 && column === 0 ? WINDOW : '#ffffff';
      if (values === null) return { fill };
      const value = cellOf(values, row, column);
      return { fill, label: formatNumber(value), tone: tone(value) };
    },
  };
}

/** From black at the least value to white at the largest; gray where all are one. */
function tonesOf(values: readonly number[]): (value: number) => number {
  const [least, most] = endsOf(values);
  return (value) => (most > least ? Math.round((255 * (value - least)) / (most - least)) : 128);
}

const endsOf = (values: readonly number[]): readonly [number, number] => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
];

const rangeWords = (values: readonly number[]): string =>
  endsOf(values).map(formatNumber).join(' to ');

function coveragePanel({ question, coverage }: WindowAnswer): Panel {
  const most = Math.max(1, ...coverage.map((row) => Math.max(...row)));
  return {
    title: 'coverage',
    rows: question.input[0],
    columns: question.input[1],
    cell: (row, column) => {
      const count = cellOf(coverage, row, column);
      const share = count / most;
      // From near white to a deep blue; cells no window sees are marked in red.
      const mix = (from: number, to: number) => Math.round(from + (to - from) * share);
      return {
        fill: count === 0 ? '#f6d5d5' : `rgb(${mix(240, 16)},${mix(246, 76)},${mix(252, 134)})`,
        label: String(count),
        ink: share > 0.55 ? '#ffffff' : INK,
      };
    },
  };
}

/** "output 255x255, 0 to 255" where its numbers are grays. */
const titleOf = ({ title, range }: Panel, size: number): string =>
  size < CELL_READABLE && range !== undefined ? `${title}, ${range}` : title;

function drawPanel(panel: Panel, left: number, top: number, size: number): string {
  const width = panel.columns * size;
  const height = panel.rows * size;
  const parts = [
    text(0, -12, titleOf(panel, size), { fill: QUIET, 'font-weight': 'bold' }),
    ...(size < CELL_READABLE ? [drawPixels(panel, size)] : drawCells(panel, size)),
    element('rect', { x: 0, y: 0, width, height, fill: 'none', stroke: RULE_DARK }),
    ...(panel.marks?.(size) ?? []),
  ];
  return element('g', { transform: `translate(${left} ${top})` }, ...parts);
}

/** Cells with frames and labels; one size of letters for the whole panel. */
function drawCells({ rows, columns, cell }: Panel, size: number): string[] {
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return { x: column * size, y: row * size, ...cell(row, column) };
  });
  const longest = Math.max(1, ...cells.map(({ label }) => label?.length ?? 0));
  const fontSize = Math.min(size * 0.42, (size * 0.9) / (MONO_ADVANCE * longest));
  const style = { 'text-anchor': 'middle', 'font-family': MONO, 'font-size': fontSize };
  return cells.flatMap(({ x, y, fill, label, ink }) => [
    element('rect', {
      x,
      y,
      width: size,
      height: size,
      fill,
      stroke: RULE_DARK,
      'stroke-width': 0.75,
    }),
    ...(label === undefined || fontSize < LETTERS_MIN
      ? []
      : [
          text(x + size / 2, y + size / 2 + fontSize * 0.36, label, { ...style, fill: ink ?? INK }),
        ]),
  ]);
}

/** Cells too small for frames: a picture of one pixel a cell. */
function drawPixels({ rows, columns, cell }: Panel, size: number): string {
  const data = new Uint8Array(3 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    const { fill, tone } = cell(Math.floor(i / columns), i % columns);
    data.set(tone === undefined ? rgbOf(fill) : [tone, tone, tone], 3 * i);
  }
  // Enlarged by a whole number, so that no viewer blurs it.
  const zoom = Math.max(1, Math.ceil(size));
  const [width, height] = [columns * zoom, rows * zoom];
  const large = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (Math.floor(y / zoom) * columns + Math.floor(x / zoom));
      large.set(data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  const png = encode({ width, height, data: large, channels: 3 });
  const box = { x: 0, y: 0, width: columns * size, height: rows * size };
  return element('image', { ...box, preserveAspectRatio: 'none', href: pngAddress(png) });
}

/** Of "#f4a340" and of "rgb(1,2,3)". */
function rgbOf(fill: string): readonly number[] {
  const hex = /^#(..)(..)(..)$/.exec(fill);
  if (hex !== null) return hex.slice(1).map((part) => Number.parseInt(part, 16));
  return (fill.match(/\d+/g) ?? []).map(Number);
}
