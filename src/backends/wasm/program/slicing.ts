/**
 * @file Into how many slices a batch is cut: a matter of the problem, never of the machine, so that sums over the
 * batch come out the same for any number of threads.
 *
 * A slice is what one thread takes through a batch phase; more slices keep more threads busy. Their price is one
 * more partial sum each of every gradient that is summed over the batch, and kernels with fewer rows at a time.
 * Next stop: `plan.ts`, which counts the price on the plan itself.
 */
/** How the batch is cut. */
export interface Slicing {
  readonly images: number;
  readonly imagesPerSlice: number;
  readonly slices: number;
}

/** A batch of so many images has so many slices at least. */
const FEWEST_SLICES = 8;
const MOST_SLICES = 32;
/** Fewer images than this in a slice leave tiles of rows half empty. */
const IMAGES_PER_SLICE = 8;
/** A number of a partial sum is cleared, added to, and read in the end: worth so many multiply-adds. */
const PARTIAL_COST = 50;
/** The part of a program's multiply-adds that all partial sums may cost. */
const MOST_PRICE = 1 / 32;

/** As even as possible, in at most `most` slices. */
export function sliceBatch(images: number, most = FEWEST_SLICES): Slicing {
  const imagesPerSlice = Math.ceil(images / Math.min(images, most));
  return { images, imagesPerSlice, slices: Math.ceil(images / imagesPerSlice) };
}

/** What a program does with a batch, counted on a plan. */
export interface BatchWork {
  readonly images: number;
  readonly multiplyAdds: number;
  /** Numbers of one slice's partial sums. */
  readonly partialNumbers: number;
}

/** The cut that suits a program: finer where it has images enough and the partial sums cost little. */
export function suitedSlicing({ images, multiplyAdds, partialNumbers }: BatchWork): Slicing {
  let most = FEWEST_SLICES;
  while (
    2 * most <= MOST_SLICES &&
    2 * most * IMAGES_PER_SLICE <= images &&
    2 * most * partialNumbers * PARTIAL_COST <= multiplyAdds * MOST_PRICE
  )
    most *= 2;
  return sliceBatch(images, most);
}
