/**
 * @file Fetches the files of a data set: several mirrors, resumable, checked before use.
 *
 * A file grows as a part of its own (`partFile.node.ts`) and takes its name only when its size and SHA-256 are
 * the published ones, so what has its name is whole. An interrupted download goes on where it stopped, from
 * any mirror; two processes that fetch the same file do not meet.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTar } from 'nanotar';
import { gunzip } from '../../archives/gunzip.ts';
import { FoveaError, messageOf } from '../../base/errors.ts';
import type { DownloadProgress, FileSet, KnownBytes, LoadOptions } from '../dataset.ts';
import { findFile, isKnown, sha256Of } from '../known.node.ts';
import { claimPart, leavePart, openNewPart, openPart, ownPart } from './partFile.node.ts';

type FetchOptions = Pick<LoadOptions, 'onProgress' | 'signal'>;

/** A silent connection is given up after this long. */
const STALL_MS = 30_000;
/** So is one that brings less than this in such a time: 4 kB per second. */
const LEAST_PACE = { bytes: 2 ** 17, milliseconds: 30_000 };
/** A mirror that breaks off is asked again as long as each attempt brings something. */
const ATTEMPTS_WITHOUT_GAIN = 2;
const PROGRESS_MS = 100;

/** Fetches every file of the set that `folder` lacks. */
export async function fetchFiles(
  set: FileSet,
  folder: string,
  options: FetchOptions,
): Promise<void> {
  await writing(folder, () => mkdir(folder, { recursive: true }));
  const { source } = set;
  if (source.kind === 'tar.gz') {
    await fetchArchive(set, source, folder, options);
    return;
  }
  for (const file of set.files) {
    if ((await findFile(folder, file)) !== undefined || file.gzip === undefined) continue;
    const name = `${file.name}.gz`;
    const urls = source.mirrors.map((mirror) => mirror + name);
    await fetchFile({ urls, path: join(folder, name), known: file.gzip, ...options });
  }
}

/** Fetches the archive (unless it was put there), takes the missing files out of it and drops it. */
async function fetchArchive(
  set: FileSet,
  source: Extract<FileSet['source'], { kind: 'tar.gz' }>,
  folder: string,
  options: FetchOptions,
): Promise<void> {
  const path = join(folder, source.name);
  const placedByHand = await isKnown(path, source);
  if (!placedByHand) {
    const urls = source.mirrors.map((mirror) => mirror + source.name);
    await fetchFile({ urls, path, known: source, ...options });
  }
  const packed = await readFile(path);
  // The archive is the known one, so the size at its very end is true.
  const members = parseTar(await gunzip(packed, packed.readUInt32LE(packed.length - 4), path));
  for (const file of set.files) {
    if ((await findFile(folder, file)) !== undefined) continue;
    const data = members.find((member) => member.name.split('/').at(-1) === file.name)?.data;
    if (data === undefined || sha256Of(data) !== file.content.sha256) {
      throw new FoveaError({ where: path, problem: `it does not hold the known ${file.name}` });
    }
    await writeWhole(join(folder, file.name), data);
  }
  if (!placedByHand) await rm(path, { force: true });
}

export interface FetchRequest extends FetchOptions {
  /** Where the file can be had; tried in this order. */
  readonly urls: readonly string[];
  readonly path: string;
  readonly known: KnownBytes;
  readonly stallMs?: number;
  readonly leastPace?: { readonly bytes: number; readonly milliseconds: number };
}

/** Fetches one file; returns when it is whole, checked, on disk and has its name. */
export async function fetchFile(request: FetchRequest): Promise<void> {
  const { path, known } = request;
  const part = await claimPart(path);
  try {
    const failures = await fetchInto(part, request);
    // Perhaps another process has fetched it in the meantime.
    if (failures === undefined || (await isKnown(path, known))) return;
    throw nowhere(request, failures);
  } finally {
    await leavePart(part, path);
  }
}

/** Mirror by mirror; gives why each failed, or nothing where the file is there. */
async function fetchInto(part: string, request: FetchRequest): Promise<string[] | undefined> {
  const { urls, path, known } = request;
  const failures: string[] = [];
  for (const url of urls) {
    try {
      const resumed = (await sizeOf(part)) > 0;
      await fetchFrom(url, part, request);
      if (await adopt(part, path, known)) return;
      // Perhaps it was the part of an earlier run that was damaged: once more from the beginning.
      if (resumed) {
        await fetchFrom(url, part, request);
        if (await adopt(part, path, known)) return;
      }
      failures.push(`${url}: gave a file with another SHA-256`);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof FoveaError) throw error;
      failures.push(`${url}: ${reasonOf(error)}`);
    }
  }
  return failures;
}

