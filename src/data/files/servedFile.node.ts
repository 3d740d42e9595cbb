/**
 * @file Files of data sets that a server hands on: those of the table, in the data folder, and nothing else.
 *
 * Before: `server/routes/data.ts`.
 */
import { join } from 'node:path';
import { openRegular } from '../../base/regularFile.node.ts';
import type { DataFile, FileSet } from '../dataset.ts';
import { datasetNames, datasetOf } from '../datasets/index.ts';
import { findFile } from '../known.node.ts';
import { dataFolder } from './location.node.ts';

/** A file of a set by the names in its address; undefined for whatever is in no table, and what is not there. */
export async function openServedFile(
  folder: string,
  name: string,
): Promise<Awaited<ReturnType<typeof openRegular>> | undefined> {
  const set = fileSets().find((known) => known.folder === folder);
  if (set === undefined || !set.files.some((file) => isNamed(file, name))) return undefined;
  return openRegular(join(dataFolder(), set.folder, name)).catch(() => undefined);
}

/** Names of the sets of which every file is there. */
export async function servedSets(): Promise<readonly string[]> {
  const whole: string[] = [];
  for (const name of datasetNames) {
    const { files: set } = datasetOf(name);
    if (set === undefined) continue;
    const folder = join(dataFolder(), set.folder);
    const found = await Promise.all(set.files.map((file) => findFile(folder, file)));
    if (found.every((path) => path !== undefined)) whole.push(name);
  }
  return whole;
}

const fileSets = (): FileSet[] => datasetNames.flatMap((name) => datasetOf(name).files ?? []);

const isNamed = (file: DataFile, name: string): boolean =>
  name === file.name || name === `${file.name}.gz`;
