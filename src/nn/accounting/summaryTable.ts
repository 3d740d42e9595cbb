/**
 * @file Prints a model's accounting as Keras prints its own, and beside it windows and receptive fields.
 *
 * All columns in one line are wider than most terminals: what does not fit goes into a second table under
 * the first, whole groups of columns where that can be.
 */
import { nonEmpty } from '../../base/lists.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import type { Pair } from '../../base/window.ts';
import { alignColumns } from '../../draw/columns.ts';
import type { WindowFacts } from '../layers/layer.ts';
import type { FieldSummary, LayerSummary, Summary } from './summary.ts';

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(layer: LayerSummary): string;
}

const left = (title: string, cell: Column['cell']): Column => ({ title, align: 'left', cell });
const right = (title: string, cell: Column['cell']): Column => ({ title, align: 'right', cell });

/** The first column of the first table, and of those under it. */
const FULL_NAME = left('Layer (type)', ({ name, kind, shares }) => {
  return `${name} (${kerasName(kind)}${shares === null ? '' : ` of ${shares}`})`;
});
const NAME = left('Layer', ({ name }) => name);

const PARAMETERS = [right('Param #', ({ parameters }) => formatCount(parameters))];

/** In place of the one above where some numbers are fixed. */
const KINDS_OF_PARAMETERS = [
  right('Trainable', ({ trainable }) => formatCount(trainable)),
  right('Fixed', ({ fixed }) => formatCount(fixed)),
];

/** As in Keras; shown only where some layer reads another than the one before it. */
const CONNECTED_TO = left('Connected to', ({ reads }) => reads.join(', '));

const COUNTS = [
  right('Connections', ({ connections }) => formatCount(connections)),
  right('Multiply-adds', ({ multiplyAdds }) => formatCount(multiplyAdds)),
];

const WINDOWS = [
  left('Window', ({ window }) => formatWindow(window)),
  left('Stride', ({ window }) => formatStride(window)),
  left('Padding', ({ window }) => formatPadding(window)),
  left('Receptive field', ({ receptiveField, outputShape }) =>
    formatField(receptiveField, outputShape),
  ),
  left('First centre', ({ receptiveField, outputShape }) =>
    formatCentre(receptiveField, outputShape),
  ),
  right('Activations', ({ activationBytes }) => formatBytes(activationBytes)),
];

/** Groups of columns that stay together where the width allows. */
function groupsOf(summary: Summary): Column[][] {
  const { totals } = summary;
  const parameters = totals.fixed === 0 ? PARAMETERS : KINDS_OF_PARAMETERS;
  const shape = left('Output Shape', (layer) => formatShape([null, ...layer.outputShape]));
  const connected = isChain(summary) ? [] : [CONNECTED_TO];
  return [
    [shape, ...parameters, ...COUNTS],
    [...connected, ...WINDOWS],
  ];
}

const GAP = '   ';

export interface SummaryTableOptions {
  /** Characters in a line; default 100. */
  readonly width?: number;
}

/** The tables and the totals, lines without a newline at the end. */
export function formatSummary(summary: Summary, { width = 100 }: SummaryTableOptions = {}): string {
  const { model, inputs, outputs, layers, totals } = summary;
  const sizes = inputs.map(({ name, shape }) => {
    return `${inputs.length === 1 ? '' : `${name} `}${formatShape([null, ...shape])}`;
  });
  const tables = tablesWithin(width, groupsOf(summary), layers);
  return [
    `Model: "${model}", ${inputs.length === 1 ? 'input' : 'inputs'} ${sizes.join(', ')}`,
    ...tables.flatMap((columns) => formatTable(columns, layers)),
    ...outputs.map(({ name, layer }) => `Output ${name}: ${layer}`),
    `Total params: ${formatCount(totals.parameters)} (${formatBytes(totals.parameters * 4)})`,
    `Trainable params: ${formatCount(totals.trainable)}`,
    `Non-trainable params: ${formatCount(totals.fixed)}`,
    `Connections: ${formatCount(totals.connections)}`,
    `Multiply-adds per image: ${formatCount(totals.multiplyAdds)}`,
    `Activations per image: ${formatBytes(totals.activationBytes)}`,
  ].join('\n');
}

