/**
 * @file A data set that comes as MNIST does: four IDX files, images and labels, train and test.
 */
import { type FileSet, type LoadedFile, type StoredSet, splitOf } from '../dataset.ts';
import { IDX_HEADER_BYTES, parseIdxImages, parseIdxLabels, readIdxHeader } from '../formats/idx.ts';

/** Of two files that do not go together the one that has not the published size; else the images. */
function blamed(images: LoadedFile, labels: LoadedFile, { files }: FileSet): string {
  const published = files.find(({ name }) => name === labels.name)?.content.bytes;
  return labels.bytes.length === published ? images.path : labels.path;
}

/** What differs from one such set to another: its words, files and classes. */
export function idxDataset(set: Omit<StoredSet, 'parse' | 'unpackedSize'>): StoredSet {
  const { classes, files } = set;
  return {
    ...set,
    unpackedSize: (file) => ({
      headBytes: IDX_HEADER_BYTES,
      sizeFrom: (head) => readIdxHeader(head, file.name).totalBytes,
    }),
    parse: (get) => {
      const split = (prefix: string) => {
        const images = get(`${prefix}-images-idx3-ubyte`);
        const labels = get(`${prefix}-labels-idx1-ubyte`);
        const { rows, columns, ...parsed } = parseIdxImages(images.bytes, images.path);
        const read = parseIdxLabels(labels.bytes, classes.length, labels.path);
        const both = splitOf(parsed, read, blamed(images, labels, files));
        return { imageShape: [rows, columns, 1] as const, split: both };
      };
      const { imageShape, split: train } = split('train');
      return { imageShape, train, test: split('t10k').split };
    },
  };
}
