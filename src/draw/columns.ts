/**
 * @file Columns of text, aligned at their left or right: tables for terminals and drawings alike.
 */

export interface ColumnOptions {
  /** Between columns; default two spaces. */
  readonly gap?: string;
  /** Which columns are aligned at their right; default none. */
  readonly isRight?: (column: number) => boolean;
}

/** Rows of equally many cells to lines. */
export function alignColumns(
  rows: readonly (readonly string[])[],
  { gap = '  ', isRight = () => false }: ColumnOptions = {},
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (isRight(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}
