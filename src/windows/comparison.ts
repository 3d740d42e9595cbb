/**
 * @file A comparison as data: columns of pictures with numbers under them, and what follows from them.
 *
 * `comparePooling.ts` and `comparePadding.ts` make one, `comparisonPage.ts` shows it.
 */
import type { RealTensor } from './apply.ts';

export interface Comparison {
  readonly title: string;
  readonly subtitle: string;
  /** Pictures of one row keep their sizes relative to each other, or each fills its column. */
  readonly scale: 'common' | 'fill';
  /** What the pictures of each row show, top to bottom. */
  readonly pictureRows: readonly string[];
  readonly columns: readonly ComparisonColumn[];
  /** One line of numbers under the pictures; a cell per column. */
  readonly table: readonly { readonly label: string; readonly cells: readonly string[] }[];
  /** Sentences that follow from the numbers. */
  readonly findings: readonly string[];
  /** The same as plain data, for JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ComparisonColumn {
  readonly name: string;
  /** One per picture row, values 0..255; null where the column has none. */
  readonly pictures: readonly (RealTensor | null)[];
}

export const levels = (value: number): string => value.toFixed(1);
/** Whole, but never "100 %" for less than all. */
export const percent = (value: number): string =>
  value > 0.995 && value < 1
    ? `${(Math.floor(1000 * value) / 10).toFixed(1)} %`
    : `${(100 * value).toFixed(0)} %`;
