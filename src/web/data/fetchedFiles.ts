/**
 * @file The files of a data set in a page: from what was kept before, else fetched, checked and kept.
 *
 * The same table of sizes and digests that Node's downloader uses decides what is right (`data/datasets`,
 * `data/published.ts`). A kept file that is broken is fetched again. Two tabs that want one file fetch it once.
 * Next stop: `download.ts`.
 */

import { gunzip, isGzip } from '../../archives/gunzip.ts';
import { FoveaError } from '../../base/errors.ts';
import type {
  DataFile,
  LoadedFile,
  LoadedFiles,
  LoadOptions,
  StoredSet,
} from '../../data/dataset.ts';
import { digestOf } from '../../data/digestOf.ts';
import { differenceFromPublished, publishedWords } from '../../data/published.ts';
import { withLock } from '../files/locks.ts';
import type { StoredFiles } from '../files/storedFiles.ts';
import { download, Refusal, reasonOf } from './download.ts';
import { PartialFile } from './partialFile.ts';

export interface FetchOptions
  extends Pick<LoadOptions, 'verify' | 'signal' | 'onProgress' | 'onNote'> {
  /** Address of the folder that holds one folder per set; ends in "/". */
  readonly base: string;
  readonly stallMs?: number | undefined;
}

/** A file as it came, and unpacked. */
interface FetchedFile {
  readonly loaded: LoadedFile;
  /** What differs from the published file; undefined where nothing does. */
  readonly problem: string | undefined;
}

/** Every file of the set, one after the other. */
export async function fetchFiles(
  set: StoredSet,
  kept: StoredFiles,
  options: FetchOptions,
): Promise<LoadedFiles> {
  const found = new Map<string, FetchedFile & { readonly file: DataFile }>();
  for (const file of set.files.files) {
    const place = `data/${set.files.folder}/${file.name}`;
    const fetched = await withLock(place, options.signal, () =>
      keptOrFetched({ set, file, place, kept, options }),
    );
    found.set(file.name, { ...fetched, file });
  }
  const get = (name: string) => {
    const fetched = found.get(name);
    if (fetched === undefined) throw new Error(`internal error: no file ${name} in the set`);
    return fetched.loaded;
  };
  const digests = [...found].map(([name, { loaded }]) => [name, loaded.sha256] as const);
  return {
    get,
    digests: Object.fromEntries(digests.filter(([, digest]) => digest !== '')),
    checkPublished: async () => {
      for (const { loaded, problem, file } of found.values()) {
        if (problem !== undefined) throw notPublished(loaded.path, problem, file);
      }
    },
  };
}

interface Wanted {
  readonly set: StoredSet;
  readonly file: DataFile;
  readonly place: string;
  readonly kept: StoredFiles;
  readonly options: FetchOptions;
}

async function keptOrFetched(wanted: Wanted): Promise<FetchedFile> {
  const { place, kept, options, file } = wanted;
  const before = await kept.read(place);
  if (before !== undefined) {
    const { fetched, problem } = await unpacked(before, `${file.name} (kept)`, wanted);
    if (fetched !== undefined && problem === undefined) return { loaded: fetched, problem };
    if (fetched !== undefined && options.verify === false) return { loaded: fetched, problem };
    options.onNote?.(`${file.name} was kept and is damaged (${problem}): it is fetched again`);
    await kept.remove(place);
  }
  return fetchNew(wanted);
}

/** From the first of its addresses that has it: compressed, else as it is. */
async function fetchNew(wanted: Wanted): Promise<FetchedFile> {
  const { set, file, options, kept, place } = wanted;
  const failures: string[] = [];
  for (const name of [`${file.name}.gz`, file.name]) {
    const url = `${options.base}${set.files.folder}/${name}`;
    const into = await PartialFile.open(kept, `data/${set.files.folder}/${name}`, options.onNote);
    const resumed = into.received > 0;
    try {
      const first = await fetchFrom(url, name, into, wanted);
      // Perhaps it was what an earlier visit left that was damaged: once more from the beginning.
      const again = resumed && first.problem !== undefined;
      if (again) await into.clear();
      const last = again ? await fetchFrom(url, name, into, wanted) : first;
      const bytes = into.bytes();
      await into.clear();
      if (last.fetched === undefined) throw notPublished(url, last.problem ?? '', file);
      if (last.problem === undefined) await keep(kept, place, bytes, options);
      return { loaded: last.fetched, problem: last.problem };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof FoveaError) throw error;
      failures.push(`${url}: ${reasonOf(error)}`);
      // Another name will not help where the host cannot be reached.
      if (!(error instanceof Refusal)) break;
    }
  }
  throw nowhere(wanted, failures);
}

async function fetchFrom(url: string, name: string, into: PartialFile, wanted: Wanted) {
  const { file, options } = wanted;
  const { content, gzip } = file;
  const total = name.endsWith('.gz') ? gzip?.bytes : content.bytes;
  const { onProgress, signal, stallMs } = options;
  // What cannot be compressed grows a little.
  const most = content.bytes + 2 ** 16;
  await download({ url, file: name, into, total, most, onProgress, signal, stallMs });
  return unpacked(into.bytes(), url, wanted);
}

/** Unpacks where it is packed (a server may have unpacked it on the way), and compares. */
async function unpacked(
  raw: Uint8Array,
  where: string,
  { set, file, options }: Wanted,
): Promise<{ readonly fetched?: LoadedFile; readonly problem: string | undefined }> {
  try {
    const size = set.unpackedSize?.(file) ?? file.content.bytes;
    const packed = isGzip(raw);
    const bytes = packed ? await gunzip(raw, size, where) : raw;
    const sha256 = (await digestOf(bytes)) ?? '';
    const fetched = { name: file.name, path: where, bytes, sha256 };
    if (options.verify === false) return { fetched, problem: undefined };
    if (sha256 === '') return { fetched, problem: sizeProblem(file, bytes) };
    const digest = packed ? async () => (await digestOf(raw)) ?? '' : undefined;
    return { fetched, problem: await differenceFromPublished(file, fetched, digest) };
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    return { problem: error.parts.problem };
  }
}

/** All that can be compared in a page without digests. */
function sizeProblem({ content }: DataFile, { length }: Uint8Array): string | undefined {
  return length === content.bytes ? undefined : `${length} bytes of content`;
}

/** A page that may keep nothing works all the same. */
async function keep(
  kept: StoredFiles,
  place: string,
  bytes: Uint8Array,
  { onNote }: FetchOptions,
): Promise<void> {
  try {
    await kept.write(place, bytes);
  } catch (error) {
    if (!(error instanceof FoveaError)) throw error;
    onNote?.(`What was fetched is not kept: ${error.parts.problem}`);
  }
}

function notPublished(where: string, problem: string, file: DataFile): FoveaError {
  return new FoveaError({
    where,
    problem,
    expected: publishedWords(file),
    fix: 'put the original file at that address',
  });
}

function nowhere({ set, file, options }: Wanted, failures: readonly string[]): FoveaError {
  return new FoveaError({
    where: `${options.base}${set.files.folder}/`,
    problem: `${file.name} could not be fetched\n${failures.map((f) => `    ${f}`).join('\n')}`,
    expected: `${file.name}.gz or ${file.name} there`,
    fix: `"fovea lab" serves what "fovea data get ${set.name}" has fetched; for another host, put the files of ${set.name} there and let pages read them (CORS)`,
  });
}
