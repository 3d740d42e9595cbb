/**
 * @file What an augmentation has to know of a training set: its mean and its colours, measured once.
 *
 * Next stop: `statistics.ts`, the sums.
 */
import type { Augmentation } from './augment/index.ts';
import type { ReadingOptions } from './batches/batchSource.ts';
import { openBatches } from './batches/openBatches.ts';
import { TrainingStatistics } from './statistics.ts';
import { type AnySplit, isStreamed, sliceAny } from './streamed.ts';

/** Pictures that the statistics of a set read from files are taken over; of one in memory, all. */
const MOST_MEASURED = 2_000;

export const needsColours = ({ steps }: Augmentation): boolean =>
  steps.some(({ name }) => name === 'pca');

/** The augmentation with the colours that `pca` needs, measured where it is in the list. */
export async function colouredFor(
  augmentation: Augmentation,
  train: AnySplit,
  shapes: Pick<ReadingOptions, 'shape' | 'stored'>,
): Promise<Augmentation> {
  if (!needsColours(augmentation)) return augmentation;
  return {
    ...augmentation,
    colours: (await measureTraining(train, augmentation, shapes)).colours(),
  };
}

/** Sums over the training pictures as the model sees them, nothing drawn. */
export async function measureTraining(
  train: AnySplit,
  augmentation: Augmentation,
  { shape, stored }: Pick<ReadingOptions, 'shape' | 'stored'>,
): Promise<TrainingStatistics> {
  const count = isStreamed(train) ? Math.min(MOST_MEASURED, train.count) : train.count;
  const statistics = new TrainingStatistics(shape);
  // As in testing: the part that is seen, nothing drawn.
  const steps = augmentation.steps.filter(({ name }) => name !== 'pca');
  const reading = { shape, stored, augmentation: { steps, mean: null } };
  const batchSize = Math.min(16, count);
  const source = await openBatches(sliceAny(train, 0, count), { batchSize, reading });
  const numbers = shape[0] * shape[1] * shape[2];
  const x = new Float32Array(batchSize * numbers);
  const labels = new Int32Array(batchSize);
  try {
    for (let batch = 0; batch < source.batchesPerEpoch; batch++) {
      await source.ready(0, batch);
      source.fill(0, batch, { scale: 1, offset: 0 }, x, labels);
      const rows = source.indices(0, batch);
      rows.forEach((row, n) => {
        if (source.unreadable.has(row)) return;
        statistics.add(x.subarray(n * numbers, (n + 1) * numbers));
      });
    }
  } finally {
    await source.close();
  }
  return statistics;
}
