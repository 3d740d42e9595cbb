/**
 * @file How a browser lets a file of its storage be replaced, whole or not at all: a way for each kind of browser.
 *
 * Most have `createWritable`, which writes beside the file and puts it in its place when it is closed. Safari before 26
 * has access handles alone, and in workers alone: there a file is written under a name of its own and then moved; a
 * page asks a worker to do so. Previous stop: `originFiles.ts`.
 */
import { FoveaError } from '../../base/errors.ts';

/** Of a file `name` in a folder, whose path from the root is `path`. */
export interface Place {
  readonly folder: FileSystemDirectoryHandle;
  readonly name: string;
  readonly path: string;
}

type Write = (place: Place, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

/** Behind the name of a file that is being written: one that was never moved counts as not there. */
export const UNFINISHED = '.unfinished';

export function wayToWrite(): Write {
  const has = (method: string): boolean => method in FileSystemFileHandle.prototype;
  if (has('createWritable')) return byStream;
  return has('createSyncAccessHandle') ? byMoving : byWorker;
}

const byStream: Write = async ({ folder, name }, bytes) => {
  const file = await folder.getFileHandle(name, { create: true });
  const writer = await file.createWritable();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch (error) {
    // What was written beside the file goes; a writer that has failed says so again.
    await writer.abort().catch(() => undefined);
    throw error;
  }
};

/** What workers know of a file in this storage, beside what pages know. */
interface FileInWorker extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array, options: { readonly at: number }): number;
    flush(): void;
    close(): void;
  }>;
  move?(name: string): Promise<void>;
}

const byMoving: Write = async ({ folder, name }, bytes) => {
  const file = (await folder.getFileHandle(name + UNFINISHED, { create: true })) as FileInWorker;
  if (file.move === undefined) throw new FoveaError('this browser moves no files');
  const access = await file.createSyncAccessHandle();
  try {
    access.truncate(0);
    const written = access.write(bytes, { at: 0 });
    if (written < bytes.length) throw new DOMException('no more room', 'QuotaExceededError');
    access.flush();
  } finally {
    access.close();
  }
  await file.move(name);
};

const byWorker: Write = async ({ path }, bytes) => {
  const { writeInWorker } = await import('../worker/fileWriter.ts');
  await writeInWorker({ path, bytes });
};
