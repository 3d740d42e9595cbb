/**
 * @file Means over a window round every pixel, by one table of sums.
 *
 * `sums[y][x]` holds the sum of all values above and to the left, so that any rectangle's sum is four look-ups
 * (Crow 1984, "summed-area tables"). Towards the border the window narrows on both sides alike: on a slope, the
 * mean of a window that leans to one side would be off. Next stop: `ink.ts`.
 */

interface Weighted {
  readonly width: number;
  readonly height: number;
  /** (height, width). */
  readonly values: Float32Array;
  /** Which pixels count; default: all. */
  readonly counts?: Uint8Array | undefined;
}

export interface LocalMeans {
  /** (height, width); 0 where nothing in the window counts. */
  readonly means: Float32Array;
  /** Share of the window that counts. */
  readonly shares: Float32Array;
}

/** The least part of the radius that stays at the border. */
const LEAST = 1 / 6;

/** Means over windows of (2 radius + 1) x (2 radius + 1). */
export function localMeans(
  { width, height, values, counts }: Weighted,
  radius: number,
): LocalMeans {
  const numbers = (width + 1) * (height + 1);
  const valueAt = (i: number) => (counts?.[i] === 0 ? 0 : values[i]);
  const sums = summed(new Float64Array(numbers), width, height, valueAt);
  // Whole numbers, which 32 bits hold; where every pixel counts, the window's area is their sum.
  const counted = counts && summed(new Uint32Array(numbers), width, height, (i) => counts[i]);
  const across = Array.from({ length: width }, (_, x) => reach(x, width, radius));
  const down = Array.from({ length: height }, (_, y) => reach(y, height, radius));
  const means = new Float32Array(width * height);
  const shares = new Float32Array(width * height);
  const stride = width + 1;
  const over = (
    table: Float64Array | Uint32Array,
    [top, bottom]: Reach,
    [left, right]: Reach,
  ): number =>
    table[bottom * stride + right] -
    table[top * stride + right] -
    table[bottom * stride + left] +
    table[top * stride + left];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const area = (down[y][1] - down[y][0]) * (across[x][1] - across[x][0]);
      const n = counted === undefined ? area : over(counted, down[y], across[x]);
      means[i] = n === 0 ? 0 : over(sums, down[y], across[x]) / n;
      shares[i] = n / area;
    }
  }
  return { means, shares };
}

/** First and last + 1. */
type Reach = readonly [number, number];

function reach(at: number, size: number, radius: number): Reach {
  const toBorder = Math.min(at, size - 1 - at);
  const r = Math.max(Math.min(radius, toBorder), Math.ceil(radius * LEAST));
  return [Math.max(0, at - r), Math.min(size, at + r + 1)];
}

/** Fills `sums`, (height + 1, width + 1). */
function summed<T extends Float64Array | Uint32Array>(
  sums: T,
  width: number,
  height: number,
  valueAt: (i: number) => number,
): T {
  const stride = width + 1;
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += valueAt(y * width + x);
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
    }
  }
  return sums;
}
