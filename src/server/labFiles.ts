/**
 * @file The built lab as the server answers with it: its files, read once, by the path they are asked by.
 *
 * What is not in this table does not exist: no path of a request ever reaches the file system, so there is
 * nothing to climb out of, and links in the folder are not followed. A lab that is built anew while the
 * server runs does not pull the files from under open tabs.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { FoveaError } from '../base/errors.ts';
import { readRegular } from '../base/regularFile.node.ts';

export interface LabFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** SHA-256, in hexadecimal. */
  readonly digest: string;
}

/** By path from the folder, with slashes: "index.html", "assets/index-AbC.js". */
export type LabFiles = ReadonlyMap<string, LabFile>;

const MOST_FILES = 2_000;
const MOST_BYTES = 64 * 2 ** 20;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

export async function readLabFiles(folder: string): Promise<LabFiles> {
  const files = new Map<string, LabFile>();
  for (const name of await regularFilesOf(folder, '')) {
    if (files.size === MOST_FILES) throw notALab(folder, `it holds more than ${MOST_FILES} files`);
    const bytes = await readRegular(path.join(folder, name), MOST_BYTES, 'a file of the lab');
    const type = TYPES[path.extname(name).toLowerCase()] ?? 'application/octet-stream';
    files.set(name, { bytes, type, digest: digestOf(bytes) });
  }
  if (!files.has('index.html')) throw notALab(folder, 'it has no index.html');
  return files;
}

export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** Links and whatever else is no plain file or folder are left out. */
async function regularFilesOf(folder: string, inside: string): Promise<string[]> {
  const entries = await fs.readdir(path.join(folder, inside), { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isFile()) names.push(name);
    else if (entry.isDirectory()) names.push(...(await regularFilesOf(folder, name)));
  }
  return names;
}

function notALab(folder: string, why: string): FoveaError {
  return new FoveaError({ where: folder, problem: `this is no built lab: ${why}` });
}
