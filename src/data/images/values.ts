/**
 * @file Figures of a picture's values: quantiles, extremes, its border.
 */

/** The value below which the given part of all values lies. */
export function quantile(values: ArrayLike<number>, part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** The least and the largest. */
export function extremes(values: Iterable<number>): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

/** The outermost pixels of a plane with one channel. */
export function borderOf(values: ArrayLike<number>, width: number, height: number): number[] {
  const edge: number[] = [];
  for (let column = 0; column < width; column++) {
    edge.push(values[column], values[(height - 1) * width + column]);
  }
  for (let row = 1; row < height - 1; row++) {
    edge.push(values[row * width], values[row * width + width - 1]);
  }
  return edge;
}
