/**
 * @file Shows a comparison: as one drawing (SVG), as an HTML page around it, and as text for a terminal.
 *
 * Pictures are enlarged without smoothing, so that a pooled cell is seen as the square it is.
 */
import { encode } from 'fast-png';
import { alignColumns } from '../draw/columns.ts';
import { brokenAt, pngAddress } from '../draw/letters.ts';
import { element, escapeMarkup, INK, MONO, QUIET, RULE, svgDocument, text } from '../draw/svg.ts';
import type { RealTensor } from './apply.ts';
import type { Comparison } from './comparison.ts';
import { channelsOf, heightOf, widthOf } from './measure.ts';

const MARGIN = 28;
/** Room for the labels left of the columns. */
const LABELS = 236;
const COLUMN = 232;
const GAP = 16;
const LINE = 20;
/** Width of an average letter of the text, in pixels. */
const LETTER = 7.1;

export function drawComparison(comparison: Comparison): string {
  const { title, subtitle, columns, pictureRows, table, findings } = comparison;
  const width = 2 * MARGIN + LABELS + columns.length * (COLUMN + GAP) - GAP;
  const columnX = (i: number) => MARGIN + LABELS + i * (COLUMN + GAP);
  const parts: string[] = [];
  let y = MARGIN + 14;
  if (title !== '') {
    parts.push(text(MARGIN, y, title, { 'font-size': 20, 'font-weight': 'bold', fill: INK }));
    parts.push(text(MARGIN, y + 24, subtitle, { fill: QUIET }));
    y += 62;
  }
  columns.forEach(({ name }, i) => {
    parts.push(text(columnX(i), y, name, { 'font-weight': 'bold', 'font-size': 15, fill: INK }));
  });
  y += 12;
  pictureRows.forEach((label, row) => {
    const pictures = enlarged(comparison, row);
    parts.push(
      ...wrapped(label, LABELS - 24).map((words, i) =>
        text(MARGIN, y + 16 + i * LINE, words, { fill: INK }),
      ),
    );
    pictures.forEach(({ picture, pixel }, i) => {
      if (picture !== null) parts.push(drawPicture(picture, columnX(i), y, pixel));
    });
    const heights = pictures.map((p) => (p.picture === null ? 0 : heightOf(p.picture) * p.pixel));
    y += Math.max(...heights) + GAP;
  });
  for (const { label, cells } of table) {
    parts.push(element('line', { x1: MARGIN, x2: width - MARGIN, y1: y, y2: y, stroke: RULE }));
    parts.push(text(MARGIN, y + LINE - 5, label, { fill: INK }));
    cells.forEach((cell, i) => {
      parts.push(text(columnX(i), y + LINE - 5, cell, { 'font-family': MONO, fill: INK }));
    });
    y += LINE + 2;
  }
  y += 26;
  for (const finding of findings) {
    wrapped(finding, width - 2 * MARGIN - 16).forEach((words, i) => {
      if (i === 0) parts.push(text(MARGIN, y, '•', { fill: QUIET }));
      parts.push(text(MARGIN + 16, y, words, { fill: INK }));
      y += LINE;
    });
  }
  const height = Math.ceil(y + MARGIN - LINE + 6);
  const paper = element('rect', { width, height, fill: '#ffffff' });
  return svgDocument(width, height, paper, ...parts);
}

/**
 * The pictures of a row with the side of a pixel on paper. Those that fill their columns have one side from row to row,
 * so that a picture which lost its last column to a shift is narrower by that and as high as its neighbours.
 */
function enlarged({ columns, scale }: Comparison, row: number) {
  const filling = (p: RealTensor | null | undefined): number =>
    p == null ? Infinity : COLUMN / widthOf(p);
  const own = columns.map(({ pictures }) =>
    Math.min(filling(pictures[row]), filling(pictures.find((p) => p !== null))),
  );
  const common = Math.min(...columns.map(({ pictures }) => filling(pictures[row])));
  return columns.map(({ pictures }, i) => ({
    picture: pictures[row] ?? null,
    pixel: scale === 'fill' ? (own[i] ?? common) : common,
  }));
}

function drawPicture(picture: RealTensor, x: number, y: number, pixel: number): string {
  const place = { x, y, width: widthOf(picture) * pixel, height: heightOf(picture) * pixel };
  const image = { style: 'image-rendering:pixelated', preserveAspectRatio: 'none' };
  return (
    element('image', { ...place, ...image, href: dataAddress(picture) }) +
    element('rect', { ...place, fill: 'none', stroke: RULE })
  );
}

function dataAddress(picture: RealTensor): string {
  const channels = channelsOf(picture);
  const data = Uint8ClampedArray.from(picture.data); // rounds and keeps to 0..255
  const png = encode({ width: widthOf(picture), height: heightOf(picture), data, channels });
  return pngAddress(png);
}

const wrapped = (words: string, width: number): string[] =>
  brokenAt(words, Math.floor(width / LETTER));

/** One self-contained page; the numbers are a real table, the drawing has them too. */
export function comparisonPage(comparison: Comparison): string {
  const { title, subtitle, columns, table, findings } = comparison;
  const row = (cells: readonly string[], tag: 'td' | 'th') =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join('')}</tr>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; color: ${INK}; margin: 2rem auto; max-width: 90rem; padding: 0 1rem }
  svg { max-width: 100%; height: auto }
  table { border-collapse: collapse; margin: 1rem 0 }
  th, td { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid ${RULE} }
  td:not(:first-child) { font-variant-numeric: tabular-nums }
</style>
<h1>${escapeMarkup(title)}</h1>
<p>${escapeMarkup(subtitle)}</p>
${drawComparison({ ...comparison, title: '', subtitle: '', table: [], findings: [] })}
<table>
${row(['', ...columns.map((column) => column.name)], 'th')}
${table.map(({ label, cells }) => row([label, ...cells], 'td')).join('\n')}
</table>
<ul>
${findings.map((finding) => `<li>${escapeMarkup(finding)}</li>`).join('\n')}
</ul>
</html>
`;
}

export function comparisonInWords({
  title,
  subtitle,
  columns,
  table,
  findings,
}: Comparison): string {
  const rows = [
    ['', ...columns.map((column) => column.name)],
    ...table.map(({ label, cells }) => [label, ...cells]),
  ];
  const lines = alignColumns(rows).map((line) => `  ${line}`);
  return [title, subtitle, '', ...lines, '', ...findings.map((f) => `- ${f}`)].join('\n');
}
