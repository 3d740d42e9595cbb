/**
 * @file The frame of drawings that have a row for each layer: its name and what is said of it in a column at the left,
 * its pictures beside it, a line below.
 *
 * Next stop: `lookDrawing.ts`, `weightsDrawing.ts`.
 */
import { cutTo } from '../../draw/letters.ts';
import { element, INK, QUIET, RULE, svgDocument, text } from '../../draw/svg.ts';

/** Where pictures begin, how wide the whole is, and what lies between pictures. */
export const LEFT = 190;
export const WIDTH = 1120;
export const GAP = 8;
/** What the label's column holds of a name. */
const NAME_LENGTH = 21;
/** Of a label: its name, and a line below it. */
const [NAME_HEIGHT, LINE] = [19, 13];

/** Shapes in a group's coordinates, and how high they are. */
export interface Drawing {
  readonly drawing: string;
  readonly height: number;
}

export interface LabelledRow extends Drawing {
  readonly name: string;
  /** Below the name. */
  readonly lines: readonly string[];
}

export interface RowsOptions {
  /** At the right of the title: shapes of the document. */
  readonly legend: string;
  /** Below the last row. */
  readonly foot?: Drawing | undefined;
}

/** An SVG document. */
export function drawRows(
  title: string,
  rows: readonly LabelledRow[],
  { legend, foot }: RowsOptions,
): string {
  const parts = [text(16, 30, title, { 'font-size': 17, fill: INK }), legend];
  let y = 60;
  for (const row of rows) {
    parts.push(label(row, y), translated(LEFT, y, row.drawing));
    y += Math.max(row.height, NAME_HEIGHT + LINE * row.lines.length) + 2 * GAP;
    parts.push(element('path', { d: `M16 ${y - GAP} H${WIDTH}`, stroke: RULE }));
  }
  if (foot !== undefined) {
    parts.push(translated(16, y + GAP, foot.drawing));
    y += foot.height + 2 * GAP;
  }
  const height = y + GAP;
  const paper = element('rect', { width: WIDTH + 16, height, fill: '#ffffff' });
  return svgDocument(WIDTH + 16, height, paper, ...parts);
}

function label({ name, lines }: LabelledRow, y: number): string {
  const quiet = { fill: QUIET, 'font-size': 10 };
  return [
    text(16, y + 13, cutTo(name, NAME_LENGTH), { fill: INK, 'font-weight': 'bold' }),
    ...lines.map((line, i) => text(16, y + 28 + LINE * i, line, quiet)),
  ].join('');
}

export const translated = (x: number, y: number, drawing: string): string =>
  element('g', { transform: `translate(${x} ${y})` }, drawing);
