/**
 * @file Grids of numbers from words and files: JSON, CSV or plain text.
 *
 * Numbers are parted by spaces or commas, rows by line ends or semicolons. `size` is there when the rows
 * are equally long; a JSON list without inner lists is one row.
 */
import { readFileSync } from 'node:fs';
import { messageOf, UsageError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { shownValue } from '../../base/printable.ts';
import type { Pair } from '../../base/window.ts';

export interface NumberGrid {
  /** Row by row. */
  readonly numbers: readonly number[];
  readonly size?: Pair;
}

export function readNumbers(file: string): NumberGrid {
  let words: string;
  try {
    words = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      { problem: `cannot be read: ${messageOf(error)}`, where: file },
      { cause: error },
    );
  }
  return parseNumbers(words, file);
}

/** `where` names the option or the file in messages. */
export function parseNumbers(words: string, where: string): NumberGrid {
  const rows = words.trimStart().startsWith('[') ? fromJson(words, where) : fromText(words, where);
  const [first] = rows;
  if (first === undefined) throw new UsageError({ problem: 'no numbers', where });
  const even = rows.every((row) => row.length === first.length);
  const numbers = rows.flat();
  return even ? { numbers, size: [rows.length, first.length] } : { numbers };
}

function fromText(words: string, where: string): number[][] {
  return words
    .split(/[;\r\n]+/)
    .map((row) => row.split(/[\s,]+/).filter((word) => word !== ''))
    .filter((row) => row.length > 0)
    .map((row) => row.map((word) => toNumber(word, Number(word), where)));
}

function fromJson(words: string, where: string): number[][] {
  const parsed = parseJson(words, { where, expected: 'rows of numbers' });
  const list = Array.isArray(parsed) ? parsed : [parsed];
  const rows = list.some((row) => Array.isArray(row)) ? list : [list];
  return rows.map((row) =>
    (Array.isArray(row) ? row : [row]).map((value: unknown) =>
      toNumber(shownValue(value), value, where),
    ),
  );
}

function toNumber(word: string, value: unknown, where: string): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new UsageError({
    problem: `"${word}" is not a number`,
    expected: 'rows of numbers',
    where,
  });
}
