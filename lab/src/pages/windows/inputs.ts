/**
 * @file The numbers that the window slides over, and those it multiplies by: examples, and what is typed.
 */
import type { Pair } from 'fovea/web';

/** A seven, six by six: the size of the text's example. */
const SEVEN: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0, 0],
  [0, 9, 9, 9, 9, 0],
  [0, 0, 0, 2, 9, 0],
  [0, 0, 0, 9, 2, 0],
  [0, 0, 5, 9, 0, 0],
  [0, 0, 9, 5, 0, 0],
];

/** The seven in any size, in whole numbers from 0 to 9. */
export function exampleInput([rows, columns]: Pair): number[] {
  const along = (i: number, n: number) => (n === 1 ? 2.5 : (5 * i) / (n - 1));
  return Array.from({ length: rows * columns }, (_, i) =>
    Math.round(between(along(Math.floor(i / columns), rows), along(i % columns, columns))),
  );
}

/** Bilinear: what stands between four cells of the seven. */
function between(row: number, column: number): number {
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const cell = (h: number, w: number) => SEVEN[Math.min(h, 5)]?.[Math.min(w, 5)] ?? 0;
  const upper = cell(top, left) * (1 - right) + cell(top, left + 1) * right;
  const lower = cell(top + 1, left) * (1 - right) + cell(top + 1, left + 1) * right;
  return upper * (1 - down) + lower * down;
}

/** The same numbers in another size: cut off at the right and below, or zeros added there. */
export function resized(values: readonly number[], from: Pair, to: Pair): number[] {
  return Array.from({ length: to[0] * to[1] }, (_, i) => {
    const [h, w] = [Math.floor(i / to[1]), i % to[1]];
    return h < from[0] && w < from[1] ? (values[h * from[1] + w] ?? 0) : 0;
  });
}

export const kernelNames = ['vertical', 'horizontal', 'mean', 'sharpen', 'same'] as const;
export type KernelName = (typeof kernelNames)[number];

/** The weight in a row and a column of a k by k kernel. */
const KERNELS: Readonly<Record<KernelName, (h: number, w: number, k: number) => number>> = {
  vertical: (_, w, k) => (k === 1 ? 1 : Math.sign(w - (k - 1) / 2)),
  horizontal: (h, _, k) => (k === 1 ? 1 : Math.sign(h - (k - 1) / 2)),
  mean: (_, __, k) => Number((1 / (k * k)).toPrecision(4)),
  sharpen: (h, w, k) => (isCentre(h, w, k) ? k * k : -1),
  same: (h, w, k) => (isCentre(h, w, k) ? 1 : 0),
};

const isCentre = (h: number, w: number, k: number): boolean =>
  h === Math.floor((k - 1) / 2) && w === Math.floor((k - 1) / 2);

/** k * k weights that are known by name, for any k. */
export function namedKernel(name: KernelName, k: number): number[] {
  return Array.from({ length: k * k }, (_, i) => KERNELS[name](Math.floor(i / k), i % k, k));
}

/** The name of weights that are a named kernel's. */
export function kernelName(weights: readonly number[], k: number): KernelName | 'own' {
  return (
    kernelNames.find((name) => namedKernel(name, k).every((w, i) => w === weights[i])) ?? 'own'
  );
}

export interface Typed {
  readonly size: Pair;
  readonly values: readonly number[];
}

/** Largest side of an input: more cells are no explanation any more. */
export const MOST_SIDE = 32;

/** Rows of numbers as somebody types them: a line a row, with spaces, commas or semicolons. Or what is wrong. */
export function parseRows(text: string): Typed | { readonly problem: string } {
  const rows = text
    .split(/\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/[\s,;]+/).filter((word) => word !== ''));
  const [first = []] = rows;
  if (rows.length === 0) return { problem: 'type numbers, a line for each row' };
  for (const [i, row] of rows.entries()) {
    const wrong = row.find((word) => !Number.isFinite(Number(word.replace('−', '-'))));
    if (wrong !== undefined)
      return { problem: `row ${i + 1}: "${wrong.slice(0, 20)}" is no number` };
    if (row.length !== first.length)
      return { problem: `row ${i + 1} has ${row.length} numbers, row 1 has ${first.length}` };
  }
  if (rows.length > MOST_SIDE || first.length > MOST_SIDE)
    return { problem: `at most ${MOST_SIDE} rows and columns` };
  const values = rows.flat().map((word) => Number(word.replace('−', '-')));
  if (values.some((value) => Math.abs(value) > 1e6)) return { problem: 'numbers up to 1,000,000' };
  return { size: [rows.length, first.length], values };
}

/** The numbers as lines of text, to be typed on. */
export function rowsAsText(values: readonly number[], columns: number): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += columns)
    lines.push(values.slice(i, i + columns).join(' '));
  return lines.join('\n');
}
