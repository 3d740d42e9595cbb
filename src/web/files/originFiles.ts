/**
 * @file Files in the storage that a browser gives each origin (the origin private file system).
 *
 * A file is written beside its place and put there when it is whole (`writeWays.ts`), so a page that is killed leaves
 * the old file, or an empty one where there was none; `storedFiles.ts` says what these count as. Works in pages and in
 * workers. What a browser refuses is said in words.
 */
import { FoveaError, messageOf } from '../../base/errors.ts';
import { byName, type StoredEntry, type StoredFiles } from './storedFiles.ts';
import { UNFINISHED, wayToWrite } from './writeWays.ts';

/** Everything of ours stands below one folder: other software of the origin keeps its own. */
const OURS = 'fovea';

/** Throws a FoveaError where the browser keeps no files for this page. */
export async function openOriginFiles(): Promise<StoredFiles> {
  const { storage } = navigator;
  if (typeof storage?.getDirectory !== 'function') {
    throw refused('this page may keep no files', 'it was not loaded over https or from localhost');
  }
  try {
    const root = await storage.getDirectory();
    return new OriginFiles(await root.getDirectoryHandle(OURS, { create: true }));
  } catch (error) {
    throw refused('this browser keeps no files for this page', messageOf(error), error);
  }
}

class OriginFiles implements StoredFiles {
  readonly #root: FileSystemDirectoryHandle;

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  async read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const folder = await this.#found(parentOf(path));
      const file = await (await folder?.getFileHandle(nameOf(path)))?.getFile();
      if (file === undefined || file.size === 0) return undefined;
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw new FoveaError(
        { where: path, problem: `cannot be read: ${messageOf(error)}` },
        { cause: error },
      );
    }
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    try {
      const folder = await this.#folder(parentOf(path), true);
      const place = { folder, name: nameOf(path), path };
      await wayToWrite()(place, bytes as Uint8Array<ArrayBuffer>);
    } catch (error) {
      // A worker that wrote for this page has said it in words.
      throw error instanceof FoveaError ? error : await writeError(path, bytes.length, error);
    }
  }

  async remove(path: string): Promise<void> {
    try {
      const folder = await this.#found(parentOf(path));
      await folder?.removeEntry(nameOf(path), { recursive: true });
    } catch (error) {
      if (isAbsent(error)) return;
      throw new FoveaError(
        { where: path, problem: `cannot be removed: ${messageOf(error)}` },
        { cause: error },
      );
    }
  }

  async list(path: string): Promise<readonly StoredEntry[]> {
    const folder = await this.#found(path);
    const entries: StoredEntry[] = [];
    for await (const [name, handle] of folder?.entries() ?? []) {
      const isFolder = handle.kind === 'directory';
      if (name.endsWith(UNFINISHED)) continue;
      entries.push({ name, isFolder, bytes: isFolder ? 0 : await sizeOf(handle) });
    }
    return byName(entries);
  }

  /** The folder of a path; undefined where it is not there. */
  async #found(path: string): Promise<FileSystemDirectoryHandle | undefined> {
    try {
      return await this.#folder(path, false);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #folder(path: string, create: boolean): Promise<FileSystemDirectoryHandle> {
    let folder = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      folder = await folder.getDirectoryHandle(name, { create });
    }
    return folder;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A file that is being written or has gone since it was listed has no size of its own. */
async function sizeOf(handle: FileSystemFileHandle): Promise<number> {
  const file = await handle.getFile().catch(() => undefined);
  return file?.size ?? 0;
}

const isAbsent = (error: unknown): boolean =>
  error instanceof DOMException &&
  (error.name === 'NotFoundError' || error.name === 'TypeMismatchError');

async function writeError(path: string, bytes: number, error: unknown): Promise<FoveaError> {
  const isFull = error instanceof Error && error.name === 'QuotaExceededError';
  const problem = isFull
    ? `the browser's storage for this page is full${await usageWords()}; ${bytes} bytes more do not fit`
    : `cannot be kept: ${messageOf(error)}`;
  return new FoveaError(
    {
      where: path,
      problem,
      expected: 'room in the storage of this page; what was kept before is as it was',
      fix: 'save runs that are no longer needed as files and delete them here, or free disk space',
    },
    { cause: error },
  );
}

/** Browsers tell what is used; how much there may be they round to what says nothing. */
async function usageWords(): Promise<string> {
  const { usage } = await navigator.storage.estimate().catch(() => ({}) as StorageEstimate);
  if (usage === undefined) return '';
  return ` (it holds ${(usage / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB)`;
}

function refused(problem: string, reason: string, cause?: unknown): FoveaError {
  return new FoveaError(
    {
      problem: `${problem}: ${reason}`,
      expected: 'a page over https or from localhost, in a window that is not private',
      fix: 'save what you train as a file before you close the page',
    },
    { cause },
  );
}
