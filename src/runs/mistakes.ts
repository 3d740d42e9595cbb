/**
 * @file The worst mistakes as one picture: each with what it shows and what it was read as.
 *
 * The drawing code is loaded only when there is something to draw. Next stop: `data/images/contactSheet.ts`.
 */
import type { ReadingOptions } from '../data/batchSource.ts';
import { picturesOf } from '../data/pictures.ts';
import type { AnySplit } from '../data/streamed.ts';
import type { Evaluation } from '../train/classification.ts';
import { writeWhole } from './folder/wholeFile.ts';

/** Writes the sheet; gives its path, or null where no mistake was made. */
export async function writeMistakes(
  file: string,
  test: AnySplit,
  { classes, mistakes }: Evaluation,
  reading: ReadingOptions,
): Promise<string | null> {
  if (mistakes.length === 0) return null;
  const { contactSheet } = await import('../data/images/contactSheet.ts');
  const rows = mistakes.map(({ index }) => index);
  const shown = await picturesOf(test, rows, reading);
  const captions = mistakes.map(
    ({ label, predicted, confidence }) =>
      `${classes[label]}, not ${classes[predicted]}\n${Math.round(100 * confidence)} %`,
  );
  const sheet = { imageShape: reading.shape, captions, columns: 9 };
  await writeWhole(file, contactSheet(shown, sheet));
  return file;
}
