/**
 * @file From a list of pictures and labels to the two splits of a data set.
 *
 * Listings come class by class; their rows are put in a random order that is always the same, so that "the
 * last fraction" (validation) and "the first pictures" hold every class.
 */
import { FoveaError } from '../../base/errors.ts';
import { RandomStream } from '../../base/random.ts';
import type { Origin, StreamedSplit } from '../streamed.ts';

export interface Listing {
  readonly classes: readonly string[];
  /** Per picture of the origin. */
  readonly labels: readonly number[];
  readonly origin: Origin;
  /** Of names, sizes, classes and some content. */
  readonly digest: string;
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

export interface ListedSplits {
  readonly classes: readonly string[];
  readonly train: StreamedSplit;
  readonly test: StreamedSplit;
  /** Part -> SHA-256. */
  readonly digests: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** Of the pictures of a class, one of so many is kept for testing where there is no test set; of fewer, one. */
const KEEP_ONE_OF = 10;

/** The rows of both splits, in a random order that is always the same; without a test set some are kept for it. */
export function rowsOf(
  train: Pick<Listing, 'classes' | 'labels'>,
  test?: Pick<Listing, 'labels'>,
): { readonly train: readonly number[]; readonly test: readonly number[] } {
  const all = train.labels.map((_, item) => item);
  if (test !== undefined) {
    return { train: inOrder(all), test: inOrder(test.labels.map((_, item) => item)) };
  }
  const totals = train.classes.map(() => 0);
  for (const label of train.labels) totals[label]++;
  const seen = train.classes.map(() => 0);
  const isKept = (item: number) => {
    const label = train.labels[item];
    const nth = ++seen[label];
    const few = totals[label] < KEEP_ONE_OF && totals[label] > 1;
    return few ? nth === totals[label] : nth % KEEP_ONE_OF === 0;
  };
  const kept = new Set(all.filter(isKept));
  if (kept.size === 0) {
    throw new FoveaError({
      problem: `${all.length} pictures in as many classes: none can be kept for testing`,
      expected: 'two pictures or more in some class, or a test set of its own',
      fix: 'put train/ and test/ folders beside each other, or add test=... to the data set',
    });
  }
  return { train: inOrder(all.filter((item) => !kept.has(item))), test: inOrder([...kept]) };
}

function inOrder(items: readonly number[]): readonly number[] {
  if (items.length === 0)
    throw new FoveaError({ problem: 'no pictures', expected: 'one at least' });
  return [...new RandomStream(0, 'listing').permutation(items.length)].map((at) => items[at]);
}

export function splitsOf(train: Listing, test?: Listing): ListedSplits {
  const rows = rowsOf(train, test);
  return {
    classes: train.classes,
    train: splitOf(train, rows.train),
    test: splitOf(test ?? train, rows.test),
    digests:
      test === undefined
        ? { pictures: train.digest }
        : { 'training pictures': train.digest, 'test pictures': test.digest },
    notes: [...train.notes, ...(test?.notes ?? [])],
  };
}

function splitOf({ labels, origin }: Listing, rows: readonly number[]): StreamedSplit {
  const items = new Uint32Array(new SharedArrayBuffer(4 * rows.length));
  items.set(rows);
  return {
    count: rows.length,
    items,
    labels: Int32Array.from(items, (item) => labels[item]),
    origin,
  };
}
