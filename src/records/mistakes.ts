/**
 * @file The worst mistakes as one picture: each with what it shows and what it was read as.
 *
 * The drawing code is loaded only when there is something to draw. Next stop: `data/images/contactSheet.ts`.
 */
import type { ReadingOptions } from '../data/batches/batchSource.ts';
import { picturesOf } from '../data/pictures.ts';
import type { AnySplit } from '../data/streamed.ts';
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
  const captions = mistakes.map(
    ({ label, predicted, confidence }) =>
      `is ${classes[label]}\nread ${classes[predicted]}\n${percentBelow(confidence)}`,
  );
  const sheet = { imageShape: reading.shape, captions, columns: 9 };
  return contactSheet(shown, sheet);
}

/** One decimal, rounded down: nothing but certainty is 100 %. */
export function percentBelow(share: number): string {
  return `${(Math.floor(1000 * share) / 10).toFixed(1)} %`;
}
