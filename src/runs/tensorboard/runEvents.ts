/**
 * @file What a run tells TensorBoard, as summaries: its settings, its pictures, its weights, its numbers.
 *
 *   batch_*       since the last point, by step          epoch_*    as in history.csv, by epoch
 *   weights/*     gradients/*     filters/*     by step, at the start and after each epoch
 *
 * Nothing here touches files or the training. Before: `interop/tensorboard/events.ts`. Next stop: `runLog.ts`.
 */

import type { ImageShape } from '../../base/shape.ts';
import type { Split } from '../../data/dataset.ts';
import { drawnSheet } from '../../data/images/contactSheet.ts';
import { image, type SummaryValue, scalar } from '../../interop/tensorboard/events.ts';
import type { RunMetric } from '../../interop/tensorboard/hparams.ts';
import type { TrainedRecord } from '../../records/runRecord.ts';
import { type Metrics, metricsOf, namedMetrics } from '../../train/measures.ts';
import { type EpochRecord, type Progress, sumsOf } from '../../train/progress.ts';
import { pngOf } from './png.ts';

/** Where the run stood when it was last told of. */
export type Standing = Pick<Progress, 'step' | 'rows' | 'seconds'> & {
  readonly epoch: number;
  readonly sums: Readonly<Record<string, number>>;
};

export function standingOf(progress: Readonly<Progress>): Standing {
  const { epoch, step, rows, seconds } = progress;
  return { epoch, step, rows, seconds, sums: sumsOf(progress) };
}

/** Of the batches between the two: means, the rate of the last one, pictures a second. */
export function batchValues(before: Standing, now: Standing, learningRate: number): SummaryValue[] {
  const since = before.epoch === now.epoch ? before : { rows: 0, seconds: 0, sums: {} };
  const earlier: Readonly<Record<string, number>> = since.sums;
  const sums = Object.entries(now.sums).map(([name, sum]) => [name, sum - (earlier[name] ?? 0)]);
  const rows = now.rows - since.rows;
  const seconds = now.seconds - since.seconds;
  return [
    ...metricValues('batch', metricsOf(Object.fromEntries(sums), rows)),
    scalar('batch_learning_rate', learningRate),
    ...(seconds > 0 ? [scalar('batch_pictures_per_second', rows / seconds)] : []),
  ];
}

export function epochValues({
  train,
  learningRate,
  seconds,
  waiting,
}: EpochRecord): SummaryValue[] {
  return [
    ...metricValues('epoch', train),
    scalar('epoch_learning_rate', learningRate),
    scalar('epoch_seconds', seconds),
    scalar('epoch_waiting_seconds', waiting),
  ];
}

export const metricValues = (prefix: string, metrics: Metrics): SummaryValue[] =>
  [...namedMetrics(metrics)].map(([name, value]) => scalar(`${prefix}_${name}`, value));

/** Each with the name of its class below it. */
export async function pictureValue(
  pictures: Split,
  imageShape: ImageShape,
  classes: readonly string[],
): Promise<SummaryValue> {
  const captions = Array.from(pictures.labels, (label) => classes[label] ?? String(label));
  const sheet = drawnSheet(pictures, { imageShape, captions, columns: 8 });
  return image('data/training', await pngOf(sheet));
}

/** What runs are compared by: losses and, of a classifier, accuracies. */
export function metricsToCompare({ data, settings }: TrainedRecord): RunMetric[] {
  const groups = ['train', ...(data.validation > 0 ? ['validation'] : []), 'test'];
  const tags = ['epoch_loss', ...(settings.target === undefined ? ['epoch_accuracy'] : [])];
  return groups.flatMap((group) => tags.map((tag) => ({ group, tag })));
}
