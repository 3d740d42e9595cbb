/**
 * @file Is a file there, and is it byte for byte the one that was published?
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataFile, KnownBytes } from './dataset.ts';

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The file as it is, or compressed; undefined when neither is there. */
export async function findFile(folder: string, file: DataFile): Promise<string | undefined> {
  for (const name of [file.name, `${file.name}.gz`]) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return path;
  }
  return undefined;
}

/** True when a file on disk is, byte for byte, the known one. */
export async function isKnown(path: string, known: KnownBytes): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.size === known.bytes && sha256Of(await readFile(path)) === known.sha256;
}
