/**
 * @file Several views of the same rows (crops, mirrored pictures) as one prediction.
 *
 * Previous stop: `evaluate.ts`. Next stop: `classification.ts`, what the predictions say.
 */
import { chosenMetrics, type MetricChoice } from '../../nn/losses/chosenMetrics.ts';
import { type Predictions, rankOf } from './classification.ts';

/**
 * Over views of the same rows: probabilities averaged, as in 2012, and the losses, which are the model's own and so
 * to be compared with those of training; the loss of the average would be another for all but the cross-entropy.
 * So with metrics, but for those that count right answers: these are of the averages.
 */
export function meanOf(
  views: readonly Predictions[],
  choices: readonly MetricChoice[] | undefined,
): Predictions {
  const [{ classes, labels, penalty }] = views;
  const mean = (rowsOf: (view: Predictions) => Float32Array) =>
    rowsOf(views[0]).map(
      (_, i) => views.reduce((sum, view) => sum + rowsOf(view)[i], 0) / views.length,
    );
  const probabilities = mean((view) => view.probabilities);
  const logits = probabilities.map((p) => Math.log(Math.max(p, Number.MIN_VALUE)));
  const width = classes.length;
  const isAmong = (k: number) => (label: number, row: number) =>
    Number(rankOf(logits.subarray(row * width, (row + 1) * width), label) < k);
  const metrics = chosenMetrics(choices).map((metric): [string, Float32Array] => [
    metric.name,
    'k' in metric
      ? Float32Array.from(labels, isAmong(metric.k))
      : mean((view) => view.metrics?.get(metric.name) ?? new Float32Array(labels.length)),
  ]);
  const losses = mean((view) => view.losses);
  return { classes, labels, probabilities, logits, losses, penalty, metrics: new Map(metrics) };
}
