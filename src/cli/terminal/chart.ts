/**
 * @file Curves as letters: a letter for each run, over a grid of the terminal's cells.
 */
import type { Curve } from '../../records/comparedRuns.ts';

const [ROWS, COLUMNS] = [14, 64];
const LETTERS = 'abcdefgh';
/** Two curves or more in one cell. */
const SEVERAL = '*';

/**
 * The y axis from the least to the most value, epochs from left to right; a line of names below. `ends`: what stands
 * below the first and the last point in place of their epochs.
 */
export function drawChart(
  curves: readonly Pick<Curve, 'label' | 'values'>[],
  measure: string,
  ends?: readonly [first: string, last: string],
): string {
  const values = curves.flatMap(({ values: own }) => own.filter((value) => value !== null));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const length = Math.max(...curves.map(({ values: own }) => own.length));
  const cells = Array.from({ length: ROWS }, () => Array<string>(COLUMNS).fill(' '));
  const span = high - low || 1;
  curves.forEach(({ values: own }, i) => {
    for (let column = 0; column < COLUMNS; column++) {
      const value = between(own, (column / (COLUMNS - 1)) * (length - 1));
      if (value === null) continue;
      const row = Math.round(((high - value) / span) * (ROWS - 1));
      const line = cells[row];
      if (line === undefined) continue;
      line[column] = line[column] === ' ' ? (LETTERS[i] ?? SEVERAL) : SEVERAL;
    }
  });
  const labels = cells.map((_, row) => labelOf(high - (row / (ROWS - 1)) * (high - low), row));
  const wide = Math.max(...labels.map((label) => label.length));
  // The number of the last epoch stands below its point, and the word behind it.
  const [first, last] = ends ?? ['1', `${length} epochs`];
  const atEnd = ends === undefined ? String(length).length : last.length;
  const names = curves.map(({ label }, i) => `${LETTERS[i] ?? SEVERAL} ${label}`);
  return [
    `${' '.repeat(wide)}   ${measure}`,
    ...cells.map((line, row) =>
      `${(labels[row] ?? '').padStart(wide)} | ${line.join('')}`.trimEnd(),
    ),
    `${' '.repeat(wide)} +${'-'.repeat(COLUMNS + 1)}`,
    `${' '.repeat(wide)}   ${first.padEnd(COLUMNS - atEnd)}${last}`,
    '',
    names.join('    '),
  ].join('\n');
}

/** On the straight line between two epochs; null where one of them has no value, or a run has ended. */
function between(values: Curve['values'], place: number): number | null {
  const [before, after] = [values[Math.floor(place)] ?? null, values[Math.ceil(place)] ?? null];
  return before === null || after === null ? null : before + (after - before) * (place % 1);
}

/** Every fourth line and the last have a number. */
function labelOf(value: number, row: number): string {
  return row % 4 === 0 || row === ROWS - 1 ? value.toPrecision(3) : '';
}
