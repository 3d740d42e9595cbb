/**
 * @file `folder:PATH`: one sub-folder per class, picture files in it, at any depth.
 *
 * PATH may also hold `train` and `test` (or `val`, `validation`) with the class folders in them. Without
 * a test folder every tenth picture of a class is kept for testing. The names alone are read here, and the
 * beginnings of a few pictures. Links are followed; each folder is read once. Next stop: `folderRules.ts`.
 */
import { type Dirent, type Stats, statSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { openRegular } from '../../base/regularFile.node.ts';
import { PICTURE_NAME } from '../images/kinds.ts';
import { packNames } from '../streamed.ts';
import { classNamesOf, labelFolders, partsOf } from './folderRules.ts';
import { LeftOut } from './leftOut.ts';
import { type ListedSplits, type Listing, splitsOf } from './listing.ts';
import { digestOfListing } from './listingDigest.node.ts';
import { SAMPLED_BYTES } from './listingDigest.ts';

export async function listImageFolder(folder: string, testFolder?: string): Promise<ListedSplits> {
  if (testFolder !== undefined) {
    const trained = await listClasses(folder, folder);
    return splitsOf(trained, await listClasses(testFolder, testFolder, trained.classes));
  }
  // A folder that is not there says so when its classes are listed.
  const names = await readdir(folder).catch(() => []);
  const parts = partsOf(names);
  if (parts === undefined) return splitsOf(await listClasses(folder, folder));
  const trained = await listClasses(join(folder, parts.train), folder);
  return splitsOf(trained, await listClasses(join(folder, parts.test), folder, trained.classes));
}

/** Pictures of each class; with `known`, the classes must be among those. */
async function listClasses(
  folder: string,
  root: string,
  known?: readonly string[],
): Promise<Listing> {
  const walk = new Walk();
  const entries = (await entriesOf(folder)).map(({ name }) => name);
  const classes = classNamesOf(entries).filter((name) =>
    walk.statOf(join(folder, name))?.isDirectory(),
  );
  const folders = [];
  for (const name of classes)
    folders.push({ name, pictures: await walk.within(join(folder, name)) });
  const { labels, pictures, ...listed } = labelFolders(folder, folders, known);
  const names = pictures.map(({ path }) => relative(root, path));
  return {
    classes: listed.classes,
    labels,
    origin: { kind: 'files', folder: root, names: packNames(names) },
    notes: walk.leftOut.notes(),
    digest: await digestOfListing(
      names.length,
      (i) => ({ name: names[i], size: pictures[i].size, label: labels[i] }),
      (i) => beginningOf(pictures[i].path),
    ),
  };
}

interface FoundPicture {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** Goes through folders, each once however many links lead there, and collects the pictures. */
class Walk {
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

  /** The pictures of a folder and of those in it, by name. */
  async within(folder: string): Promise<readonly FoundPicture[]> {
    const files: FoundPicture[] = [];
    await this.#collect(folder, files);
    return files;
  }

  async #collect(folder: string, files: FoundPicture[]): Promise<void> {
    const real = await realpath(folder);
    const before = this.#seen.get(real);
    if (before !== undefined) throw seenBefore(folder, before);
    this.#seen.set(real, folder);
    const entries = (await entriesOf(folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const isPicture = PICTURE_NAME.test(entry.name);
      // Other files are not asked what they are.
      if (!isPicture && !entry.isDirectory() && !entry.isSymbolicLink()) continue;
      const found = this.statOf(path);
      if (found?.isDirectory()) await this.#collect(path, files);
      else if (!isPicture || found === undefined) continue;
      else if (found.isFile()) files.push({ path, size: found.size });
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

function seenBefore(where: string, before: string): FoveaError {
  return new FoveaError({
    where,
    problem: `this link leads to a folder that is read already, as ${before}`,
    expected: 'each folder of pictures once, in one class',
    fix: 'remove the link',
  });
}
