/**
 * @file Files that a page keeps, by path: the interface, and one in memory for pages that may keep nothing.
 *
 * A file is written whole or not at all, and has a byte at least: an empty one is what a killed writer leaves
 * and counts as not there. Next stop: `originFiles.ts`, which outlasts the page.
 */

export interface StoredFiles {
  /** Undefined where there is no such file. Paths are parted by "/" and begin with none. */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Replaces what stood there once all of it is kept; makes the folders on the way. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** A file, or a folder with all that is in it; nothing where there is neither. */
  remove(path: string): Promise<void>;
  /** What a folder holds, by name; nothing where there is no such folder. */
  list(folder: string): Promise<readonly StoredEntry[]>;
}

export interface StoredEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Of a file. */
  readonly bytes: number;
}

/** Gone with the page. */
export class MemoryFiles implements StoredFiles {
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();

  async read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#files.get(path)?.slice();
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) this.#files.set(path, new Uint8Array(bytes));
  }

  async remove(path: string): Promise<void> {
    for (const name of [...this.#files.keys()]) {
      if (name === path || name.startsWith(`${path}/`)) this.#files.delete(name);
    }
  }

  async list(folder: string): Promise<readonly StoredEntry[]> {
    const prefix = folder === '' ? '' : `${folder}/`;
    const entries = new Map<string, StoredEntry>();
    for (const [path, { length: bytes }] of this.#files) {
      if (!path.startsWith(prefix)) continue;
      const [name = '', ...below] = path.slice(prefix.length).split('/');
      const isFolder = below.length > 0;
      entries.set(name, { name, isFolder, bytes: isFolder ? 0 : bytes });
    }
    return byName([...entries.values()]);
  }
}

/** The order in which entries are listed: that of their names' characters, on every system. */
export function byName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