/** Columns by table, each table no wider than asked where its columns allow. */
function tablesWithin(
  width: number,
  groups: readonly Column[][],
  layers: readonly LayerSummary[],
): Column[][] {
  const fits = (columns: readonly Column[]): boolean => widthOf(columns, layers) <= width;
  let table = [FULL_NAME];
  const tables = [table];
  for (const group of groups) {
    // A group that fits nowhere as a whole is taken column by column.
    const alone = table.length === 1 ? table : [NAME];
    const isWhole = fits([...table, ...group]) || fits([...alone, ...group]);
    for (const part of isWhole ? [group] : group.map((column) => [column])) {
      if (fits([...table, ...part]) || table.length === 1) table.push(...part);
      else {
        table = [NAME, ...part];
        tables.push(table);
      }
    }
  }
  return tables;
}

function formatTable(columns: readonly Column[], layers: readonly LayerSummary[]): string[] {
  const width = widthOf(columns, layers);
  const cells = [
    columns.map(({ title }) => title),
    ...layers.map((layer) => columns.map(({ cell }) => cell(layer))),
  ];
  const isRight = (column: number): boolean => columns[column]?.align !== 'left';
  const [titles, ...lines] = nonEmpty(alignColumns(cells, { gap: GAP, isRight }), 'lines');
  return ['_'.repeat(width), titles, '='.repeat(width), ...lines, '='.repeat(width)];
}

function columnWidth({ title, cell }: Column, layers: readonly LayerSummary[]): number {
  return layers.reduce((most, layer) => Math.max(most, cell(layer).length), title.length);
}

function widthOf(columns: readonly Column[], layers: readonly LayerSummary[]): number {
  return columns.reduce((sum, c) => sum + columnWidth(c, layers) + GAP.length, -GAP.length);
}

function isChain({ inputs: [input], layers }: Summary): boolean {
  let before = input.name;
  for (const { name, reads } of layers) {
    if (reads.length !== 1 || reads[0] !== before) return false;
    before = name;
  }
  return true;
}

/** averagePooling2d -> AveragePooling2D */
function kerasName(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1).replace(/2d/, '2D');
}

/** "14x14 every 2"; the size alone where the output is no image. */
function formatField(field: FieldSummary | null, output: Shape): string {
  if (field === null) return '-';
  const size = field.size.map(round).join('x');
  if (output.length !== 3) return size;
  return `${size} every ${once(inWords(field.stride), 'x')}`;
}

/** "6.5", or "6.5, 2" where the axes differ: pixel 0 is the first, padding is before it. */
function formatCentre(field: FieldSummary | null, output: Shape): string {
  if (field === null || output.length !== 3) return '-';
  return once(inWords(field.first), ', ');
}

/** "5x5", "3x3 dilated 2" */
function formatWindow(window: WindowFacts | null): string {
  if (window?.kernel === undefined) return '-';
  const { kernel, dilation = [1, 1] } = window;
  const isDilated = dilation.some((d) => d > 1);
  return `${kernel.join('x')}${isDilated ? ` dilated ${once(inWords(dilation), 'x')}` : ''}`;
}

/** "2", "2x1"; "1/2" where the window is transposed. */
function formatStride(window: WindowFacts | null): string {
  if (window?.strides === undefined) return '-';
  const [rows, columns] = window.strides;
  const word = (s: number) => (window.transposed && s > 1 ? `1/${s}` : String(s));
  return once([word(rows), word(columns)], 'x');
}

/** "valid", "same 1", "same 0+1" (before + after), "2+2, 0+1" (rows, columns); cut off: "-1". */
function formatPadding(window: WindowFacts | null): string {
  if (window === null) return '-';
  const { rule, top, bottom, left, right } = window.padding;
  if (rule === 'valid') return rule;
  const axis = (before: number, after: number) =>
    before === after ? String(before) : `${before}+${after}`;
  const sides = once([axis(top, bottom), axis(left, right)], ', ');
  return [...(rule === 'same' ? [rule] : []), ...(window.transposed ? ['cuts'] : []), sides].join(
    ' ',
  );
}

/** One word where both axes say the same. */
function once([rows, columns]: readonly [string, string], separator: string): string {
  return rows === columns ? rows : `${rows}${separator}${columns}`;
}

const round = (n: number): string => String(Number(n.toFixed(3)));

const inWords = ([rows, columns]: Pair): readonly [string, string] => [round(rows), round(columns)];

export function formatCount(n: number): string {
  return n.toLocaleString('en-US');
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kibibytes = bytes / 1024;
  if (kibibytes < 1024) return `${kibibytes.toFixed(2)} KB`;
  return `${(kibibytes / 1024).toFixed(2)} MB`;
}
