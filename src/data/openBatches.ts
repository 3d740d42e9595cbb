/**
 * @file Opens the batches of a split: straight from memory where nothing is read or changed, else by threads
 * that read ahead, or by the caller where there are no threads. Whoever makes a batch, it is the same.
 *
 * Next stop: `batchSource.ts`, then `loader/prefetch.node.ts` and `augmentedBatches.ts`.
 */
import { inNode } from '../base/host.ts';
import { noAugmentation } from './augment/index.ts';
import { AugmentedBatches } from './augmentedBatches.ts';
import { type BatchOptions, type BatchSource, MemoryBatches } from './batchSource.ts';
import { type AnySplit, isStreamed } from './streamed.ts';

export async function openBatches(split: AnySplit, options: BatchOptions): Promise<BatchSource> {
  const { augmentation = noAugmentation, workers } = options.reading ?? {};
  if (!isStreamed(split)) {
    if (augmentation.steps.length === 0) return new MemoryBatches(split, options);
    if (workers === 0 || !inNode) return new AugmentedBatches(split, options);
  }
  const { Prefetcher } = await import('./loader/prefetch.node.ts');
  return new Prefetcher(split, options);
}
