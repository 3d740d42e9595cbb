/**
 * @file The order in which ranks exchange values: the same on every rank, whatever order passes made the nodes in.
 */
import type { Node } from '../graph/node.ts';
import type { RankAttrs } from '../ops/ranks.ts';

/** Those of a bucket together, in their order too; buckets in the order in which they begin. */
export function inBuckets<T extends { readonly node: Node }>(exchanges: readonly T[]): T[][] {
  const buckets = new Map<number, T[]>();
  for (const exchange of exchanges) {
    // Without (a program of one rank), as they were made.
    const { bucket = buckets.size } = exchange.node.attrs as RankAttrs;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), exchange]);
  }
  const orderOf = ({ node }: T) => (node.attrs as RankAttrs).order ?? node.id;
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([, together]) => together.sort((a, b) => orderOf(a) - orderOf(b)));
}
