/**
 * @file `folder:PATH`: one sub-folder per class, picture files in it, at any depth.
 *
 * PATH may also hold `train` and `test` (or `val`, `validation`) with the class folders in them. Without
 * a test folder every tenth picture of a class is kept for testing. The names alone are read here.
 */
import { type Dirent, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { packNames } from '../streamed.ts';
import { type ListedSplits, type Listing, splitsOf } from './listing.ts';

const PICTURE = /\.(png|jpe?g|webp|p[bgpn]m)$/i;
const TEST_NAMES = ['test', 'val', 'validation'];

export async function listImageFolder(folder: string, testFolder?: string): Promise<ListedSplits> {
  if (testFolder !== undefined) {
    const trained = await listClasses(folder, folder);
    return splitsOf(trained, await listClasses(testFolder, testFolder, trained.classes));
  }
  const train = join(folder, 'train');
  const test = TEST_NAMES.map((name) => join(folder, name)).find(existsSync);
  if (!existsSync(train) || test === undefined) {
    return splitsOf(await listClasses(folder, folder));
  }
  const trained = await listClasses(train, folder);
  return splitsOf(trained, await listClasses(test, folder, trained.classes));
}

/** Pictures of each class; with `known`, the classes must be among those. */
async function listClasses(
  folder: string,
  root: string,
  known?: readonly string[],
): Promise<Listing> {
  const classes = (await entriesOf(folder))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  const stranger = known && classes.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new FoveaError({
      where: join(folder, stranger),
      problem: 'a class for testing that training does not know',
      expected: `one of ${known?.join(', ')}`,
    });
  }
  const names: string[] = [];
  const labels: number[] = [];
  for (const name of classes) {
    const before = names.length;
    for await (const file of picturesIn(join(folder, name))) names.push(relative(root, file));
    if (names.length === before && known === undefined) throw noPictures(join(folder, name));
    const label = (known ?? classes).indexOf(name);
    for (let i = before; i < names.length; i++) labels.push(label);
  }
  if (known === undefined && classes.length < 2) throw tooFewClasses(folder, classes);
  const origin = { kind: 'files', folder: root, names: packNames(names) } as const;
  return { classes: known ?? classes, labels, origin };
}

async function* picturesIn(folder: string): AsyncGenerator<string> {
  const entries = (await entriesOf(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* picturesIn(path);
    else if (PICTURE.test(entry.name)) yield path;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new FoveaError({
      where: folder,
      problem: `cannot be read: ${messageOf(error)}`,
      expected: 'a folder with one sub-folder of pictures per class',
    });
  }
}

function tooFewClasses(folder: string, classes: readonly string[]): FoveaError {
  return new FoveaError({
    where: folder,
    problem: classes.length === 0 ? 'no sub-folders' : `one class alone, "${classes[0]}"`,
    expected: 'two sub-folders of pictures or more, one per class',
    fix: 'sort the pictures into folders such as cats/ and dogs/',
  });
}

function noPictures(folder: string): FoveaError {
  return new FoveaError({
    where: folder,
    problem: 'no pictures in this class',
    expected: 'files named .jpg, .png, .webp, .pgm or .ppm',
    fix: 'remove the empty folder, or put pictures into it',
  });
}
