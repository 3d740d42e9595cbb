/**
 * @file Models read in a thread of their own, with an end: where a foreign library does the reading.
 *
 * A damaged or hostile file can lead a library of another language round for ever, and nothing in its own thread stops it.
 * The thread is kept for the next file; one that does not answer in time is ended. Before: `source.node.ts`. Next stop:
 * `importWorker.node.ts`.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorParts, FoveaError } from '../base/errors.ts';
import type { ImportModel, ImportOptions } from './importing.ts';
import type { Source } from './source.ts';

type Imported = Awaited<ReturnType<ImportModel>>;

export type ApartFile = Pick<Source, 'name' | 'where' | 'bytes'>;

export interface ApartRequest {
  readonly source: ApartFile;
  readonly options: Omit<ImportOptions, 'weights'>;
  readonly weights: ApartFile | undefined;
}

export type ApartAnswer =
  | { readonly state: 'begun' }
  | { readonly state: 'done'; readonly model: Imported }
  | { readonly state: 'refused'; readonly parts: ErrorParts }
  /** A bug of ours. */
  | { readonly state: 'failed'; readonly error: unknown };

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKER = new URL(`./importWorker.node.${extension}`, import.meta.url);
/** Milliseconds to start the thread, in which no file takes part. */
const START = 60_000;
/** Milliseconds for a file: Keras's are read at some 200 MB a second, on a busy machine at a tenth of that. */
const limitOf = (bytes: number): number => 4000 + bytes / 20_000;
/** The library keeps the memory that its largest file took: a thread that has read more bytes is not kept. */
const MOST_TO_KEEP = 2 ** 25;

let idle: Worker | undefined;

/** `importModel` in a thread that is ended where it takes too long; `worker` and `limit` (milliseconds) are for tests. */
export async function importApart(
  source: Source,
  { weights, ...options }: ImportOptions,
  {
    worker: url = WORKER,
    limit = limitOf(source.bytes.length + (weights?.bytes.length ?? 0)),
  }: { readonly worker?: URL; readonly limit?: number } = {},
): Promise<Imported> {
  const isOurs = url === WORKER;
  const thread = isOurs ? takeThread() : new Worker(url);
  const answer = await answerOf(
    thread,
    { source: sent(source), options, weights: weights && sent(weights) },
    limit,
  );
  if (answer !== undefined && isOurs && source.bytes.length <= MOST_TO_KEEP) keep(thread);
  else await thread.terminate();
  if (answer?.state === 'done') return answer.model;
  if (answer?.state === 'refused') throw new FoveaError(answer.parts);
  if (answer?.state === 'failed') throw answer.error;
  throw new FoveaError({
    where: source.where,
    problem: `the library that reads such files was not done after ${limit / 1000} s and was stopped`,
    expected: 'a file that is whole',
    fix: 'get the file again from a source you trust, or save the model as ONNX',
  });
}

function takeThread(): Worker {
  const thread = idle ?? newThread();
  idle = undefined;
  thread.ref();
  return thread;
}

function newThread(): Worker {
  const thread = new Worker(WORKER);
  const forget = () => {
    if (idle === thread) idle = undefined;
  };
  return thread.on('error', forget).on('exit', forget);
}

/** One is kept, and holds nobody up at the end. */
function keep(thread: Worker): void {
  if (idle !== undefined) {
    void thread.terminate();
    return;
  }
  idle = thread;
  thread.unref();
}

/** A thread is sent a copy of all the memory that bytes are part of. */
const sent = ({ name, where, bytes }: Source): ApartFile => {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength;
  return { name, where, bytes: isWhole ? bytes : new Uint8Array(bytes) };
};

type Last = Exclude<ApartAnswer, { readonly state: 'begun' }>;

/** What the thread says in the end; undefined where it does not in time, which runs from when it has begun. */
function answerOf(thread: Worker, request: ApartRequest, limit: number): Promise<Last | undefined> {
  return new Promise((resolve) => {
    const end = (answer?: Last): void => {
      clearTimeout(timer);
      thread.off('message', hear).off('error', fail).off('exit', leave);
      resolve(answer);
    };
    const hear = (answer: ApartAnswer): void => {
      if (answer.state !== 'begun') {
        end(answer);
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(end, limit);
    };
    const fail = (error: unknown) => end({ state: 'failed', error });
    const leave = () => fail(new Error('the thread that reads models has ended'));
    let timer = setTimeout(end, START);
    thread.on('message', hear).on('error', fail).on('exit', leave);
    thread.postMessage(request);
  });
}
