/**
 * @file `folder:PATH`: one sub-folder per class, picture files in it, at any depth.
 *
 * PATH may also hold `train` and `test` (or `val`, `validation`) with the class folders in them. Without
 * a test folder every tenth picture of a class is kept for testing. The names alone are read here, and the
 * beginnings of a few pictures. Links are followed; each folder is read once. Next stop: `listing.ts`.
 */
import { type Dirent, existsSync, type Stats, statSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { openRegular } from '../../base/regularFile.node.ts';
import { packNames } from '../streamed.ts';
import { LeftOut } from './leftOut.ts';
import { type ListedSplits, type Listing, splitsOf } from './listing.ts';
import { digestOfListing, SAMPLED_BYTES } from './listingDigest.node.ts';

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
  const walk = new Walk();
  const classes = (await entriesOf(folder))
    .filter(({ name }) => !name.startsWith('.') && walk.statOf(join(folder, name))?.isDirectory())
    .map(({ name }) => name)
    .sort();
  const stranger = known && classes.find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownClass(join(folder, stranger), known ?? []);
  const labels: number[] = [];
  for (const name of classes) {
    const before = walk.files.length;
    await walk.into(join(folder, name));
    if (walk.files.length === before && known === undefined) throw noPictures(join(folder, name));
    const label = (known ?? classes).indexOf(name);
    for (let i = before; i < walk.files.length; i++) labels.push(label);
  }
  if (known === undefined && classes.length < 2) throw tooFewClasses(folder, classes);
  const names = walk.files.map(({ path }) => relative(root, path));
  return {
    classes: known ?? classes,
    labels,
    origin: { kind: 'files', folder: root, names: packNames(names) },
    notes: walk.leftOut.notes(),
    digest: await digestOfListing(
      names.length,
      (i) => ({ name: names[i], size: walk.files[i].size, label: labels[i] }),
      (i) => beginningOf(walk.files[i].path),
    ),
  };
}

/** Goes through folders, each once however many links lead there, and collects the pictures. */
class Walk {
  readonly files: { readonly path: string; readonly size: number }[] = [];
  readonly leftOut = new LeftOut();
  readonly #seen = new Map<string, string>();

  /** Of what a link leads to; undefined, and said, where that is nothing. */
  statOf(path: string): Stats | undefined {
    try {
      return statSync(path);
    } catch (error) {
      this.leftOut.add(path, messageOf(error));
      return undefined;
    }
  }

  async into(folder: string): Promise<void> {
    const real = await realpath(folder);
    const before = this.#seen.get(real);
    if (before !== undefined) throw seenBefore(folder, before);
    this.#seen.set(real, folder);
    const entries = (await entriesOf(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const isPicture = PICTURE.test(entry.name);
      // Other files are not asked what they are.
      if (!isPicture && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
      const found = this.statOf(path);
      if (found?.isDirectory()) await this.into(path);
      else if (!isPicture || found === undefined) continue;
      else if (found.isFile()) this.files.push({ path, size: found.size });
      else this.leftOut.add(path, 'no regular file');
    }
  }
}

async function beginningOf(path: string): Promise<Uint8Array> {
  const { handle } = await openRegular(path);
  try {
    const bytes = new Uint8Array(SAMPLED_BYTES);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
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

function unknownClass(where: string, known: readonly string[]): FoveaError {
  return new FoveaError({
    where,
    problem: 'a class for testing that training does not know',
    expected: `one of ${known.join(', ')}`,
  });
}

function seenBefore(where: string, before: string): FoveaError {
  return new FoveaError({
    where,
    problem: `this link leads to a folder that is read already, as ${before}`,
    expected: 'each folder of pictures once, in one class',
    fix: 'remove the link',
  });
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
