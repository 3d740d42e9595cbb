/**
 * @file Files written whole or not at all.
 *
 * The bytes go to a temporary file in the same folder, reach the disk (fsync), and take the name in one
 * step (rename); then the folder itself is synced. A kill or a power cut at any moment leaves the old
 * file or the new one, never a half. Everything a run saves goes through here.
 * Next stop: `runFolder.ts`.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, messageOf, setting, type Words } from '../../base/errors.ts';

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** What stands in a file: bytes, parts of them one behind the other, or text. */
export type FileData = Uint8Array | readonly Uint8Array[] | string;

/** Writes `data` to `file`, replacing what stood there only once all of it is on disk. */
export async function writeWhole(file: string, data: FileData): Promise<void> {
  await writeAllWhole(new Map([[file, data]]));
}

/** The same of several files: none takes its place before all of them are on disk. */
export async function writeAllWhole(files: ReadonlyMap<string, FileData>): Promise<void> {
  const written = new Map<string, string>();
  let at = '';
  try {
    for (const [file, data] of files) {
      at = file;
      const temporary = temporaryOf(file);
      written.set(temporary, file);
      const handle = await fs.open(temporary, 'wx');
      try {
        await handle.writeFile(data);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    for (const [temporary, file] of written) {
      at = file;
      await fs.rename(temporary, file);
      await syncFolder(path.dirname(file));
    }
  } catch (error) {
    for (const temporary of written.keys()) {
      await fs.rm(temporary, { force: true }).catch(() => undefined);
    }
    throw writeError(at, error);
  }
}

function temporaryOf(file: string): string {
  const random = randomBytes(6).toString('hex');
  return path.join(path.dirname(file), `.${path.basename(file)}.${random}.tmp`);
}

/**
 * Gives what stands in `file` a second name, `other`, in one step; both keep it when either is replaced later.
 * False where the file system has no second names.
 */
export async function linkWhole(file: string, other: string): Promise<boolean> {
  const temporary = temporaryOf(other);
  try {
    await fs.link(file, temporary);
  } catch {
    return false;
  }
  try {
    await fs.rename(temporary, other);
    // Renaming one name of a file over another of the same file leaves both: no harm.
    await fs.rm(temporary, { force: true });
    await syncFolder(path.dirname(other));
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(other, error);
  }
  return true;
}

/** Whether a file of this name is what a writer killed in the middle left. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Removes what killed writers left behind in a folder. */
export async function removeTemporaryFiles(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    if (isTemporary(name)) await fs.rm(path.join(folder, name), { force: true });
  }
}

/** Makes the rename itself last. Windows cannot open folders and needs no such step. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const OTHER_DISK = advice`free some space, or choose a ${setting('folder')} on another disk`;
const OTHER_FOLDER = advice`choose another ${setting('folder')}`;

const REASONS: Readonly<Record<string, { readonly why: string; readonly fix: Words }>> = {
  ENOSPC: { why: 'the disk is full', fix: OTHER_DISK },
  EDQUOT: {
    why: 'the disk quota is used up',
    fix: OTHER_DISK,
  },
  EACCES: { why: 'no permission to write there', fix: OTHER_FOLDER },
  EPERM: { why: 'no permission to write there', fix: OTHER_FOLDER },
  EROFS: { why: 'the file system is read-only', fix: OTHER_FOLDER },
  ENOENT: { why: 'a folder on the way does not exist', fix: OTHER_FOLDER },
  EEXIST: { why: 'a file stands where a folder is needed', fix: OTHER_FOLDER },
  ENOTDIR: { why: 'a part of the path is a file', fix: OTHER_FOLDER },
};

/** The teaching form of a system error while writing. Unknown codes keep the system's own words. */
export function writeError(file: string, error: unknown): FoveaError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const reason = REASONS[code];
  return new FoveaError(
    {
      problem: `cannot write: ${reason === undefined ? messageOf(error) : `${reason.why} (${code})`}`,
      expected: 'a folder that can be written; files saved before this one are as they were',
      ...(reason === undefined ? {} : { fix: reason.fix }),
      where: file,
    },
    { cause: error },
  );
}
