/**
 * @file Two models side by side, layer beside layer: `fovea summary lenet5-1998 --diff lenet5`.
 *
 * Layers that only reshape are left out; the others stand beside each other in order.
 */
import { formatShape } from '../../base/shape.ts';
import type { ModelSpec } from '../spec.ts';
import { type LayerSummary, type Summary, summarize } from './summary.ts';
import { formatCount } from './summaryTable.ts';

export interface DiffRow {
  readonly left: DiffLayer | null;
  readonly right: DiffLayer | null;
}

export interface DiffLayer {
  readonly name: string;
  /** "conv2d 5x5, scaledTanh" */
  readonly does: string;
  readonly outputShape: readonly number[];
  readonly trainable: number;
  readonly fixed: number;
  readonly connections: number;
}

export interface SummaryDiff {
  readonly left: Summary;
  readonly right: Summary;
  readonly rows: readonly DiffRow[];
}

export function diffOf(left: ModelSpec, right: ModelSpec): SummaryDiff {
  const [a, b] = [layersOf(left), layersOf(right)];
  const rows = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({
    left: a[i] ?? null,
    right: b[i] ?? null,
  }));
  return { left: summarize(left), right: summarize(right), rows };
}

function layersOf(spec: ModelSpec): DiffLayer[] {
  return summarize(spec).layers.flatMap((layer, i) => {
    const { name, outputShape, trainable, fixed, connections } = layer;
    if (connections === 0 && layer.parameters === 0) return [];
    const does = describe(layer, spec.layers[i].options);
    return [{ name, does, outputShape, trainable, fixed, connections }];
  });
}

function describe({ kind, window }: LayerSummary, options: Readonly<Record<string, unknown>>) {
  const size = window?.kernel === undefined ? '' : ` ${window.kernel.join('x')}`;
  const table = Array.isArray(options.connections) ? ' by table' : '';
  const { activation = 'linear' } = options;
  return `${kind}${size}${table}${activation === 'linear' ? '' : `, ${String(activation)}`}`;
}

/** Lines without a newline at the end. */
export function formatDiff({ left, right, rows }: SummaryDiff): string {
  const cells = (layer: DiffLayer | null): string[] =>
    layer === null
      ? ['', '', '', '', '']
      : [
          `${layer.name}: ${layer.does}`,
          formatShape(layer.outputShape),
          formatCount(layer.trainable),
          formatCount(layer.fixed),
          formatCount(layer.connections),
        ];
  const totals = ({ totals: t, inputShape }: Summary): string[] => [
    'in all',
    `from ${formatShape(inputShape)}`,
    formatCount(t.trainable),
    formatCount(t.fixed),
    formatCount(t.connections),
  ];
  const titles = (model: string) => [model, 'Output', 'Trainable', 'Fixed', 'Connections'];
  const table = [
    [...titles(left.model), ...titles(right.model)],
    ...rows.map((row) => [...cells(row.left), ...cells(row.right)]),
    [...totals(left), ...totals(right)],
  ];
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => {
        const padded = i % 5 < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
        return i === 5 ? `|  ${padded}` : padded;
      })
      .join('  ')
      .trimEnd();
  const lines = table.map(line);
  const rule = '-'.repeat(Math.max(...lines.map((l) => l.length)));
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines[lines.length - 1]].join('\n');
}
