/**
 * @file The worst mistakes as one picture: each with what it shows and what it was read as.
 *
 * The drawing code is loaded only when there is something to draw. Next stop: `data/images/contactSheet.ts`.
 */
import type { Dataset } from '../data/dataset.ts';
import type { Evaluation } from './classification.ts';
import { writeWhole } from './wholeFile.ts';

/** Writes the sheet; gives its path, or null where no mistake was made. */
export async function writeMistakes(
  file: string,
  { test, imageShape }: Dataset,
  { classes, mistakes }: Evaluation,
): Promise<string | null> {
  if (mistakes.length === 0) return null;
  const { contactSheet } = await import('../data/images/contactSheet.ts');
  const pixels = imageShape[0] * imageShape[1] * imageShape[2];
  const images = new Uint8Array(mistakes.length * pixels);
  mistakes.forEach(({ index }, i) => {
    images.set(test.images.subarray(index * pixels, (index + 1) * pixels), i * pixels);
  });
  const labels = Uint8Array.from(mistakes, ({ label }) => label);
  const captions = mistakes.map(
    ({ label, predicted, confidence }) =>
      `${classes[label]}, not ${classes[predicted]}\n${Math.round(100 * confidence)} %`,
  );
  const sheet = { imageShape, captions, columns: 9 };
  await writeWhole(file, contactSheet({ count: mistakes.length, images, labels }, sheet));
  return file;
}
