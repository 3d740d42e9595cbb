/**
 * @file The explanation of a window as text: formulas filled in, drawings, worked numbers, tables.
 *
 * Plain characters only, so that it reads the same in a terminal, a file and a pipe. What would be too
 * large to read is left out with a line that says so. `drawing.ts` is the same as a picture.
 */
import { first } from '../base/lists.ts';
import type { Pads, Pair } from '../base/window.ts';
import { alignColumns } from '../draw/columns.ts';
import {
  type AxisAnswer,
  cellOf,
  type StrideRow,
  type Term,
  termsOf,
  type WindowAnswer,
  type WindowQuestion,
} from './explain.ts';

/** Drawings and maps up to this many cells a side; worked numbers up to this many lines. */
const DRAWN_SIDE = 24;
const WORKED_LINES = 144;
const TERMS_SHOWN = 25;

export function explainInWords(answer: WindowAnswer): string {
  const parts = [
    titleOf(answer.question),
    ['output = floor((input + before + after - reach) / stride) + 1', ...sizeLines(answer)].join(
      '\n  ',
    ),
    drawWindows(answer),
    ...(answer.values === null ? [] : valuesInWords(answer, answer.values)),
    coverageInWords(answer),
    strideTableLines(answer).join('\n'),
  ];
  return parts.join('\n\n');
}

/** The lines that the picture shows too: title and sizes above it, one worked cell and the table below. */
export function windowSummary(answer: WindowAnswer) {
  return {
    lines: [titleOf(answer.question), ...sizeLines(answer)],
    worked: answer.values === null ? undefined : workedLine(answer, answer.values, 0, 0),
    table: strideTableLines(answer),
  };
}

function titleOf(question: WindowQuestion): string {
  const { input, kernel, strides, dilation, padding, fill, compute } = question;
  const gaps = dilation.some((d) => d > 1) ? `, dilation ${short(dilation)}` : '';
  const filled = fill === undefined ? '' : ` filled with ${fillInWords(fill)}`;
  return `${compute?.op ?? 'window'} ${by(kernel)} over ${by(input)}, stride ${short(strides)}, padding ${ruleInWords(padding)}${filled}${gaps}`;
}

export const by = ([h, w]: Pair): string => `${h}x${w}`;
const short = ([h, w]: Pair): string => (h === w ? String(h) : `${h}x${w}`);
const padsInWords = ([[top, bottom], [left, right]]: Pads): string =>
  `top ${top}, bottom ${bottom}, left ${left}, right ${right}`;

/** "0", "reflect" */
const fillInWords = ({ mode, value = 0 }: WindowQuestion['fill'] & object): string =>
  mode === 'constant' ? formatNumber(value) : mode;

function ruleInWords(padding: WindowAnswer['question']['padding']): string {
  return typeof padding === 'string' ? padding : padding.flat().join(',');
}

/** "floor((6 + 1 + 1 - 3) / 1) + 1 = 6" */
export function extentFormula({ n, stride, pads, reach, output }: AxisAnswer): string {
  return `floor((${n} + ${pads[0]} + ${pads[1]} - ${reach}) / ${stride}) + 1 = ${output}`;
}

/** How far a dilated window reaches; empty where nothing is dilated. */
export function reachFormula({ kernel, dilation, reach }: AxisAnswer): string {
  return dilation === 1 ? '' : `   reach (${kernel} - 1) * ${dilation} + 1 = ${reach}`;
}

/** 'same' asks for ceil(n / stride) outputs and pads as much as the last of them needs. */
export function sameFormula({ n, stride, reach, pads }: AxisAnswer): string {
  const total = `max((ceil(${n} / ${stride}) - 1) * ${stride} + ${reach} - ${n}, 0)`;
  return `${total} = ${pads[0] + pads[1]} in all, ${pads[0]} before and ${pads[1]} after`;
}

function sizeLines({ question, axes, pads, output }: WindowAnswer): string[] {
  const lines: string[] = [];
  const [height, width] = axes;
  for (const [name, axis] of [['height', height] as const, ['width ', width] as const]) {
    lines.push(`${name}   ${extentFormula(axis)}${reachFormula(axis)}`);
    if (question.padding === 'same') lines.push(`  same   ${sameFormula(axis)}`);
  }
  return [...lines, `output   ${by(output)}`, `padding  ${padsInWords(pads)}`];
}

