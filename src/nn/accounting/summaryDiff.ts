/**
 * @file Two models side by side, layer beside layer: `fovea summary alexnet --diff alexnet-caffe`.
 *
 * Layers of the same kind stand beside each other in the longest common order; one that the other model does
 * not have there stands alone. What differs is marked, down to the options. Next stop: `summaryTable.ts`.
 */
import { at } from '../../base/lists.ts';
import { formatShape } from '../../base/shape.ts';
import { alignColumns } from '../../draw/columns.ts';
import type { ModelSpec } from '../spec.ts';
import { type LayerSummary, type Summary, summarize } from './summary.ts';
import { formatCount } from './summaryTable.ts';

export interface DiffRow {
  readonly left: DiffLayer | null;
  readonly right: DiffLayer | null;
  /** Whether both do the same with the same numbers; names may differ. */
  readonly same: boolean;
  /** Options that differ: "biasInitializer: 1 | 0.1"; empty where one stands alone. */
  readonly options: readonly string[];
}

export interface DiffLayer {
  readonly name: string;
  readonly kind: string;
  /** "conv2d 5x5, groups 2, relu" */
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
  const rows = aligned(a, b).map(([one, other]): DiffRow => {
    if (one === null || other === null) {
      return { left: one?.layer ?? null, right: other?.layer ?? null, same: false, options: [] };
    }
    const options = optionsApart(one.options, other.options);
    const same = options.length === 0 && isSame(one.layer, other.layer);
    return { left: one.layer, right: other.layer, same, options };
  });
  return { left: summarize(left), right: summarize(right), rows };
}

interface ComparedLayer {
  readonly layer: DiffLayer;
  readonly options: Options;
}

function layersOf(spec: ModelSpec): ComparedLayer[] {
  const { layers } = summarize(spec);
  return spec.layers.map(({ options }, i) => {
    const layer = at(layers, i, 'layer');
    const { name, kind, outputShape, trainable, fixed, connections } = layer;
    const does = describe(layer, options);
    return {
      layer: { name, kind, does, outputShape, trainable, fixed, connections },
      options,
    };
  });
}

/** Words for options that a reader compares first; `optionsApart` finds the others. */
function describe({ kind, window }: LayerSummary, options: Options): string {
  const { activation = 'linear', groups = 1, strides, rate, padding } = options;
  const size = window?.kernel === undefined ? '' : ` ${window.kernel.join('x')}`;
  const step = Array.isArray(strides) && strides.some((n) => n !== 1) ? `/${strides[0]}` : '';
  const words = [
    `${kind}${size}${step}${Array.isArray(options.connections) ? ' by table' : ''}`,
    ...(padding === 'same' ? ['same'] : []),
    ...(groups === 1 ? [] : [`groups ${String(groups)}`]),
    ...(rate === undefined ? [] : [String(rate)]),
    ...(activation === 'linear' ? [] : [String(activation)]),
  ];
  return words.join(', ');
}

type Options = Readonly<Record<string, unknown>>;

function optionsApart(left: Options, right: Options): string[] {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const words = (value: unknown): string => {
    const json = JSON.stringify(value) ?? 'none';
    return json.length > MOST_WORDS ? `${json.slice(0, MOST_WORDS - 1)}...` : json;
  };
  return keys
    .filter((key) => JSON.stringify(left[key]) !== JSON.stringify(right[key]))
    .map((key) => `${key}: ${words(left[key])} | ${words(right[key])}`);
}

/** Letters of an option's value. */
const MOST_WORDS = 60;

function isSame(left: DiffLayer, right: DiffLayer): boolean {
  const facts = (layer: DiffLayer) => JSON.stringify({ ...layer, name: '' });
  return facts(left) === facts(right);
}

/** Layers that do the same kind of work, in one way or another. */
const FAMILIES = [/conv2d/i, /pooling|subsampling/i, /^(dense|rbf)$/];

/** How well one layer stands beside another; layers that have nothing in common never do. */
function likeness(left: DiffLayer, right: DiffLayer): number {
  if (isSame(left, right)) return 2;
  const familyOf = ({ kind }: DiffLayer) => FAMILIES.findIndex((family) => family.test(kind));
  const akin = familyOf(left) >= 0 && familyOf(left) === familyOf(right);
  if (left.kind !== right.kind && !akin) return Number.NEGATIVE_INFINITY;
  const shape = formatShape(left.outputShape) === formatShape(right.outputShape) ? 0.3 : 0;
  return (left.kind === right.kind ? 1.4 : 1.2) + shape;
}

type Beside = readonly [ComparedLayer | null, ComparedLayer | null];

/** The order that puts most layers beside their like. */
function aligned(a: readonly ComparedLayer[], b: readonly ComparedLayer[]): Beside[] {
  const from = bestScores(a, b);
  const rows: Beside[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [one = null, other = null] = [a[i], b[j]];
    const best = from(i, j);
    if (
      one !== null &&
      other !== null &&
      best === likeness(one.layer, other.layer) + from(i + 1, j + 1)
    ) {
      rows.push([one, other]);
      i++;
      j++;
    } else if (other === null || (one !== null && best === from(i + 1, j))) {
      rows.push([one, null]);
      i++;
    } else {
      rows.push([null, other]);
      j++;
    }
  }
  return rows;
}

/** (i, j) -> the score of `a` from i on against `b` from j on, where most layers stand beside their like. */
function bestScores(a: readonly ComparedLayer[], b: readonly ComparedLayer[]) {
  const width = b.length + 1;
  const scores = new Float64Array((a.length + 1) * width);
  const from = (i: number, j: number): number => at(scores, i * width + j, 'score');
  for (const [i, one] of [...a.entries()].reverse()) {
    for (const [j, other] of [...b.entries()].reverse()) {
      const beside = likeness(one.layer, other.layer) + from(i + 1, j + 1);
      scores[i * width + j] = Math.max(beside, from(i + 1, j), from(i, j + 1));
    }
  }
  return from;
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
    [...titles(left.model), '', ...titles(right.model)],
    ...rows.map((row) => [...cells(row.left), row.same ? '|' : '#', ...cells(row.right)]),
    [...totals(left), '', ...totals(right)],
  ];
  const lines = alignColumns(table, { isRight: (column) => !LEFT_COLUMNS.has(column) });
  const rule = '-'.repeat(Math.max(...lines.map((l) => l.length)));
  return [
    lines[0],
    rule,
    ...lines.slice(1, -1),
    rule,
    lines[lines.length - 1],
    '',
    ...whatDiffers(rows),
  ].join('\n');
}

/** Of a table of five columns, the mark, and five columns. */
const LEFT_COLUMNS = new Set([0, 1, 5, 6, 7]);

function whatDiffers(rows: readonly DiffRow[]): string[] {
  const different = rows.filter(({ same }) => !same);
  if (different.length === 0) return ['Layer by layer the two are the same.'];
  const layers = different.length === 1 ? 'layer differs' : 'layers differ';
  return [
    `${different.length} ${layers} (marked #)`,
    ...different.flatMap(({ left, options }) =>
      options.map((words) => `  ${left?.name}  ${words}`),
    ),
  ];
}
