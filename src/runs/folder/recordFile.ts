/**
 * @file Records that a long job keeps in folders of its own, one file each: a study's trials, a sweep's.
 *
 * They are written by `wholeFile.ts`: a file is a record, or it is something else.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { parseJson } from '../../base/json.ts';
import { writeError } from './wholeFile.ts';

/** What a schema of zod does. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** undefined: there is none, or what is there is none. */
export async function recordAt<T>(file: string, schema: Schema<T>): Promise<T | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const read = schema.safeParse(parseJson(text, { where: file }));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}

/** Makes folders in one; those that are there stay. */
export async function makeFolders(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await fs.mkdir(path.join(folder, name), { recursive: true }).catch((error) => {
      throw writeError(folder, error);
    });
  }
}
