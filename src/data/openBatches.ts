/**
 * @file Opens the batches of a split: straight from memory where nothing is read or changed, else by threads
 * that read ahead.
 *
 * Next stop: `batchSource.ts` for the first, `loader/prefetch.node.ts` for the second.
 */
import { noAugmentation } from './augment/index.ts';
import { type BatchOptions, type BatchSource, MemoryBatches } from './batchSource.ts';
import { type AnySplit, isStreamed } from './streamed.ts';

export async function openBatches(split: AnySplit, options: BatchOptions): Promise<BatchSource> {
  const { steps } = options.reading?.augmentation ?? noAugmentation;
  if (!isStreamed(split) && steps.length === 0) return new MemoryBatches(split, options);
  const { Prefetcher } = await import('./loader/prefetch.node.ts');
  return new Prefetcher(split, options);
}
