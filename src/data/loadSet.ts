/**
 * @file Loads a set of the table in Node: drawn, or from the files of the data folder.
 *
 * A page loads the same sets from an address instead (`web/data/loadDataset.ts`).
 * Next stop: `files/files.node.ts`.
 */
import { type Dataset, type DatasetDefinition, datasetFrom, type LoadOptions } from './dataset.ts';

export async function loadSet(set: DatasetDefinition, options: LoadOptions): Promise<Dataset> {
  if (set.files === undefined) return set.draw(options);
  const { loadFiles } = await import('./files/files.node.ts');
  return datasetFrom(set, await loadFiles(set, options), options);
}
