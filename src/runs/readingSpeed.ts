/**
 * @file How many pictures a second are read, decoded and augmented: what a trainer can be fed with.
 *
 * Nothing is trained meanwhile; a training run shares the cores with the threads that read.
 */
import { parseAugmentation } from '../data/augment/index.ts';
import { openBatches } from '../data/batches/openBatches.ts';
import { colouredFor } from '../data/measured.ts';
import type { AnyDataset } from '../data/streamed.ts';

export interface SpeedOptions {
  /** (H, W, C) of the samples. */
  readonly shape: readonly [number, number, number];
  readonly augment: string;
  readonly workers: number;
  readonly seconds: number;
}

export async function readingSpeed(
  { train, imageShape }: AnyDataset,
  { shape, augment, workers, seconds }: SpeedOptions,
): Promise<{ readonly pictures: number; readonly picturesPerSecond: number }> {
  const shapes = { shape, stored: imageShape };
  const augmentation = await colouredFor(parseAugmentation(augment, shape), train, shapes);
  const batchSize = Math.min(16, train.count);
  const reading = { ...shapes, augmentation, seed: 0, workers };
  const source = await openBatches(train, { batchSize, seed: 0, reading });
  const x = new Float32Array(batchSize * shape[0] * shape[1] * shape[2]);
  const labels = new Int32Array(batchSize);
  let pictures = 0;
  let began = 0;
  try {
    for (let epoch = 0; ; epoch++) {
      for (let batch = 0; batch < source.batchesPerEpoch; batch++) {
        await source.ready(epoch, batch);
        // The first batch waits for the threads to start: the clock begins behind it.
        if (began === 0) began = performance.now();
        else pictures += source.indices(epoch, batch).length;
        source.fill(epoch, batch, { scale: 1, offset: 0 }, x, labels);
        const passed = (performance.now() - began) / 1000;
        if (passed >= seconds) return { pictures, picturesPerSecond: pictures / passed };
      }
    }
  } finally {
    await source.close();
  }
}