/** The first window, its neighbour and the last one, side by side. */
function drawWindows(answer: WindowAnswer): string {
  const { input } = answer.question;
  const [[top, bottom], [left, right]] = answer.pads;
  if (top + input[0] + bottom > DRAWN_SIDE || left + input[1] + right > DRAWN_SIDE) {
    return `(no drawing of more than ${DRAWN_SIDE} cells a side; as SVG it has room)`;
  }
  const [OH, OW] = answer.output;
  const shown: Pair[] = [[0, 0]];
  if (OW > 1) shown.push([0, 1]);
  if (OH > 1 || OW > 2) shown.push([OH - 1, OW - 1]);
  const grids = shown.map((cell) => drawWindow(answer, cell));
  const legend = [
    '■ window',
    '□ input',
    ...(answer.pads.flat().some((p) => p > 0) ? ['▪ window on padding', '· padding'] : []),
  ];
  return `${sideBySide(grids)}\n  ${legend.join('   ')}`;
}

function drawWindow({ axes, pads }: WindowAnswer, [oh, ow]: Pair): string[] {
  const hit = (o: number, at: number, axis: AxisAnswer) => {
    const offset = at - o * axis.stride;
    return offset >= 0 && offset < axis.reach && offset % axis.dilation === 0;
  };
  const [rows, columns] = axes;
  const lines = [`output (${oh}, ${ow})`];
  for (let h = 0; h < pads[0][0] + rows.n + pads[0][1]; h++) {
    const cells: string[] = [];
    for (let w = 0; w < pads[1][0] + columns.n + pads[1][1]; w++) {
      const inside = isInside(h, rows) && isInside(w, columns);
      const seen = hit(oh, h, rows) && hit(ow, w, columns);
      cells.push(inside ? (seen ? '■' : '□') : seen ? '▪' : '·');
    }
    lines.push(cells.join(' '));
  }
  return lines;
}

/** Whether a position of the padded axis holds an input pixel. */
export function isInside(padded: number, { n, pads }: AxisAnswer): boolean {
  return padded >= pads[0] && padded < pads[0] + n;
}

function sideBySide(blocks: readonly (readonly string[])[]): string {
  const columns = blocks.map((lines) => {
    const width = Math.max(...lines.map((l) => l.length));
    return (row: number): string => (lines[row] ?? '').padEnd(width);
  });
  return first(blocks, 'block')
    .map((_, row) => `  ${columns.map((cell) => cell(row)).join('     ')}`.trimEnd())
    .join('\n');
}

function valuesInWords(answer: WindowAnswer, values: WindowAnswer['values'] & object): string[] {
  const { compute, input, kernel } = answer.question;
  const fits = (size: Pair) => size.every((side) => side <= DRAWN_SIDE);
  const blocks: string[] = [];
  if (compute !== undefined && fits(input)) {
    blocks.push(`input\n${grid(chunk(compute.values, input[1]))}`);
    if (compute.weights) blocks.push(`weights\n${grid(chunk(compute.weights, kernel[1]))}`);
  }
  if (fits(answer.output)) blocks.push(`output\n${grid(values)}`);
  const [OH, OW] = answer.output;
  const count = Math.min(OH * OW, WORKED_LINES);
  const left = answer.question.fill === undefined ? ' (padding adds nothing)' : '';
  const lines = [`each output cell, worked${left}`];
  for (let i = 0; i < count; i++) {
    lines.push(`  ${workedLine(answer, values, Math.floor(i / OW), i % OW)}`);
  }
  if (count < OH * OW)
    lines.push(`  and ${OH * OW - count} more cells; as JSON every value is there`);
  return [...blocks, lines.join('\n')];
}

function workedLine(
  answer: WindowAnswer,
  values: WindowAnswer['values'] & object,
  oh: number,
  ow: number,
): string {
  return `y[${oh},${ow}] = ${workedCell(answer, oh, ow)} = ${formatNumber(cellOf(values, oh, ow))}`;
}

