/**
 * @file Metrics that are asked for beside the loss: by name, or as functions of one's own.
 *
 * Each is a mean over rows. Of several outputs, each is measured by those that suit it. Before: `metrics.ts`, the
 * graphs. Next stop: `objectives.ts`, which puts them beside the loss of an output.
 */
import { UsageError, unknownName } from '../../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import type { Build } from '../../ops/op.ts';
import { meanAbsoluteErrors, meanSquaredErrors } from './metrics.ts';

/** Of any output: it against the truth, which for classes is one-hot rows. */
const ERRORS = { meanAbsoluteError: meanAbsoluteErrors, meanSquaredError: meanSquaredErrors };

/** `top5Accuracy`, `top3Accuracy`, ...: the share of rows whose class is among the five, three, ... best. */
export type MetricName = 'accuracy' | `top${number}Accuracy` | keyof typeof ERRORS;

/**
 * A metric of one's own, in ops: from an output (N, ...) and the truth of the same shape (of classes: one-hot rows)
 * one number for every row, (N). `better` must be said where training is to stop by it.
 */
export interface OwnMetric {
  readonly name: string;
  rows(output: Node, truth: Node, build: Build): Node;
  readonly better?: 'higher' | 'lower';
}

export type MetricChoice = MetricName | OwnMetric;

/** Rows whose class is among the k best, or a function of each row. */
export type Metric = HitMetric | RowMetric;

interface HitMetric extends Directed {
  readonly k: number;
}

interface RowMetric extends Directed {
  rows(output: Node, truth: Node): Node;
}

interface Directed {
  readonly name: string;
  readonly better: 'higher' | 'lower' | undefined;
}

/** How programs call a metric that was asked for. */
export const metricKey = (name: string): string => `metric.${name}`;

/** The name behind such a key; undefined: the key is of something else. */
export const metricOfKey = (key: string): string | undefined =>
  key.startsWith('metric.') ? key.slice('metric.'.length) : undefined;

const NAMES = ['accuracy', 'top5Accuracy', ...Object.keys(ERRORS)];

/** What each choice means; throws a UsageError where it means nothing, or one name two things. */
export function chosenMetrics(choices: readonly MetricChoice[] = []): Metric[] {
  const metrics = choices.map((choice) =>
    typeof choice === 'object' ? ownMetric(choice) : namedMetric(choice),
  );
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw refused(`"${twice}" is asked for twice`, 'every metric once, each by a name of its own');
  }
  return metrics;
}

export function isMetricName(name: string): name is MetricName {
  return classesOf(String(name)) !== undefined || Object.hasOwn(ERRORS, name);
}

/** The word as the name of a metric; throws a UsageError where it is none. */
export function metricNamed(word: string): MetricName {
  if (isMetricName(word)) return word;
  throw new UsageError({ ...unknownName('metric', word, NAMES).parts, option: 'metrics' });
}

function namedMetric(received: MetricName): Metric {
  const name = metricNamed(received);
  const k = classesOf(name);
  if (k !== undefined) return { name, better: 'higher', k };
  return { name, better: 'lower', rows: ERRORS[name as keyof typeof ERRORS] };
}

/** "accuracy" -> 1, "top5Accuracy" -> 5 */
function classesOf(name: string): number | undefined {
  if (name === 'accuracy') return 1;
  const k = /^top([1-9]\d*)Accuracy$/.exec(name)?.[1];
  return k === undefined ? undefined : Number(k);
}

function ownMetric({ name, rows, better }: OwnMetric): Metric {
  if (typeof rows !== 'function') {
    throw refused(`"${name}" has no function`, '{ name, rows: (output, truth, build) => ... }');
  }
  if (!/^[A-Za-z]\w*$/.test(name) || name === 'loss' || isMetricName(name)) {
    throw refused(
      `a function is called "${name}"`,
      'a name of letters and digits, and not the name of something else',
    );
  }
  if (better !== undefined && better !== 'higher' && better !== 'lower') {
    throw refused(`"${name}" is better ${String(better)}`, "'higher' or 'lower'");
  }
  return {
    name,
    better,
    rows: (output, truth) =>
      checkedRows(name, rows(output, truth, build), output.shape.slice(0, 1)),
  };
}

/** `perRow`: (N,) */
function checkedRows(name: string, rows: Node, perRow: Shape): Node {
  if (rows?.shape !== undefined && sameShape(rows.shape, perRow)) return rows;
  const given = rows?.shape === undefined ? String(rows) : formatShape(rows.shape);
  throw refused(`"${name}" gave ${given}`, `one number for every row: ${formatShape(perRow)}`);
}

/** What is known of an output: how many classes it names, or undefined where values are compared. */
export interface MeasuredOutput {
  readonly name: string;
  readonly classes: number | undefined;
}

/** Whether an output can be measured by a metric. */
export const suits = (metric: Metric, { classes = 0 }: Pick<MeasuredOutput, 'classes'>): boolean =>
  !('k' in metric) || metric.k < classes;

/** Throws where no output can be measured by a metric that was asked for. */
export function checkMetrics(
  choices: readonly MetricChoice[] | undefined,
  outputs: readonly MeasuredOutput[],
): void {
  for (const metric of chosenMetrics(choices)) {
    if (outputs.some((output) => suits(metric, output))) continue;
    const most = Math.max(...outputs.map(({ classes = 0 }) => classes));
    throw refused(
      most === 0
        ? `${metric.name} counts right classes, and the model is compared with values`
        : `${metric.name} of ${most} classes is always 1`,
      most === 0 ? Object.keys(ERRORS).join(' or ') : 'fewer than all classes, such as accuracy',
    );
  }
}

const refused = (problem: string, expected: string): UsageError =>
  new UsageError({ option: 'metrics', problem, expected });
