/**
 * @file Stands between Fovea and the file system: tells of every change to a disk before it is made.
 *
 * What is told may throw in its place (a full disk, a broken one) or end the process (a kill at just this
 * moment). Only what happens under `home` counts. Reading is left alone.
 */
import fs, { type FileHandle } from 'node:fs/promises';

export interface Operation {
  readonly name: string;
  /** What is opened, written, renamed or removed. */
  readonly path: string;
  /** What a rename or a link makes. */
  readonly to?: string;
}

type Before = (operation: Operation, number: number) => void;
type Action = (...args: never[]) => Promise<unknown>;

const ON_PATHS = ['writeFile', 'mkdir', 'rename', 'link', 'copyFile', 'rm', 'rmdir'] as const;
const ON_HANDLES = ['writeFile', 'sync'] as const;

/** Calls `before` ahead of every change until the function that it gives back is called. */
export function watchDisk(home: string, before: Before): () => void {
  let count = 0;
  const tell = (operation: Operation) => {
    if (operation.path.startsWith(home)) before(operation, count++);
  };
  const disk = fs as unknown as Record<'open' | (typeof ON_PATHS)[number], Action>;
  const { open } = disk;
  const originals: Record<string, Action> = { open };
  for (const name of ON_PATHS) {
    const own = disk[name];
    originals[name] = own;
    disk[name] = async (...args: never[]) => {
      const [path, second] = args as readonly unknown[];
      tell({ name, path: String(path), ...(typeof second === 'string' ? { to: second } : {}) });
      return own(...args);
    };
  }
  disk.open = async (...args: never[]) => {
    const path = String(args[0]);
    tell({ name: 'open', path });
    const handle = (await open(...args)) as FileHandle;
    for (const name of ON_HANDLES) watchHandle(handle, name, () => tell({ name, path }));
    return handle;
  };
  return () => void Object.assign(disk, originals);
}

function watchHandle(
  handle: FileHandle,
  name: (typeof ON_HANDLES)[number],
  tell: () => void,
): void {
  const original = handle[name].bind(handle) as Action;
  const watched: Action = async (...args) => {
    tell();
    return original(...args);
  };
  Object.assign(handle, { [name]: watched });
}
