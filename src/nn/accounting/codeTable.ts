/**
 * @file The codes of a model's classes as bitmaps side by side, and how many pixels each two differ in.
 */
import { first, last } from '../../base/lists.ts';
import { bitmapOf, distanceTable } from '../bitmaps.ts';
import type { ModelSpec } from '../spec.ts';

/** The characters whose bitmaps are the classes' codes; empty where the model has none. */
export function codedClassesOf({ layers }: ModelSpec): string[] {
  const { kind, options } = last(layers, 'layer');
  return kind === 'rbf' && typeof options.codes === 'string' ? [...options.codes] : [];
}

/** Lines without a newline at the end. */
export function formatCodes(characters: readonly string[]): string {
  const bitmaps = characters.map(bitmapOf);
  const rows = first(bitmaps, 'bitmap').map((_, row) =>
    bitmaps.map((bitmap) => bitmap[row]).join('  '),
  );
  const cell = (text: string | number): string => String(text).padStart(4);
  return [
    ...rows,
    '',
    'Pixels of 84 in which two codes differ (their squared distance is four times that)',
    `   ${characters.map(cell).join('')}`,
    ...distanceTable(characters).map((row, i) => `  ${characters[i]}${row.map(cell).join('')}`),
  ].join('\n');
}