/** "max(1, 2, 7, 8)", "(1 + 2 + 7 + 8) / 4", "1*1 + 2*0 + 7*1 + 8*0" */
export function workedCell(answer: WindowAnswer, oh: number, ow: number): string {
  const terms = termsOf(answer, oh, ow);
  const op = answer.question.compute?.op;
  const weighted = answer.question.compute?.weights !== undefined;
  const write = ({ value, weight }: Term) =>
    op === 'conv' && weighted ? `${signed(value)}*${signed(weight)}` : signed(value);
  const shown = terms.length <= TERMS_SHOWN ? terms : [...terms.slice(0, 8), ...terms.slice(-2)];
  const words = shown.map(write);
  if (shown !== terms) words.splice(8, 0, `… ${terms.length - 10} more …`);
  if (op === 'max' || op === 'min') return `${op}(${words.join(', ')})`;
  return op === 'avg' ? `(${words.join(' + ')}) / ${terms.length}` : words.join(' + ');
}

/** Up to five significant digits: 3, -0.5, 0.33333. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}

const signed = (value: number): string =>
  value < 0 ? `(${formatNumber(value)})` : formatNumber(value);

function chunk(numbers: readonly number[], width: number): number[][] {
  const rows: number[][] = [];
  for (let i = 0; i < numbers.length; i += width) rows.push(numbers.slice(i, i + width));
  return rows;
}

function grid(rows: readonly (readonly number[])[]): string {
  const cells = rows.map((row) => row.map(formatNumber));
  const width = Math.max(...cells.flat().map((cell) => cell.length));
  return cells.map((row) => `  ${row.map((cell) => cell.padStart(width)).join(' ')}`).join('\n');
}

function coverageInWords(answer: WindowAnswer): string {
  const { question, coverage } = answer;
  const lines = ['coverage: how many windows see each input cell'];
  if (question.input.every((side) => side <= DRAWN_SIDE)) lines.push(grid(coverage));
  return [...lines, `  ${coverageSentence(answer)}`].join('\n');
}

/** What the map says: padding softens the boundary effect and does not remove it. */
export function coverageSentence({ coverage, pads }: WindowAnswer): string {
  const padded = pads.flat().some((pad) => pad > 0);
  const counts = coverage.flat();
  const corner = cellOf(coverage, 0, 0);
  const most = counts.reduce((a, b) => Math.max(a, b));
  const unseen = counts.filter((count) => count === 0).length;
  const times = (n: number) => (n === 1 ? '1 window' : `${n} windows`);
  const sentences =
    corner === most && counts.every((count) => count === most)
      ? [`Every cell is seen by ${times(most)}.`]
      : [`The corner (0, 0) is seen by ${times(corner)}, the best-seen cell by ${times(most)}.`];
  if (padded && corner < most)
    sentences.push('Padding softens the boundary effect, it does not end it.');
  if (unseen > 0) sentences.push(`${unseen} of ${counts.length} cells are seen by none.`);
  return sentences.join(' ');
}

function strideTableLines({ question, strideTable }: WindowAnswer): string[] {
  const explicit = typeof question.padding === 'string' ? undefined : ruleInWords(question.padding);
  const extent = (result: StrideRow['valid']) =>
    result === null ? ['no window fits', ''] : [by(result.output), unseenInWords(result.unseen)];
  const head = ['stride', 'valid', 'not seen', 'same', 'top bottom left right'];
  const rows = strideTable.map(({ strides, valid, same, asked }) => [
    short(strides),
    ...extent(valid),
    by(same.output),
    same.pads.flat().join(' '),
    ...(explicit === undefined ? [] : extent(asked)),
  ]);
  const all = [explicit === undefined ? head : [...head, explicit, 'not seen'], ...rows];
  const asked = short(question.strides);
  return alignColumns(all).map((line, i) => `${all[i]?.[0] === asked ? '>' : ' '} ${line}`);
}

export function unseenInWords([rows, columns]: Pair): string {
  const parts = [];
  if (rows > 0) parts.push(rows === 1 ? '1 row' : `${rows} rows`);
  if (columns > 0) parts.push(columns === 1 ? '1 column' : `${columns} columns`);
  return parts.length === 0 ? '-' : parts.join(', ');
}
