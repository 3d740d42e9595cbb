/**
 * @file Loads a data set that comes as MNIST does: four IDX files, images and labels, train and test.
 */
import { type Dataset, type FileSet, firstOf, type LoadOptions, splitOf } from '../dataset.ts';
import type { LoadedFile } from '../files/files.node.ts';
import { IDX_HEADER_BYTES, parseIdxImages, parseIdxLabels, readIdxHeader } from '../formats/idx.ts';

/** Of two files that do not go together the one that has not the published size; else the images. */
function blamed(images: LoadedFile, labels: LoadedFile, { files }: FileSet): string {
  const published = files.find(({ name }) => name === labels.name)?.content.bytes;
  return labels.bytes.length === published ? images.path : labels.path;
}

export async function loadIdxDataset(
  name: string,
  set: FileSet,
  classes: readonly string[],
  options: LoadOptions,
): Promise<Dataset> {
  const { loadFiles } = await import('../files/files.node.ts');
  const files = await loadFiles(set, options, (file) => ({
    headBytes: IDX_HEADER_BYTES,
    sizeFrom: (head) => readIdxHeader(head, file.name).totalBytes,
  }));
  const split = (prefix: string) => {
    const images = files.get(`${prefix}-images-idx3-ubyte`);
    const labels = files.get(`${prefix}-labels-idx1-ubyte`);
    const parsed = parseIdxImages(images.bytes, images.path);
    const sides: readonly [number, number, number] = [parsed.rows, parsed.columns, 1];
    const both = splitOf(
      parsed,
      parseIdxLabels(labels.bytes, classes.length, labels.path),
      blamed(images, labels, set),
    );
    return { sides, split: both };
  };
  // Structure first: it names what is wrong with a damaged file better than a digest does.
  const train = split('train');
  const test = split('t10k');
  if (options.verify !== false) await files.checkPublished();
  return {
    name,
    classes,
    imageShape: train.sides,
    train: firstOf(train.split, options.trainCount, 'train'),
    test: firstOf(test.split, options.testCount, 'test'),
    digests: files.digests,
  };
}
