/**
 * @file A two-sided linear map T x T^T, written down: the middle of every Winograd transform.
 *
 * Matrices are constants, so zeros take no operation and ones no product.
 */
import { at, range } from '../../../../base/lists.ts';
import type { Matrix } from '../../../../compile/winograd/variants.ts';
import { float } from '../../language/numbers.ts';

/** Names of a square of numbers: `name` and then row and column. */
export const cell = (name: string, row: number, column: number): string =>
  `${name}${row}_${column}`;

/** Statements that make the square `to` (rows of T on a side) of the square `from` (columns of T on a side). */
export function sandwich(matrix: Matrix, from: string, to: string): string[] {
  const side = at(matrix, 0, 'row').length;
  const halfway = `${to}Half`;
  const rowsDone = matrix.flatMap((row, i) =>
    range(side).map(
      (column) =>
        `let ${cell(halfway, i, column)} = ${combined(row, (k) => cell(from, k, column))};`,
    ),
  );
  const columnsDone = range(matrix.length).flatMap((i) =>
    matrix.map((row, j) => `let ${cell(to, i, j)} = ${combined(row, (k) => cell(halfway, i, k))};`),
  );
  return [...rowsDone, ...columnsDone];
}

/** A sum of numbers by constant factors. */
function combined(factors: readonly number[], numberOf: (k: number) => string): string {
  const terms = factors.flatMap((factor, k) => (factor === 0 ? [] : [{ factor, k }]));
  if (terms.length === 0) return '0f';
  return terms
    .map(({ factor, k }, i) => {
      const product =
        Math.abs(factor) === 1 ? numberOf(k) : `${float(Math.abs(factor))} * ${numberOf(k)}`;
      if (i === 0) return factor < 0 ? `-${product}` : product;
      return factor < 0 ? ` - ${product}` : ` + ${product}`;
    })
    .join('');
}
