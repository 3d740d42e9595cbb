/**
 * @file The files of a data set on disk: found, unpacked, compared with what was published.
 *
 * A file counts when its content is the published one, however it was compressed. Node only; the data
 * sets import it when they load. Next stop: `download.node.ts` for what is missing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzip, isGzip, type UnpackedSize } from '../../archives/gunzip.ts';
import { FoveaError, unreachable } from '../../base/errors.ts';
import type {
  DataFile,
  FileSet,
  LoadedFile,
  LoadedFiles,
  LoadOptions,
  StoredSet,
} from '../dataset.ts';
import { findFile, sha256Of } from '../known.node.ts';
import { differenceFromPublished, publishedWords } from '../published.ts';
import { dataFolder } from './location.node.ts';

/** Folder of a data set: below the one given, $FOVEA_DATA, or the user's cache. */
export function folderOf(set: FileSet, given?: string): string {
  return join(dataFolder(given), set.folder);
}

/** Reads every file of the set, fetching first what is missing. */
export async function loadFiles(
  { files: set, unpackedSize }: StoredSet,
  options: LoadOptions,
): Promise<LoadedFiles> {
  const folder = folderOf(set, options.folder);
  await ensureFiles(set, folder, options);
  const loaded = await Promise.all(
    set.files.map(async (file) => {
      const path = await findFile(folder, file);
      if (path === undefined) throw missing(folder, file);
      return readDataFile(path, file, unpackedSize?.(file) ?? file.content.bytes);
    }),
  );
  const byName = new Map(loaded.map((file) => [file.name, file]));
  const get = (name: string) => byName.get(name) ?? unreachable(`no file ${name} in the set`);
  return {
    get,
    digests: Object.fromEntries(loaded.map((file) => [file.name, file.sha256])),
    checkPublished: async () => {
      await Promise.all(set.files.map((file) => checkPublished(file, get(file.name))));
    },
  };
}

async function ensureFiles(set: FileSet, folder: string, options: LoadOptions): Promise<void> {
  for (const file of set.files) {
    if ((await findFile(folder, file)) !== undefined) continue;
    if (options.download === false) throw missing(folder, file);
    const { fetchFiles } = await import('./download.node.ts');
    return fetchFiles(set, folder, options);
  }
}

function missing(folder: string, file: DataFile): FoveaError {
  return new FoveaError({
    problem: `${file.name} is not in ${folder}`,
    expected: `${file.name} or ${file.name}.gz`,
    fix: 'put it there, or let it be downloaded with `fovea data get`',
  });
}

async function readDataFile(
  path: string,
  file: DataFile,
  size: number | UnpackedSize,
): Promise<LoadedFile> {
  const buffer = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new FoveaError(
      { where: path, problem: `cannot be read: ${error.code}` },
      { cause: error },
    );
  });
  const raw = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const bytes = isGzip(raw) ? await gunzip(raw, size, path) : raw;
  return { name: file.name, path, bytes, sha256: sha256Of(bytes) };
}

/** Throws unless the content has the published size and digest (as far as they were published). */
async function checkPublished(file: DataFile, loaded: LoadedFile): Promise<void> {
  const problem = await differenceFrom(file, loaded);
  if (problem === undefined) return;
  throw new FoveaError({
    where: loaded.path,
    problem,
    expected: publishedWords(file),
    fix: `delete it and run \`fovea data get\`, or put the original file there`,
  });
}

function differenceFrom(file: DataFile, loaded: LoadedFile): Promise<string | undefined> {
  const { path } = loaded;
  const packed = path.endsWith('.gz') ? async () => sha256Of(await readFile(path)) : undefined;
  return differenceFromPublished(file, loaded, packed);
}

export interface FileStatus {
  readonly file: string;
  readonly state: 'ok' | 'missing' | 'wrong' | 'unverified';
  readonly path?: string;
  readonly bytes?: number;
  readonly sha256?: string;
  /** In words, when the state is not `ok`. */
  readonly note?: string;
}

/** What `fovea data verify` shows: each file, whether it is there and whether it is the published one. */
export async function verifyFiles(set: FileSet, given?: string): Promise<FileStatus[]> {
  const folder = folderOf(set, given);
  return Promise.all(set.files.map((file) => statusOf(folder, file)));
}

async function statusOf(folder: string, file: DataFile): Promise<FileStatus> {
  const path = await findFile(folder, file);
  if (path === undefined) return { file: file.name, state: 'missing', note: `not in ${folder}` };
  try {
    const loaded = await readDataFile(path, file, file.content.bytes);
    const found = { file: file.name, path, bytes: loaded.bytes.length, sha256: loaded.sha256 };
    const note = await differenceFrom(file, loaded);
    if (note !== undefined) return { ...found, state: 'wrong', note };
    if (file.content.sha256 === undefined && !path.endsWith('.gz')) {
      return {
        ...found,
        state: 'unverified',
        note: 'no digest of the unpacked file was published',
      };
    }
    return { ...found, state: 'ok' };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    return { file: file.name, state: 'wrong', path, note: error.parts.problem };
  }
}
