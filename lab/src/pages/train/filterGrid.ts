/**
 * @file A convolution's kernel as one map of numbers: a filter a column, an input channel a row.
 */

export interface FilterGrid {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** What stands at a place; undefined between filters. */
  readonly at: (row: number, column: number) => FilterPlace | undefined;
}

export interface FilterPlace {
  readonly filter: number;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** More would be too small to see. */
const MOST_FILTERS = 32;
const MOST_CHANNELS = 4;

/** `data`: (KH, KW, C, O), row-major. Between two filters lies one place that is not a number. */
export function filterGrid(data: ArrayLike<number>, shape: readonly number[]): FilterGrid {
  const [KH = 1, KW = 1, C = 1, O = 1] = shape;
  const [channels, filters] = [Math.min(C, MOST_CHANNELS), Math.min(O, MOST_FILTERS)];
  const rows = channels * (KH + 1) - 1;
  const columns = filters * (KW + 1) - 1;
  const at = (row: number, column: number): FilterPlace | undefined => {
    const place = {
      filter: Math.floor(column / (KW + 1)),
      channel: Math.floor(row / (KH + 1)),
      row: row % (KH + 1),
      column: column % (KW + 1),
    };
    return place.row === KH || place.column === KW ? undefined : place;
  };
  const values = Float32Array.from({ length: rows * columns }, (_, i) => {
    const place = at(Math.floor(i / columns), i % columns);
    if (place === undefined) return Number.NaN;
    return (
      data[((place.row * KW + place.column) * C + place.channel) * O + place.filter] ?? Number.NaN
    );
  });
  return { values, rows, columns, at };
}
