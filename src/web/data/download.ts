/**
 * @file Fetches one file in a page: goes on where the connection broke, also where an earlier visit stopped.
 *
 * A server that sends parts (Range) is asked for what is missing; one that does not sends all again. Nothing here
 * knows whether the bytes are right: `fetchedFiles.ts` compares them. Before: `fetchedFiles.ts`.
 */
import { FoveaError, messageOf } from '../../base/errors.ts';
import type { DownloadProgress } from '../../data/dataset.ts';
import type { PartialFile } from './partialFile.ts';

export interface DownloadRequest {
  readonly url: string;
  /** What the file is called in progress events. */
  readonly file: string;
  readonly into: PartialFile;
  /** Bytes, where they are known beforehand; else what the server says. */
  readonly total: number | undefined;
  /** A server that sends more is refused. */
  readonly most: number;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A silent connection is given up after this long. */
  readonly stallMs?: number | undefined;
}

const STALL_MS = 30_000;
/** A connection that breaks is taken up again as long as each attempt brings something. */
const ATTEMPTS_WITHOUT_GAIN = 2;
const PROGRESS_MS = 100;

/** A server's answer that asking again will not change. */
export class Refusal extends Error {}

/** Returns when all bytes have come; throws a `Refusal`, or the last error where nothing comes any more. */
export async function download(request: DownloadRequest): Promise<void> {
  const { into, signal } = request;
  for (let withoutGain = 0; ; ) {
    const before = into.received;
    try {
      await fetchRest(request);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof Refusal || error instanceof FoveaError) throw error;
      withoutGain = into.received > before ? 0 : withoutGain + 1;
      if (withoutGain >= ATTEMPTS_WITHOUT_GAIN) throw error;
    }
  }
}

/** One request for what is missing. */
async function fetchRest(request: DownloadRequest): Promise<void> {
  const { url, into, most, signal, stallMs = STALL_MS } = request;
  const stall = new AbortController();
  const wait = () =>
    setTimeout(() => stall.abort(new Error(`no answer for ${stallMs} ms`)), stallMs);
  let timer = wait();
  try {
    const from = into.received;
    const response = await fetch(url, {
      // What is checked is kept by us; what is not must not come again from the browser's own cache.
      cache: 'no-store',
      headers: from > 0 ? { range: `bytes=${from}-` } : {},
      signal: signal === undefined ? stall.signal : AbortSignal.any([stall.signal, signal]),
    });
    const size = await beginning(response, from, into);
    const report = progressReporter(request, size);
    const reader = response.body?.getReader();
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done || value === undefined) break;
      clearTimeout(timer);
      timer = wait();
      if (into.received + value.length > most) {
        throw new Refusal(`sends more than the ${most} bytes that the file can have`);
      }
      await into.append(value);
      report(into.received);
    }
    report(into.received, true);
    if (size !== undefined && into.received < size) {
      throw new Error(`the connection ended after ${into.received} of ${size} bytes`);
    }
  } finally {
    clearTimeout(timer);
    stall.abort();
  }
}

/** Checks the answer, empties `into` where the server sends all; gives the whole size where it is told. */
async function beginning(
  response: Response,
  from: number,
  into: PartialFile,
): Promise<number | undefined> {
  const range = response.headers.get('content-range');
  if (response.status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range ?? '') ?? [];
    if (Number(start) !== from) throw new Refusal(`answers with the wrong part (${range})`);
    return total === '*' ? undefined : Number(total);
  }
  // The parts of an earlier visit are of another file: all again.
  if (response.status === 416 && from > 0) {
    await into.clear();
    throw new Error(`has no bytes from ${from} on`);
  }
  if (!response.ok) throw new Refusal(`HTTP ${response.status} ${response.statusText}`.trim());
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw new Refusal('answers with a page, not with the file');
  }
  if (from > 0) await into.clear();
  // The length is that of what travels: compressed on the way, it is not the file's.
  const travels = response.headers.get('content-encoding') !== null;
  const length = response.headers.get('content-length');
  return travels || length === null ? undefined : Number(length);
}

function progressReporter({ file, url, total, onProgress }: DownloadRequest, size?: number) {
  let last = 0;
  return (received: number, isLast = false): void => {
    const now = performance.now();
    if (now - last < PROGRESS_MS && !isLast) return;
    last = now;
    onProgress?.({ file, url, received, total: Math.max(received, size ?? total ?? 0) });
  };
}

/** Why a fetch failed, in words: browsers say "Failed to fetch" for everything. */
export function reasonOf(error: unknown): string {
  if (error instanceof TypeError) {
    return `${messageOf(error)} (no network, no such host, or it does not let other pages read its files)`;
  }
  return messageOf(error);
}
