/**
 * @file What a contact sheet of a data set shows: the first pictures of each class, or one of each class as
 * training would change it, time after time.
 */
import { parseAugmentation } from '../data/augment/index.ts';
import type { Split } from '../data/dataset.ts';
import { colouredFor } from '../data/measured.ts';
import { picturesOf } from '../data/pictures.ts';
import type { AnyDataset, AnySplit } from '../data/streamed.ts';

export interface SheetOptions {
  readonly split: 'train' | 'test';
  /** Pictures of each class. */
  readonly columns: number;
  readonly seed: number;
  /** A name or list, as `parseAugmentation` reads it; absent: pictures as they are. */
  readonly augment?: string | undefined;
}

/** The pictures of the sheet, of the data set's own size. */
export async function sheetOf(dataset: AnyDataset, options: SheetOptions): Promise<Split> {
  const { columns, seed, augment } = options;
  const { imageShape: shape, classes } = dataset;
  const split = dataset[options.split];
  const reading = { shape };
  if (augment === undefined) {
    const rows = classes.flatMap((_, label) => firstRows(split, label, columns));
    return picturesOf(split, rows, reading);
  }
  const parsed = parseAugmentation(augment, shape);
  const augmentation = await colouredFor(parsed, split, { shape });
  const rows = classes.flatMap((_, label) => firstRows(split, label, 1));
  const first = await picturesOf(split, rows, reading);
  const parts = [first];
  for (let epoch = 0; epoch < columns - 1; epoch++) {
    parts.push(await picturesOf(split, rows, { ...reading, augmentation, seed }, epoch));
  }
  const images = new Uint8Array(parts.length * first.images.length);
  parts.forEach((part, i) => {
    images.set(part.images, i * part.images.length);
  });
  const labels = Int32Array.from(parts.flatMap((part) => [...part.labels]));
  return { count: labels.length, images, labels };
}

function firstRows({ count, labels }: AnySplit, label: number, most: number): number[] {
  const rows: number[] = [];
  for (let row = 0; row < count && rows.length < most; row++) {
    if (labels[row] === label) rows.push(row);
  }
  return rows;
}
