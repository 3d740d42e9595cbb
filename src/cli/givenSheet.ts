/**
 * @file What a network was given, as a sheet of pictures with their names and answers: `predict --show`.
 */
import path from 'node:path';
import { contactSheet } from '../data/images/contactSheet.ts';
import { cutTo } from '../draw/letters.ts';
import { imageShapeOf, type ModelSpec } from '../nn/spec.ts';
import { writeWhole } from '../runs/folder/wholeFile.ts';
import type { Prediction } from '../train/prediction/reading.ts';

export interface GivenPicture extends Pick<Prediction, 'given' | 'answers'> {
  readonly name: string;
}

/** Pictures on a sheet. */
const MOST_SHOWN = 200;
/** Letters of a file's name. */
const NAME_LENGTH = 18;

/** Writes the sheet as PNG; gives the line that says so. */
export async function writeGiven(
  file: string,
  pictures: readonly GivenPicture[],
  spec: ModelSpec,
): Promise<string> {
  const shown = pictures.slice(0, MOST_SHOWN);
  const size = shown[0]?.given.length ?? 0;
  const images = new Uint8Array(shown.length * size);
  shown.forEach((picture, i) => {
    images.set(picture.given, i * size);
  });
  const split = { count: shown.length, images, labels: new Uint8Array(shown.length) };
  const captions = shown.map(
    ({ name, answers }) =>
      `${cutTo(path.basename(name), NAME_LENGTH)}\n${answers[0]?.class ?? 'nothing'}`,
  );
  await writeWhole(file, contactSheet(split, { imageShape: imageShapeOf(spec), captions }));
  const cut =
    shown.length < pictures.length ? `, the first ${MOST_SHOWN} of ${pictures.length}` : '';
  return `Wrote ${file}: what the network was given${cut}`;
}
