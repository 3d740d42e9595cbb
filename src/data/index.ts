/**
 * @file What the rest of the house uses of the data room.
 */
import type { Known } from '../base/names.ts';
import type { Dataset, LoadOptions } from './dataset.ts';
import { type DatasetName, datasetOf } from './datasets/index.ts';
import type { FileStatus } from './files/files.node.ts';
import { loadSet } from './loadSet.ts';

export {
  BatchOrder,
  type BatchOrderOptions,
  fillBatch,
  unitRange,
  validationSplit,
} from './batches/batches.ts';
export {
  type Dataset,
  type DatasetDefinition,
  type DownloadProgress,
  firstOf,
  type LoadOptions,
  type Split,
  sliceSplit,
} from './dataset.ts';
export { datasetNames, datasetOf } from './datasets/index.ts';
export type { FileStatus } from './files/files.node.ts';
export { type ContactSheetOptions, contactSheet, pictureToPng } from './images/contactSheet.ts';
export type { Picture } from './images/picture.ts';
export {
  type PreparedImage,
  type PrepareOptions,
  prepareDigit,
  prepareImage,
} from './images/prepare.ts';

/** Loads a data set by name; files that are missing are downloaded and checked. */
export async function loadDataset<N extends string>(
  name: Known<N, DatasetName>,
  options: LoadOptions = {},
): Promise<Dataset> {
  return loadSet(datasetOf(name), options);
}

/** Each file of a data set: is it there, is it the published one? Empty for drawn sets. */
export async function verifyDataset(name: string, folder?: string): Promise<FileStatus[]> {
  const { files } = datasetOf(name);
  if (files === undefined) return [];
  const { verifyFiles } = await import('./files/files.node.ts');
  return verifyFiles(files, folder);
}
