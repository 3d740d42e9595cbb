/**
 * @file How a run takes its place among other people's files, and gives it up.
 *
 * Only what a run wrote is ever removed, file by file and by name: a folder that holds anything else is
 * refused before, and what somebody puts there in the meantime stays. An old run is moved aside, the new one
 * takes the name, then the old one goes; a kill in between is mended by the next who comes (`sweepStaged`).
 * The caller holds the lock of the run (`runLock.ts`).
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, setting, UsageError } from '../../base/errors.ts';
import { runFileNames } from '../../records/runFiles.ts';
import { isRunRecord } from '../../records/runRecord.ts';
import { isEventFile } from '../tensorboard/eventName.ts';
import { isTemporary, syncFolder, writeError } from './wholeFile.ts';

/** Everything a run writes, folders with what is in them; a folder comes before those within it. */
const WRITTEN: Readonly<Record<string, (name: string) => boolean>> = {
  '': (name) => runFileNames.some((own) => own === name),
  checkpoint: (name) => runFileNames.some((own) => own === `checkpoint/${name}`),
  tensorboard: isEventFile,
  'tensorboard/train': isEventFile,
  'tensorboard/validation': isEventFile,
  'tensorboard/test': isEventFile,
};

/** A folder of this name is a run that has no place yet (new) or no longer (old). */
export const stagedPath = (folder: string, kind: 'new' | 'old' = 'new'): string =>
  path.join(
    path.dirname(folder),
    `.${path.basename(folder)}.${randomBytes(6).toString('hex')}.${kind}`,
  );

/**
 * Throws where a new run may not stand: on a run without `overwrite`, on anything that is not a run ever. `resumes`:
 * whether what would stand there could go on with a run.
 */
export async function checkPlace(
  folder: string,
  overwrite: boolean,
  resumes = true,
): Promise<void> {
  const found = await fs.lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw writeError(folder, error);
  });
  if (found === undefined) return;
  if (found.isDirectory() && (await fs.readdir(folder)).length === 0) return;
  const problem = !found.isDirectory()
    ? `this is ${found.isSymbolicLink() ? 'a link to another place' : 'a file'}, not a folder`
    : await whyNoRun(folder);
  if (problem !== undefined) {
    throw new FoveaError({
      where: folder,
      problem: `${problem}; it is not overwritten`,
      expected: 'a folder with a run and nothing else in it, an empty one, or none',
      fix: 'choose another place, or move the other files away',
    });
  }
  if (!overwrite) throw alreadyThere(folder, resumes);
}

/** Why a folder is no run that may be removed; undefined where it is one. */
async function whyNoRun(folder: string): Promise<string | undefined> {
  const strangers = await strangersIn(folder);
  if (strangers.length > 0) {
    const named = strangers.slice(0, 2).join(', ');
    const others = strangers.length > 2 ? ` and ${strangers.length - 2} more` : '';
    return `the folder holds other things than a run (${named}${others})`;
  }
  const text = await fs.readFile(path.join(folder, 'run.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return 'the folder has no run.json';
  return isRunRecord(text) ? undefined : 'the run.json in the folder is not of a run';
}

/** What stands in a run's folder, or in a folder `inside` it, and is not the run's. */
async function strangersIn(folder: string, inside = ''): Promise<string[]> {
  const strangers: string[] = [];
  for (const entry of await entriesOf(path.join(folder, inside))) {
    const name = path.posix.join(inside, entry.name);
    if (entry.isFolder && Object.hasOwn(WRITTEN, name)) {
      strangers.push(...(await strangersIn(folder, name)));
    } else if (!isWritten(inside, entry)) strangers.push(name);
  }
  return strangers;
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

async function entriesOf(folder: string): Promise<Entry[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true });
  return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

const isWritten = (inside: string, { name, isFolder }: Entry): boolean =>
  !isFolder && (WRITTEN[inside]?.(name) === true || isTemporary(name));

/** Puts the run in `staged` at `folder`. Where that fails, what stood there stands there again. */
export async function replaceRun(staged: string, folder: string): Promise<void> {
  const old = stagedPath(folder, 'old');
  const replaces = await fs.rename(folder, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw writeError(folder, error);
    },
  );
  try {
    await fs.rename(staged, folder);
  } catch (error) {
    if (replaces) await fs.rename(old, folder);
    throw writeError(folder, error);
  }
  await syncFolder(path.dirname(folder)).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  if (replaces) await removeRun(old);
}

/** Removes a run's files and, once they are empty, its folders; what cannot go is left for the next who comes. */
export async function removeRun(folder: string): Promise<void> {
  for (const inside of Object.keys(WRITTEN).toReversed()) {
    const place = path.join(folder, inside);
    const entries = await entriesOf(place).catch(() => []);
    for (const entry of entries) {
      if (!isWritten(inside, entry)) continue;
      await fs.rm(path.join(place, entry.name), { force: true }).catch(() => undefined);
    }
    await fs.rmdir(place).catch(() => undefined); // not empty: not ours
  }
}

/** Mends what a trainer killed while it took its place left: the old run comes back, or goes for good. */
export async function sweepStaged(folder: string): Promise<void> {
  for (const { place, kind } of await stagedBeside(folder)) {
    if (kind === 'old' && !(await isThere(folder))) await fs.rename(place, folder);
    else await removeRun(place);
  }
}

/** Whether nothing stands at `folder` and an old run waits beside it. */
export async function isLeftAside(folder: string): Promise<boolean> {
  const staged = await stagedBeside(folder).catch(() => []);
  return staged.some(({ kind }) => kind === 'old') && !(await isThere(folder));
}

/** Runs that have no place yet, or no longer, beside `folder`. */
async function stagedBeside(folder: string) {
  const start = `.${path.basename(folder)}.`;
  const parent = path.dirname(folder);
  return (await fs.readdir(parent)).flatMap((name) => {
    if (!name.startsWith(start)) return [];
    const kind = /^[0-9a-f]{12}\.(new|old)$/.exec(name.slice(start.length))?.[1];
    return kind === undefined ? [] : [{ place: path.join(parent, name), kind }];
  });
}

async function isThere(file: string): Promise<boolean> {
  return fs.lstat(file).then(
    () => true,
    () => false,
  );
}

function alreadyThere(folder: string, resumes: boolean): UsageError {
  return new UsageError({
    where: folder,
    problem: 'this run exists already',
    expected: 'a new name, or a word on what to do with the old run',
    fix: resumes
      ? advice`${setting('resume')} goes on with it, ${setting('overwrite')} replaces it, another ${setting('folder')} keeps both`
      : advice`${setting('overwrite')} replaces it, another ${setting('folder')} keeps both`,
  });
}
