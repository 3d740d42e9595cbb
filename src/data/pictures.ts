/**
 * @file Some pictures of a split, as the model sees them, in memory: for sheets to look at.
 */
import { neededSide, noAugmentation } from './augment/index.ts';
import type { ReadingOptions } from './batches/batchSource.ts';
import type { Split } from './dataset.ts';
import { pictureAt } from './images/picture.ts';
import { openSampler } from './samples.ts';
import { type AnySplit, isStreamed } from './streamed.ts';

/** Rows of a split in the order given; with a seed in `reading`, augmented as in epoch `epoch`. */
export async function picturesOf(
  split: AnySplit,
  rows: readonly number[],
  reading: ReadingOptions,
  epoch = 0,
): Promise<Split> {
  const { shape, augmentation = noAugmentation, seed } = reading;
  const sampler = openSampler({ shape, augmentation, seed });
  const size = shape[0] * shape[1] * shape[2];
  const images = new Uint8Array(rows.length * size);
  const read = await openRows(split, reading);
  for (const [i, row] of rows.entries()) {
    images.set(sampler(await read.picture(row), epoch, row), i * size);
  }
  await read.close();
  return { count: rows.length, images, labels: Int32Array.from(rows, (row) => split.labels[row]) };
}

async function openRows(split: AnySplit, { shape, augmentation, stored = shape }: ReadingOptions) {
  if (isStreamed(split)) {
    const { openReader } = await import('./origins/readPicture.node.ts');
    const reader = openReader(split.origin, {
      channels: shape[2] === 1 ? 1 : 3,
      needed: neededSide(augmentation ?? noAugmentation, shape),
    });
    return {
      picture: (row: number) => reader.read(split.items[row]),
      close: () => reader.close(),
    };
  }
  return {
    picture: async (row: number) => pictureAt(split.images, stored, row),
    close: async () => undefined,
  };
}