function nowhere({ path, known }: FetchRequest, failures: readonly string[]): FoveaError {
  return new FoveaError({
    where: path,
    problem: `could not be downloaded\n${failures.map((failure) => `    ${failure}`).join('\n')}`,
    expected: `a file of ${known.bytes} bytes with the SHA-256 ${known.sha256}`,
    fix:
      'try again when the network is back (it goes on where it stopped), or put the file there by ' +
      'hand; behind a proxy, set NODE_USE_ENV_PROXY=1 beside HTTPS_PROXY',
  });
}

/** Brings the part to its full size from one mirror, taking it up again when the connection breaks. */
async function fetchFrom(url: string, part: string, request: FetchRequest): Promise<void> {
  let withoutGain = 0;
  while ((await sizeOf(part)) < request.known.bytes) {
    const before = await sizeOf(part);
    try {
      await fetchRest(url, part, before, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof FoveaError || error instanceof Refusal) throw error;
      withoutGain = (await sizeOf(part)) > before ? 0 : withoutGain + 1;
      if (withoutGain >= ATTEMPTS_WITHOUT_GAIN) throw error;
    }
  }
}

/** A mirror's answer that asking again will not change. */
class Refusal extends Error {}

/** One request for what is missing from byte `from` on. */
async function fetchRest(
  url: string,
  part: string,
  from: number,
  request: FetchRequest,
): Promise<void> {
  const { known, signal, stallMs = STALL_MS, leastPace = LEAST_PACE } = request;
  const stall = new AbortController();
  const wait = () =>
    setTimeout(() => stall.abort(new Error(`no answer for ${stallMs} ms`)), stallMs);
  let timer = wait();
  const handle = await writing(part, () => openPart(part));
  let brought = 0;
  const pace = setInterval(() => {
    if (brought < leastPace.bytes) stall.abort(tooSlow(brought, leastPace.milliseconds));
    brought = 0;
  }, leastPace.milliseconds);
  try {
    const response = await fetch(url, {
      // The file's own bytes: it is compressed already.
      headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
      signal: signal === undefined ? stall.signal : AbortSignal.any([stall.signal, signal]),
    });
    let received = startOf(response, from, known);
    const report = progressReporter(url, request);
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = wait();
      if (received + chunk.length > known.bytes) {
        throw new Refusal(`sends more than the ${known.bytes} bytes of the file`);
      }
      await writing(part, () => writeAll(handle, chunk, received));
      received += chunk.length;
      brought += chunk.length;
      report(received);
    }
    if (received < known.bytes) throw new Error(`the connection ended after ${received} bytes`);
    await writing(part, () => handle.sync());
  } catch (error) {
    throw stall.signal.reason instanceof Refusal ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
    clearInterval(pace);
    await handle.close();
  }
}

const tooSlow = (bytes: number, milliseconds: number) =>
  new Refusal(`brought ${bytes} bytes in ${milliseconds / 1000} s, too few to wait for`);

/** The byte a response begins with: `from` when the server resumes, 0 when it sends the whole file. */
function startOf(response: Response, from: number, known: KnownBytes): number {
  if (response.status === 206) {
    const range = response.headers.get('content-range');
    if (range?.startsWith(`bytes ${from}-`)) return from;
    throw new Refusal(`answers with the wrong part (${range})`);
  }
  if (!response.ok) throw new Refusal(`HTTP ${response.status} ${response.statusText}`);
  const length = response.headers.get('content-length');
  if (length !== null && Number(length) !== known.bytes) {
    throw new Refusal(`has a file of ${length} bytes, not ${known.bytes}`);
  }
  return 0;
}

/** Gives the finished part its name if it is the known file; drops it if it is not. */
async function adopt(part: string, path: string, known: KnownBytes): Promise<boolean> {
  const size = await sizeOf(part);
  if (size === known.bytes && (await sha256OfFile(part)) === known.sha256) {
    await writing(path, () => rename(part, path));
    return true;
  }
  await rm(part, { force: true });
  return false;
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const rest = chunk.length - written;
    written += (await handle.write(chunk, written, rest, at + written)).bytesWritten;
  }
}

/** Writes a file whole or not at all. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writing(path, async () => {
    const part = ownPart(path);
    const handle = await openNewPart(part);
    try {
      await writeAll(handle, bytes, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  });
}

/** Turns what the disk says (full, read-only, not ours) into an error that names the way out. */
async function writing<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new FoveaError(
      {
        where: path,
        problem: `cannot be written: ${messageOf(error)}`,
        fix: 'make room or permit writing there, or set FOVEA_DATA to another folder',
      },
      { cause: error },
    );
  }
}

function progressReporter(url: string, { path, known, onProgress }: FetchRequest) {
  const file = path.split(/[\\/]/).at(-1) ?? path;
  let last = 0;
  return (received: number): void => {
    const now = performance.now();
    if (now - last < PROGRESS_MS && received < known.bytes) return;
    last = now;
    onProgress?.({ file, url, received, total: known.bytes } satisfies DownloadProgress);
  };
}

/** fetch() hides the reason ("fetch failed") in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  // An unreachable host has one cause per address tried.
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join(', ');
  return cause.message;
}
