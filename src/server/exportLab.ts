/**
 * @file `fovea lab --build DIR`: the lab as a static folder that any host serves, under any path.
 *
 * The folder keeps a list of what was written into it, with digests. Only what is on the list, and as it was
 * written, is ever replaced or removed; a folder that holds anything else is refused before it is touched.
 * Files come first, `index.html` last: at every moment the folder holds a lab that works, the old or the new.
 * The list is written before the files and again after them, so that a kill in between is no riddle.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { FoveaError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import { lockFile, lockRun } from '../runs/folder/runLock.ts';
import {
  isTemporary,
  removeTemporaryFiles,
  writeError,
  writeWhole,
} from '../runs/folder/wholeFile.ts';
import { contentPolicy } from './headers.ts';
import { digestOf, type LabFiles } from './labFiles.ts';

const LIST = 'fovea-lab.json';
const LOCK = 'fovea-lab';
/** Where the builder puts `web/machine/isolationWorker.ts`. */
const ISOLATION_WORKER = 'isolationWorker.js';

const listSchema = z.object({
  what: z.literal('files written by fovea lab --build'),
  /** path -> SHA-256 of each content that was written under it and may stand there */
  files: z.record(z.string(), z.array(z.string())),
});
type Written = Readonly<Record<string, readonly string[]>>;

const LOCK_USE = {
  held: 'the lab is being written here by',
  expected: 'one writer at a time',
  fix: 'wait for it, or choose another folder',
};

export interface ExportResult {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** Whether an earlier lab stood there. */
  readonly replaced: boolean;
}

export interface ExportOptions {
  /** Isolates the page by a service worker, for hosts that send no headers: threads there too. */
  readonly isolate?: boolean;
}

export async function exportLab(
  built: LabFiles,
  folder: string,
  { isolate = false }: ExportOptions = {},
): Promise<ExportResult> {
  const files = staticFiles(built, isolate);
  await checkFolder(folder);
  const made = await makeFolder(folder);
  try {
    const lock = await lockRun(path.join(folder, LOCK), LOCK_USE);
    try {
      const before = await checkFolder(folder);
      await write(files, folder, before);
      return resultOf(files, folder, Object.keys(before).length > 0);
    } finally {
      await lock.release();
    }
  } catch (error) {
    // Only folders that are empty again go.
    for (const each of made.toReversed()) await fs.rmdir(each).catch(() => undefined);
    throw error instanceof FoveaError ? inWords(error) : error;
  }
}

/** The folder of an export is an argument and no setting of a run. */
function inWords({ parts, cause }: FoveaError): FoveaError {
  const { fix } = parts;
  if (fix === undefined || typeof fix === 'string') return new FoveaError(parts, { cause });
  const plain = fix.map((part) =>
    typeof part !== 'string' && part.setting === 'folder' ? 'folder' : part,
  );
  return new FoveaError({ ...parts, fix: plain }, { cause });
}

/** As they are, but that the page says its policy itself: a plain host sends no headers. */
function staticFiles(built: LabFiles, isolate: boolean): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [name, { bytes }] of built)
    if (isolate || name !== ISOLATION_WORKER) files.set(name, bytes);
  const page = built.get('index.html')?.bytes.toString('utf8') ?? '';
  const policy = `<meta http-equiv="Content-Security-Policy" content="${contentPolicy}" />`;
  const worker = `<meta name="fovea-isolation" content="${ISOLATION_WORKER}" />`;
  const head = ['<head>', policy, ...(isolate ? [worker] : [])].join('\n    ');
  files.set('index.html', Buffer.from(page.replace('<head>', head)));
  return files;
}

