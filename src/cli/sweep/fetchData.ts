/**
 * @file The data of a sweep, opened once before its runs begin: what is missing is fetched by one process and not by
 * several at once, and what cannot be read is told before anything runs.
 */
import type { ImageShape } from '../../base/shape.ts';
import { openDataset } from '../../data/open.ts';
import type { Output } from '../terminal/output.ts';
import { downloadLine, type Live } from '../terminal/progress.ts';

/** `data`: names and places, with a shape of picture that a run reads. Drawn sets are always there. */
export async function fetchData(
  data: ReadonlyMap<string, ImageShape>,
  output: Output,
  live: Live,
): Promise<void> {
  for (const [name, imageShape] of data) {
    if (name === 'digits') continue;
    await openDataset(name, {
      imageShape,
      onProgress: (progress) => live.show(downloadLine(progress)),
      onNote: output.note,
    });
    live.clear();
  }
}
