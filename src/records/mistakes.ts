/**
 * @file The worst mistakes as one picture: each with what it shows and what it was read as.
 *
 * The drawing code is loaded only when there is something to draw. Next stop: `data/images/contactSheet.ts`.
 */

import type { ReadingOptions } from '../data/batches/batchSource.ts';
import { picturesOf } from '../data/pictures.ts';
import type { AnySplit } from '../data/streamed.ts';
import { cutTo } from '../draw/letters.ts';
import type { Evaluation } from '../train/evaluation/classification.ts';

/** PNG bytes; null where no mistake was made. */
export async function mistakesSheet(
  test: AnySplit,
  { classes, mistakes }: Evaluation,
  reading: ReadingOptions,
): Promise<Uint8Array | null> {
  if (mistakes.length === 0) return null;
  const { contactSheet } = await import('../data/images/contactSheet.ts');
  const rows = mistakes.map(({ index }) => index);
  const shown = await picturesOf(test, rows, reading);
  const nameOf = (label: number): string => cutTo(classes[label] ?? String(label), MOST_LETTERS);
  const captions = mistakes.map(
    ({ label, predicted, confidence }) =>
      `is ${nameOf(label)}\nread ${nameOf(predicted)}\n${percentBelow(confidence)} sure`,
  );
  // Long names take their room, and the sheet fewer pictures side by side.
  const longest = Math.max(...captions.flatMap((c) => c.split('\n')).map(({ length }) => length));
  const columns = Math.max(4, Math.min(9, Math.floor(LETTERS_ACROSS / Math.max(10, longest))));
  return contactSheet(shown, { imageShape: reading.shape, captions, columns });
}

/** Of a class below its picture, and of all captions side by side. */
const [MOST_LETTERS, LETTERS_ACROSS] = [22, 110];

/** One decimal, rounded down: nothing but certainty is 100 %. */
export function percentBelow(share: number): string {
  return `${(Math.floor(1000 * share) / 10).toFixed(1)} %`;
}
