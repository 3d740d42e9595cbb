/**
 * @file Opens the batches of a split: straight from memory where nothing is read or changed, else by threads
 * that read ahead, or by the caller where there are no threads. Whoever makes a batch, it is the same.
 *
 * Next stop: `batchSource.ts`, then `loader/prefetch.node.ts` and `augmentedBatches.ts`.
 */

import { inNode } from '../../base/host.ts';
import { type ArraySplit, isArrays } from '../arraySplit.ts';
import { noAugmentation } from '../augment/index.ts';
import { type AnySplit, isStreamed } from '../streamed.ts';
import { ArrayBatches } from './arrayBatches.ts';
import { type BatchOptions, type BatchSource, MemoryBatches } from './batchSource.ts';

export async function openBatches(
  split: AnySplit | ArraySplit,
  options: BatchOptions,
): Promise<BatchSource> {
  if (isArrays(split)) return new ArrayBatches(split, options);
  const { augmentation = noAugmentation, workers } = options.reading ?? {};
  if (!isStreamed(split)) {
    if (augmentation.steps.length === 0) return new MemoryBatches(split, options);
    if (workers === 0 || !inNode) {
      const { AugmentedBatches } = await import('./augmentedBatches.ts');
      return new AugmentedBatches(split, options);
    }
  }
  const { Prefetcher } = await import('../loader/prefetch.node.ts');
  return new Prefetcher(split, options);
}
