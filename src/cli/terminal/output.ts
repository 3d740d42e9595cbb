/**
 * @file Where a command's words go.
 *
 * Results go to standard output, messages to standard error. With `--json` standard output holds JSON
 * lines and nothing else, so a result in words is not printed at all. Numbers that JSON has no word for
 * (NaN, infinities) become null. Nothing that a terminal obeys passes: names come from other people's files.
 * Next stop: `commands/`.
 */

import { printable, printableLines } from '../../base/printable.ts';
import { proseWidth, wrapped } from './wrap.ts';

export interface Output {
  readonly json: boolean;
  /** A result in words: standard output, silent with --json. */
  text(words: string): void;
  /** A result as data: one JSON line on standard output, silent without --json. `event` says what it is. */
  data(value: Readonly<Record<string, unknown>> & { readonly event: string }): void;
  /** A message beside the result: standard error, broken at words where that is a terminal. */
  note(words: string): void;
}

export function openOutput(json: boolean): Output {
  return {
    json,
    text: (words) => {
      if (!json) process.stdout.write(`${printableLines(words)}\n`);
    },
    data: (value) => {
      if (json) process.stdout.write(`${printableLines(JSON.stringify(value))}\n`);
    },
    note: (words) => {
      const width = proseWidth(process.stderr.columns);
      process.stderr.write(`${wrapped(printableLines(words), width)}\n`);
    },
  };
}

/** The first rows of a long list, and a line on the rest. */
export function firstRows(
  rows: readonly (readonly string[])[],
  most: number,
): readonly (readonly string[])[] {
  if (rows.length <= most) return rows;
  const left = (rows.length - most).toLocaleString('en-US');
  return [...rows.slice(0, most), [`... and ${left} more`]];
}

/** Longer cells are cut: a class may be named by a megabyte. */
const MOST_CELL = 120;

/** Columns of cells, the first left-aligned and the others to the right. */
export function table(given: readonly (readonly string[])[], leftColumns = 1): string {
  const rows = given.map((row) => row.map((cell) => printable(cell, MOST_CELL)));
  const widths = (rows[0] ?? []).map((_, i) =>
    rows.reduce((widest, row) => Math.max(widest, (row[i] ?? '').length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i < leftColumns ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
