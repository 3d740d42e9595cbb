/**
 * @file From what programs measure to metrics: means of losses, accuracies, mean absolute errors, and what was asked
 * for beside them.
 *
 * Programs call a measure "loss", "correct", "absoluteError" or "metric.NAME", and "loss/OUTPUT" of several outputs;
 * what is given here are its sums over rows. Next stop: `progress.ts`.
 */
import { metricOfKey } from '../nn/losses/chosenMetrics.ts';

/** What one output is measured by: of a classifier its accuracy, of values their mean absolute error. */
export interface OutputMetrics {
  readonly loss: number;
  readonly accuracy?: number | undefined;
  readonly meanAbsoluteError?: number | undefined;
  /** What the option `metrics` asked for, by name. */
  readonly metrics?: Readonly<Record<string, number>> | undefined;
}

export interface Metrics extends OutputMetrics {
  /** Of each output, where there are several; `loss` is then the weighted sum. */
  readonly outputs?: Readonly<Record<string, OutputMetrics>> | undefined;
}

/** "top5Accuracy" without its name in programs: which measures are of one output, and which of all. */
const NAMES: Readonly<Record<string, 'loss' | 'accuracy' | 'meanAbsoluteError' | undefined>> = {
  loss: 'loss',
  correct: 'accuracy',
  absoluteError: 'meanAbsoluteError',
};

/** While sums are gone through; the loss of an output comes with the others. */
type Growing = { -readonly [K in keyof OutputMetrics]: OutputMetrics[K] };

export function metricsOf(sums: Readonly<Record<string, number>>, rows: number): Metrics {
  const all: Growing = { loss: Number.NaN };
  const outputs = new Map<string, Growing>();
  for (const [measure, sum] of Object.entries(sums)) {
    const slash = measure.indexOf('/');
    if (slash < 0) {
      put(all, measure, sum / rows);
      continue;
    }
    const output = measure.slice(slash + 1);
    const own = outputs.get(output) ?? { loss: Number.NaN };
    outputs.set(output, own);
    put(own, measure.slice(0, slash), sum / rows);
  }
  return outputs.size === 0 ? all : { ...all, outputs: Object.fromEntries(outputs) };
}

function put(into: Growing, measure: string, mean: number): void {
  const asked = metricOfKey(measure);
  const name = NAMES[measure];
  if (asked !== undefined) into.metrics = { ...into.metrics, [asked]: mean };
  else if (name !== undefined) into[name] = mean;
}

/** The metric of a name, whether it was asked for or is measured anyway. */
export const measuredAs = (metrics: OutputMetrics, name: string): number | undefined =>
  metrics.metrics?.[name] ??
  (name === 'loss' || name === 'accuracy' || name === 'meanAbsoluteError'
    ? metrics[name]
    : undefined);

/** All numbers by the names that Keras gives them: "loss", "accuracy", and of several outputs "OUTPUT_loss". */
export function namedMetrics({ outputs = {}, ...own }: Metrics): Map<string, number> {
  const named = new Map<string, number>();
  const add = ({ metrics = {}, ...measured }: OutputMetrics, prefix: string): void => {
    for (const [name, value] of Object.entries({ ...measured, ...metrics })) {
      if (value !== undefined) named.set(prefix + name, value);
    }
  };
  add(own, '');
  for (const [name, metrics] of Object.entries(outputs)) add(metrics, `${name}_`);
  return named;
}