/** Throws where the lab may not be written; gives what an earlier one wrote. */
async function checkFolder(folder: string): Promise<Written> {
  const found = await fs.stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw writeError(folder, error);
  });
  if (found === undefined) return {};
  if (!found.isDirectory()) throw refused(folder, 'this is a file, not a folder');
  const names = await namesIn(folder);
  if (names.length === 0) return {};
  const written = await listOf(folder);
  const strangers = names.filter((name) => name !== LIST && !Object.hasOwn(written, name));
  if (strangers.length > 0)
    throw refused(folder, `the folder holds other things (${few(strangers)})`);
  const changed: string[] = [];
  for (const [name, digests] of Object.entries(written)) {
    const digest = await digestIn(path.join(folder, name));
    if (digest !== undefined && !digests.includes(digest)) changed.push(name);
  }
  if (changed.length > 0)
    throw refused(folder, `files of the lab in it were changed by hand (${few(changed)})`);
  return written;
}

/** Files and links in a folder and below it, with slashes; what stands there while one writes is left out. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const lock = path.basename(lockFile(path.join(folder, LOCK)));
  return entries
    .filter((entry) => !entry.isDirectory() && !isTemporary(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.replaceAll(path.sep, '/'))
    .filter((name) => !name.startsWith(lock))
    .sort();
}

async function listOf(folder: string): Promise<Written> {
  const text = await fs.readFile(path.join(folder, LIST), 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  const read = listSchema.safeParse(parseJson(text, { where: path.join(folder, LIST) }));
  if (!read.success) throw refused(folder, `${LIST} in the folder is not the lab's list of files`);
  const outside = Object.keys(read.data.files).filter((name) => !isInside(name));
  if (outside.length > 0) throw refused(folder, `${LIST} names other places (${few(outside)})`);
  return read.data.files;
}

/** A list may come from anywhere; what it names is removed. */
const isInside = (name: string): boolean =>
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
  !name.includes('\\') &&
  !name.includes('\0');

async function digestIn(file: string): Promise<string | undefined> {
  try {
    return digestOf(await fs.readFile(file));
  } catch {
    return undefined;
  }
}

/** Makes the folder and those above it; gives the new ones, the outermost first. */
async function makeFolder(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path.resolve(folder); (await kindOf(at)) === undefined; at = path.dirname(at))
    missing.unshift(at);
  await fs.mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeError(folder, error);
  });
  return missing;
}

const kindOf = (place: string) => fs.stat(place).catch(() => undefined);

async function write(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
  before: Written,
): Promise<void> {
  const now: Record<string, readonly string[]> = {};
  for (const [name, bytes] of files) now[name] = [digestOf(bytes)];
  const either: Record<string, readonly string[]> = { ...before };
  for (const [name, digests] of Object.entries(now))
    either[name] = [...new Set([...(before[name] ?? []), ...digests])];
  await writeList(folder, either);
  const lastly = [...files].sort(
    ([a], [b]) => Number(a === 'index.html') - Number(b === 'index.html'),
  );
  for (const [name, bytes] of lastly) {
    const file = path.join(folder, name);
    await fs.mkdir(path.dirname(file), { recursive: true }).catch((error: unknown) => {
      throw writeError(file, error);
    });
    // What a writer that was killed left in the middle.
    await removeTemporaryFiles(path.dirname(file));
    if ((await digestIn(file)) !== now[name]?.[0]) await writeWhole(file, bytes);
  }
  for (const name of Object.keys(before)) {
    if (!files.has(name)) await fs.rm(path.join(folder, name), { force: true });
  }
  await writeList(folder, now);
}

async function writeList(folder: string, files: Written): Promise<void> {
  const list = { what: 'files written by fovea lab --build', files };
  await writeWhole(path.join(folder, LIST), `${JSON.stringify(list, null, 2)}\n`);
}

function resultOf(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
  replaced: boolean,
): ExportResult {
  const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
  return { folder, files: files.size, bytes, replaced };
}

const few = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

function refused(folder: string, problem: string): FoveaError {
  return new FoveaError({
    where: folder,
    problem: `${problem}; nothing was written`,
    expected: 'a folder with a lab and nothing else in it, an empty one, or none',
    fix: 'choose another folder, or move the other things away',
  });
}
