/**
 * @file Prints a model's accounting as Keras prints its own, with multiply-adds and receptive fields.
 */
import { formatShape, type Shape } from '../base/shape.ts';
import type { FieldSummary, LayerSummary, Summary } from './summary.ts';

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(layer: LayerSummary): string;
}

const NAMES: readonly Column[] = [
  {
    title: 'Layer (type)',
    align: 'left',
    cell: ({ name, kind }) => `${name} (${kerasName(kind)})`,
  },
  {
    title: 'Output Shape',
    align: 'left',
    cell: ({ outputShape }) => formatShape([null, ...outputShape]),
  },
];

const PARAMETERS: readonly Column[] = [
  { title: 'Param #', align: 'right', cell: ({ parameters }) => formatCount(parameters) },
];

/** In place of the one above where some numbers are fixed. */
const KINDS_OF_PARAMETERS: readonly Column[] = [
  { title: 'Trainable', align: 'right', cell: ({ trainable }) => formatCount(trainable) },
  { title: 'Fixed', align: 'right', cell: ({ fixed }) => formatCount(fixed) },
];

const COUNTS: readonly Column[] = [
  { title: 'Connections', align: 'right', cell: ({ connections }) => formatCount(connections) },
  { title: 'Multiply-adds', align: 'right', cell: ({ multiplyAdds }) => formatCount(multiplyAdds) },
  {
    title: 'Receptive field',
    align: 'right',
    cell: ({ receptiveField, outputShape }) => formatField(receptiveField, outputShape),
  },
];

/** Shown only where some layer reads another than the one before it. */
const READS: Column = { title: 'Reads', align: 'left', cell: ({ reads }) => reads.join(', ') };

const GAP = '   ';

/** The table and its totals, lines without a newline at the end. */
export function formatSummary(summary: Summary): string {
  const { model, inputShape, layers, totals } = summary;
  const columns = [
    ...NAMES,
    ...(totals.fixed === 0 ? PARAMETERS : KINDS_OF_PARAMETERS),
    ...COUNTS,
    ...(isChain(layers) ? [] : [READS]),
  ];
  const cells = layers.map((layer) => columns.map((column) => column.cell(layer)));
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...cells.map((row) => row[i].length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, i) =>
        columns[i].align === 'left' ? text.padEnd(widths[i]) : text.padStart(widths[i]),
      )
      .join(GAP)
      .trimEnd();
  const width = widths.reduce((sum, w) => sum + w + GAP.length, -GAP.length);
  return [
    `Model: "${model}", input ${formatShape([null, ...inputShape])}`,
    '_'.repeat(width),
    line(columns.map(({ title }) => title)),
    '='.repeat(width),
    ...cells.map(line),
    '='.repeat(width),
    `Total params: ${formatCount(totals.parameters)} (${formatBytes(totals.parameters * 4)})`,
    `Trainable params: ${formatCount(totals.trainable)}`,
    `Non-trainable params: ${formatCount(totals.fixed)}`,
    `Connections: ${formatCount(totals.connections)}`,
    `Multiply-adds per image: ${formatCount(totals.multiplyAdds)}`,
    `Activations per image: ${formatBytes(totals.activationBytes)}`,
  ].join('\n');
}

function isChain(layers: readonly LayerSummary[]): boolean {
  return layers.every(
    ({ reads }, i) => reads.length === 1 && reads[0] === (i === 0 ? 'input' : layers[i - 1].name),
  );
}

/** averagePooling2d -> AveragePooling2D */
function kerasName(kind: string): string {
  return kind[0].toUpperCase() + kind.slice(1).replace(/2d/, '2D');
}

/** "14x14 every 2"; the size alone where the output is no image. */
function formatField(field: FieldSummary | null, output: Shape): string {
  if (field === null) return '-';
  const size = field.size.map(round).join('x');
  if (output.length !== 3) return size;
  const [down, across] = field.stride.map(round);
  return `${size} every ${down === across ? down : `${down}x${across}`}`;
}

const round = (n: number): string => String(Number(n.toFixed(3)));

export function formatCount(n: number): string {
  return n.toLocaleString('en-US');
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kibibytes = bytes / 1024;
  if (kibibytes < 1024) return `${kibibytes.toFixed(2)} KB`;
  return `${(kibibytes / 1024).toFixed(2)} MB`;
}
