/**
 * @file From what programs measure to metrics: means of losses, accuracies, mean absolute errors.
 *
 * Programs call a measure "loss", "correct" or "absoluteError", and "loss/NAME" of several outputs; what is
 * given here are its sums over rows. Next stop: `progress.ts`.
 */

/** What one output is measured by: of a classifier its accuracy, of values their mean absolute error. */
export interface OutputMetrics {
  readonly loss: number;
  readonly accuracy?: number | undefined;
  readonly meanAbsoluteError?: number | undefined;
}

export interface Metrics extends OutputMetrics {
  /** Of each output, where there are several; `loss` is then the weighted sum. */
  readonly outputs?: Readonly<Record<string, OutputMetrics>> | undefined;
}

const NAMES: Readonly<Record<string, keyof OutputMetrics | undefined>> = {
  loss: 'loss',
  correct: 'accuracy',
  absoluteError: 'meanAbsoluteError',
};

export function metricsOf(sums: Readonly<Record<string, number>>, rows: number): Metrics {
  const all: Record<string, number> = {};
  const outputs: Record<string, Record<string, number>> = {};
  for (const [measure, sum] of Object.entries(sums)) {
    const slash = measure.indexOf('/');
    const what = slash < 0 ? measure : measure.slice(0, slash);
    const name = NAMES[what];
    if (name === undefined) continue;
    if (slash < 0) {
      all[name] = sum / rows;
      continue;
    }
    const output = measure.slice(slash + 1);
    outputs[output] = { ...outputs[output], [name]: sum / rows };
  }
  const found = { ...all, loss: all.loss };
  if (Object.keys(outputs).length === 0) return found;
  return { ...found, outputs: outputs as unknown as Record<string, OutputMetrics> };
}
