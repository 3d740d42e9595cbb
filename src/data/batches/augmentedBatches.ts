/**
 * @file Batches of pictures in memory that are augmented by the caller, one after the other.
 *
 * The way where no thread can read ahead (a browser), or none is wanted. A sample depends on seed, epoch and
 * row alone, so these are the bytes that `loader/prefetch.node.ts` gives. Next stop: `samples.ts`.
 */
import { unreachable } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import { noAugmentation } from '../augment/index.ts';
import type { Split } from '../dataset.ts';
import { pictureAt } from '../images/picture.ts';
import { openSampler, type Sampler } from '../samples.ts';
import { fillBatch } from './batches.ts';
import { type BatchOptions, MemoryBatches } from './batchSource.ts';

export class AugmentedBatches extends MemoryBatches {
  readonly #split: Split;
  readonly #sampler: Sampler;
  readonly #stored: ImageShape;

  constructor(split: Split, options: BatchOptions) {
    super(split, options);
    const reading = options.reading ?? unreachable('pictures are augmented without a shape');
    const { shape, stored = shape, augmentation = noAugmentation, seed, view } = reading;
    this.#split = split;
    this.#stored = stored;
    this.#sampler = openSampler({ shape, augmentation, seed, view });
  }

  override fill(
    epoch: number,
    batch: number,
    preprocessing: Preprocessing,
    x: Float32Array,
    labels: Int32Array,
  ): void {
    this.indices(epoch, batch).forEach((row, n) => {
      const images = this.#sampler(pictureAt(this.#split.images, this.#stored, row), epoch, row);
      const one = { count: 1, images, labels: this.#split.labels.subarray(row, row + 1) };
      const at = images.length * n;
      const to = { x: x.subarray(at, at + images.length), labels: labels.subarray(n, n + 1) };
      fillBatch(one, FIRST, preprocessing, to.x, to.labels);
    });
  }
}

const FIRST = Int32Array.of(0);
