/**
 * @file Loads a data set in a page: digits are drawn, the others come from an address that the caller names.
 *
 *     const mnist = await loadDataset('mnist', { base: 'https://example.org/data/' });
 *
 * What it gives is the same `Dataset`, with the same digests, that Node loads from files. What fetches is loaded when
 * it is needed, so that a page of digits does not carry it.
 * Next stop: `fetchedFiles.ts`.
 */
import { FoveaError, UsageError } from '../../base/errors.ts';
import type { Known } from '../../base/names.ts';
import { type Dataset, datasetFrom, type LoadOptions } from '../../data/dataset.ts';
import { type DatasetName, datasetOf } from '../../data/datasets/index.ts';
import { openOriginFiles } from '../files/originFiles.ts';
import { MemoryFiles, type StoredFiles } from '../files/storedFiles.ts';

export interface LoadFromOptions extends Omit<LoadOptions, 'folder' | 'download'> {
  /**
   * Absolute address of a folder with one folder per set: BASE/mnist/train-images-idx3-ubyte.gz. Not needed for
   * digits. `fovea lab` serves it as /data/.
   */
  readonly base?: string | URL | undefined;
}

export async function loadDataset<N extends string>(
  name: Known<N, DatasetName>,
  options: LoadFromOptions = {},
): Promise<Dataset> {
  const set = datasetOf(name);
  if (set.files === undefined) return set.draw(options);
  const base = baseOf(options.base, set.name);
  const { fetchFiles } = await import('./fetchedFiles.ts');
  const kept = await keptFiles(options.onNote);
  return datasetFrom(set, await fetchFiles(set, kept, { ...options, base }), options);
}

/** Forgets what was fetched of a set, whole files and parts. */
export async function forgetDataset<N extends string>(name: Known<N, DatasetName>): Promise<void> {
  const { files } = datasetOf(name);
  if (files === undefined) return;
  await (await openOriginFiles()).remove(`data/${files.folder}`);
}

async function keptFiles(onNote: LoadOptions['onNote']): Promise<StoredFiles> {
  try {
    return await openOriginFiles();
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    onNote?.(`What is fetched is not kept: ${error.parts.problem}`);
    return new MemoryFiles();
  }
}

function baseOf(given: string | URL | undefined, name: string): string {
  const base = given === undefined ? undefined : String(given);
  if (base !== undefined && /^https?:\/\//.test(base) && URL.canParse(base)) {
    return base.endsWith('/') ? base : `${base}/`;
  }
  throw new UsageError({
    option: 'base',
    problem:
      base === undefined
        ? `is missing: ${name} is fetched from an address`
        : `received "${base}", which is no address of its own`,
    expected: 'an absolute http(s) address of a folder that holds one folder per data set',
    fix: "base: new URL('data/', document.baseURI), and in it the folder mnist/ with the original files",
  });
}
